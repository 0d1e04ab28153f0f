"""What New York and FixMyStreet export, a row of each, and files of such rows."""

from __future__ import annotations

import csv
from pathlib import Path

from lacarte.standards import imports

MAPPINGS = Path(imports.__file__).parent / "mappings"
NEW_YORK = {
    "Unique Key": "42254749",
    "Created Date": "04/18/2019 09:55:45 PM",
    "Closed Date": "04/19/2019 03:45:24 AM",
    "Agency": "NYPD",
    "Agency Name": "New York City Police Department",
    "Complaint Type": "Noise - Residential",
    "Descriptor": "Banging/Pounding",
    "Location Type": "Residential Building/House",
    "Incident Zip": "11235",
    "Incident Address": "3855 SHORE PARKWAY",
    "Street Name": "SHORE PARKWAY",
    "City": "BROOKLYN",
    "Status": "Closed",
    "Due Date": "04/19/2019 05:55:45 AM",
    "Resolution Description": "The Police Department responded to the complaint.",
    "Resolution Action Updated Date": "04/19/2019 03:45:24 AM",
    "Borough": "BROOKLYN",
    "Open Data Channel Type": "ONLINE",
    "Latitude": "40.585",
    "Longitude": "-73.931",
}
FIX_MY_STREET = {
    "Report ID": "7",
    "Title": "Broken lamp",
    "Detail": "The lamp in Mill_Lane is dark.\nSince Monday.",
    "User Name": "Jo Bloggs",
    "Category": "Street lighting",
    "Created": "2014-01-15T09:30:00",
    "Confirmed": "2014-01-15T09:31:00",
    "Acknowledged": "",
    "Fixed": "2014-01-17T12:00:00",
    "Closed": "",
    "Status": "fixed - council",
    "Latitude": "55.95",
    "Longitude": "-3.19",
    "Query": "EH1 1AA",
    "Ward": "City Centre",
    "Easting": "325000",
    "Northing": "673000",
    "Report URL": "https://example.org/report/7",
    "Device Type": "website",
    "Site Used": "default",
    "Reported As": "",
}


def table(path: Path, *rows: dict[str, str], encoding: str = "utf-8", delimiter: str = ",") -> Path:
    """A file of ``rows``, with the columns of the first."""
    with path.open("w", encoding=encoding, errors="surrogateescape", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def new_york(folder: Path, count: int, **changes: str) -> Path:
    """So many rows of New York, numbered from 0, each with the same ``changes``."""
    rows = [NEW_YORK | {"Unique Key": str(n)} | changes for n in range(count)]
    return table(folder / "nyc.csv", *rows)
