# -*- coding: utf-8 -*-
# Python 2.7 reads this too.
# ruff: noqa: PTH123, UP009, UP010, UP036
"""Everything that the client ``three`` can do, once in each format; prints what it was told as JSON.

Runs in Python 2.7, for which ``three`` was written, and in Python 3 after ``python2.restore()``:
``python three_session.py ENDPOINT KEY PHOTO``.
"""

from __future__ import print_function

import json
import os
import sys
from datetime import date, timedelta

if sys.version_info > (3,):
    import python2

    python2.restore()

import three


def session(endpoint, key, photo, format):
    """What a city's app does from first to last."""
    found = {}
    city = three.Three(endpoint, api_key=key, format=format, jurisdiction="lacarte.local")
    found["discovery"] = city.discovery()
    address = endpoint[: -len("v2")] + "discovery." + format
    found["discovery_by_address"] = three.Three(endpoint, format=format, discovery=address).discovery()
    found["discovery_raw"] = len(city.discovery(address))
    found["services"] = city.services()
    found["definition"] = city.services("lift-repair")
    report = {
        "address": "12 Plum Street",
        "name": "Ana Lovelace",
        "phone": "555-5555",
        "email": "ana@example.org",
        "lat": "28.05",
        "long": "122.15",
        "description": "The lift is stuck. 电梯坏了",
        "attribute[FLOORS]": "12",
        "attribute[WHO][]": ["old", "wheels"],
    }
    found["posted"] = city.post("lift-repair", **report)
    with open(photo, "rb") as media:
        found["posted_with_photo"] = city.post("lift-repair", media=media, **report)
    found["refused"] = city.post("lift-repair", description="no place")
    found["wrong_key"] = three.Three(endpoint, api_key="wrong", format=format).post("lift-repair", **report)
    posted = found["posted"][0] if format == "json" else found["posted"]["request"]
    number = posted["service_request_id"]
    found["request"] = city.request(number)
    found["token"] = city.token(number)
    found["requests"] = city.requests()
    found["requests_of_service"] = city.requests("lift-repair", status="open")
    found["requests_counted"] = city.requests(count=1)
    day = date.today().strftime("%m-%d-%Y")
    tomorrow = (date.today() + timedelta(days=1)).strftime("%m/%d/%y")
    found["requests_since"] = city.requests(start=day, end=tomorrow)
    found["requests_between"] = city.requests(
        between=[date.today() - timedelta(days=3), date.today() - timedelta(2)]
    )
    found["raw"] = len(city.requests(convert=False))
    return found


def shortcuts(endpoint, key):
    """The same by the functions of the module, which keep the city in the environment."""
    three.key(key)
    three.dev(endpoint)
    posted = three.post(
        "lift-repair", lat="28.05", long="122.05", description="again", **{"attribute[FLOORS]": "3"}
    )
    number = posted[0]["service_request_id"]
    return {
        "discovery": three.discovery(),
        "services": three.services(),
        "request": three.request(number),
        "requests": three.requests("lift-repair"),
        "token": three.token(number),
    }


if __name__ == "__main__":
    endpoint, key, photo = sys.argv[1:]
    os.environ.pop("OPEN311_API_KEY", None)
    told = {format: session(endpoint, key, photo, format) for format in ("json", "xml")}
    told["shortcuts"] = shortcuts(endpoint, key)
    print(json.dumps(told))
