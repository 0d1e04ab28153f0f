"""English dates that no reader of any country takes for another day."""

DATE_FORMAT = "j F Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j F Y, H:i"
MONTH_DAY_FORMAT = "j F"
SHORT_DATE_FORMAT = "j M Y"
SHORT_DATETIME_FORMAT = "j M Y, H:i"
#: A day of the next months, by its weekday; Django knows no format of this name.
NEAR_DATE_FORMAT = "D j M"
