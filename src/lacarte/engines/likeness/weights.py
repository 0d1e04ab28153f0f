"""What each feature weighs: printed by ``benchmarks/duplicates.py fit``, never written by hand."""

from __future__ import annotations

#: In the order of ``scoring.FEATURES``, log odds: of two reports with a point each.
PLACED: tuple[float, ...] = (
    0.96,  # always
    -1.89,  # far
    -2.00,  # old
    4.21,  # same_type
    1.39,  # related_type
    1.99,  # type_unknown
    0.00,  # words
    -2.01,  # words_within
    1.94,  # words_much
    2.00,  # words_unknown
    -2.48,  # long
    0.47,  # words_long
    -0.11,  # old_long
    2.15,  # same_number
    -2.46,  # other_number
    -5.11,  # other_building
    1.16,  # same_photo
    -0.33,  # other_photo
    0.00,  # where_unknown
)
#: Of two reports one of which has no point.
UNPLACED: tuple[float, ...] = (
    -4.69,  # always
    0.00,  # far
    -1.93,  # old
    4.12,  # same_type
    1.88,  # related_type
    2.36,  # type_unknown
    -3.64,  # words
    -2.84,  # words_within
    3.68,  # words_much
    3.31,  # words_unknown
    -5.10,  # long
    0.92,  # words_long
    0.79,  # old_long
    2.90,  # same_number
    -3.26,  # other_number
    -4.34,  # other_building
    1.59,  # same_photo
    -0.50,  # other_photo
    0.00,  # where_unknown
)
