"""What each feature weighs: printed by ``benchmarks/duplicates.py fit``, never written by hand."""

from __future__ import annotations

#: In the order of ``scoring.FEATURES``, log odds: of two reports with a point each.
PLACED: tuple[float, ...] = (
    1.74,  # always
    -1.92,  # far
    -2.05,  # old
    4.32,  # same_type
    1.47,  # related_type
    2.06,  # type_unknown
    1.26,  # words
    1.27,  # words_unknown
    -1.74,  # long
    -0.08,  # old_long
    2.16,  # same_number
    -2.95,  # other_number
    -6.11,  # other_building
    2.18,  # same_photo
    -0.37,  # other_photo
    0.00,  # where_unknown
)
#: Of two reports one of which has no point.
UNPLACED: tuple[float, ...] = (
    -3.50,  # always
    0.00,  # far
    -2.01,  # old
    4.17,  # same_type
    1.99,  # related_type
    2.42,  # type_unknown
    1.91,  # words
    2.17,  # words_unknown
    -3.20,  # long
    0.89,  # old_long
    2.96,  # same_number
    -3.51,  # other_number
    -5.50,  # other_building
    3.23,  # same_photo
    -0.46,  # other_photo
    0.00,  # where_unknown
)
