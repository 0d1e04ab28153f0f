"""Working days as iCalendar (RFC 5545): days off and days worked, nothing else of the standard."""
