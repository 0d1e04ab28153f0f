"""A relay between Lacarte and an SMS service that speaks forms, such as Twilio's. Standard library only.

The service posts what came in to ``/in``, Lacarte posts what goes out to ``/out``; put TLS in front.
Settings are environment variables: LACARTE (https://services.city.example/gateways/relay/), SECRET (the
gateway's), SERVICE (…/2010-04-01/Accounts/AC…/Messages.json), ACCOUNT, TOKEN, NUMBER (ours), PUBLIC (…/in).
"""

import base64
import hashlib
import hmac
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from wsgiref.simple_server import make_server

E = os.environ


def sign(key: str, timestamp: str, body: bytes) -> str:
    """As Standard Webhooks says: HMAC-SHA256 over id, time and body."""
    secret = base64.b64decode(E["SECRET"].removeprefix("whsec_"))
    signed = hmac.new(secret, b"%s.%s.%s" % (key.encode(), timestamp.encode(), body), hashlib.sha256).digest()
    return "v1," + base64.b64encode(signed).decode()


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """The status of the answer."""
    request = urllib.request.Request(url, body, headers)  # noqa: S310 (the addresses are your own settings)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def came_in(form: dict[str, str], signature: str) -> int:
    """An SMS for the city. The service tries again where the answer is not 2xx; ``id`` makes that harmless."""
    signed = E["PUBLIC"] + "".join(name + form[name] for name in sorted(form))
    wanted = base64.b64encode(hmac.new(E["TOKEN"].encode(), signed.encode(), hashlib.sha1).digest()).decode()
    if not hmac.compare_digest(signature.encode(), wanted.encode()):
        return 403
    body = json.dumps({"id": form["MessageSid"], "from": form["From"], "text": form["Body"]}).encode()
    now = str(int(time.time()))
    heads = {"webhook-id": form["MessageSid"], "webhook-timestamp": now}
    heads["webhook-signature"] = sign(form["MessageSid"], now, body)
    return post(E["LACARTE"], body, heads | {"Content-Type": "application/json"})


SENT: set[str] = set()  # a relay that may be restarted keeps this in a file or table


def goes_out(heads: dict[str, str], body: bytes) -> int:
    """An SMS to a resident. Lacarte tries again with the same id where the answer is not 2xx."""
    key, timestamp = heads["webhook-id"], heads["webhook-timestamp"]
    given = [one.encode() for one in heads["webhook-signature"].split()]
    fits = any(hmac.compare_digest(one, sign(key, timestamp, body).encode()) for one in given)
    if not fits or abs(time.time() - int(timestamp)) > 300:
        return 401
    if key in SENT:
        return 200
    said = json.loads(body)
    form = urllib.parse.urlencode({"To": said["to"], "From": E["NUMBER"], "Body": said["text"]}).encode()
    login = base64.b64encode(f"{E['ACCOUNT']}:{E['TOKEN']}".encode()).decode()
    status = post(E["SERVICE"], form, {"Authorization": f"Basic {login}"})
    if status < 300:
        SENT.add(key)
    return status


def relay(environ, start):
    """The WSGI application."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    heads = {name[5:].lower().replace("_", "-"): value for name, value in environ.items() if name[:5] == "HTTP_"}
    if environ["PATH_INFO"] == "/in":
        form = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
        status = came_in(form, heads.get("x-twilio-signature", ""))
    else:
        status = goes_out(heads, body)
    start(f"{status} Relayed", [("Content-Type", "text/xml")])
    return [b"<Response/>"]


if __name__ == "__main__":
    make_server("127.0.0.1", int(E.get("PORT", "8080")), relay).serve_forever()
