"""What Django writes otherwise than Chinese readers do: 9月7日, not 09月7日."""

MONTH_DAY_FORMAT = "n月j日"
NEAR_DATE_FORMAT = "n月j日（D）"
