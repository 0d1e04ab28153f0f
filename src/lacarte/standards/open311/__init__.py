"""Open311 GeoReport v2: other cities' apps send needs in and ask how they stand."""
