"""What each feature weighs: printed by ``benchmarks/duplicates.py fit``, never written by hand."""

from __future__ import annotations

#: In the order of ``scoring.FEATURES``, log odds: of two reports with a point each.
PLACED: tuple[float, ...] = (
    1.45,  # always
    -1.69,  # far
    -1.93,  # old
    4.40,  # same_type
    1.37,  # related_type
    2.14,  # type_unknown
    0.81,  # words
    0.75,  # words_unknown
    -3.02,  # nothing_shared
    -0.94,  # long
    -0.05,  # old_long
    2.01,  # same_number
    -2.79,  # other_number
    -5.66,  # other_building
    2.57,  # same_photo
    -0.20,  # other_photo
    0.00,  # where_unknown
)
#: Of two reports one of which has no point.
UNPLACED: tuple[float, ...] = (
    -3.63,  # always
    0.00,  # far
    -1.96,  # old
    4.20,  # same_type
    1.96,  # related_type
    2.34,  # type_unknown
    1.89,  # words
    2.07,  # words_unknown
    0.00,  # nothing_shared
    -2.95,  # long
    0.86,  # old_long
    2.89,  # same_number
    -3.53,  # other_number
    -5.37,  # other_building
    3.50,  # same_photo
    -0.54,  # other_photo
    0.00,  # where_unknown
)
