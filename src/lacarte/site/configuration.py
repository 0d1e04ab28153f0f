"""What an installation may set: environment variables first, then ``lacarte.toml``, then a safe default.

``docs/reference/settings.md`` is generated from :data:`OPTIONS`.
"""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import limits
import limits.errors
import limits.storage

from lacarte.standards.gateways.configured import gateways_of
from lacarte.standards.mail.servers import IMAP, MAIL_ADDRESS, SMTP, mail_server

_PACES = ("rate_limit", "rate_limit_session", "rate_limit_contact", "rate_limit_key", "attack_pace")
_ENDPOINT_TYPES = ("production", "test")
_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

_EMERGENCY_NUMBER = re.compile(r"(all|police|fire|ambulance|crisis)=\+?[0-9][0-9 -]{1,20}")


class ConfigurationError(Exception):
    """A setting is wrong; the message says which, where and what to do."""


@dataclass(frozen=True)
class Option:
    """One setting: ``name`` in lacarte.toml, ``LACARTE_<NAME>`` in the environment."""

    name: str
    default: Any
    help: str

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return f"LACARTE_{self.name.upper()}"


OPTIONS: tuple[Option, ...] = (
    Option("home", ".lacarte", "Folder for the database, the secret key and uploads. Only in the environment."),
    Option(
        "database",
        "",
        "Database address, such as `postgresql://user@host/name`. Empty: SQLite in the home folder.",
    ),
    Option("secret_key", "", "Key that signs sessions. Empty: one is made and kept in the home folder."),
    Option("debug", False, "Show details of errors to everybody. Never on a server that others reach."),
    Option("allowed_hosts", ["localhost", "127.0.0.1", "[::1]"], "Names under which the site is reached."),
    Option("https", False, "The site is reached over TLS: cookies are secure, HSTS is sent."),
    Option("language", "en", "Language of people who have not chosen one: `en` or `zh-hans`."),
    Option("time_zone", "UTC", "Time zone of the city, such as `Asia/Shanghai`."),
    Option("jurisdiction", "lacarte.local", "Open311 `jurisdiction_id`; a client that names another is told so."),
    Option(
        "jurisdictions",
        [],
        "Further ones, each for a region of this installation: `west.example.org=code-of-region`.",
    ),
    Option("open311_key_required", False, "Only programs with a key (`lacarte key add`) may send requests in."),
    Option("open311_contact", "", "Whom makers of Open311 clients ask, in words. Empty: the address of the site."),
    Option("open311_type", "production", "`production`, or `test` where nobody acts on what is sent in."),
    Option("open311_test_url", "", "Address of another installation where clients may be tried out. Empty: none."),
    Option("city", "", "Name of the city in page heads. Empty: that of the largest region."),
    Option("threads", 4, "Threads that serve pages, in each process, from 1 to 64."),
    Option(
        "processes",
        1,
        "Processes that serve pages, from 1 to 64: about one a core. Each counts paces for itself, unless "
        "`rate_limit_store` is Redis.",
    ),
    Option("match_minutes", 1, "Minutes between two matching runs over urgent needs, from 1 to 1440."),
    Option("match_hour", 2, "Hour of the city's day from which the nightly run over all needs is computed."),
    Option(
        "publish_hour",
        6,
        "Hour from which the nightly run counts by itself, unless a planner decides before. 24: never by itself.",
    ),
    Option(
        "promotion_days",
        90,
        "A need that has waited so many days moves up one class, never into class 0. 0: no need does.",
    ),
    Option("run_days", 365, "Days for which a run's inputs are kept, so that it can be computed again."),
    Option(
        "rate_limit",
        "30/minute",
        "How often one address (of IPv6 one /64) may send a need, sign in or look one up.",
    ),
    Option("rate_limit_session", "20/hour", "How often one browser may send a need."),
    Option("rate_limit_contact", "10/hour", "How many needs may name the same phone number or e-mail address."),
    Option("rate_limit_key", "600/minute", "How often a program with an API key may send a need."),
    Option(
        "attack_pace",
        "60/10 minutes",
        "From so many needs on that were refused or held, senders prove a little work: their browser computes.",
    ),
    Option("fill_seconds", 3, "A need told on the pages in fewer seconds is read by a person first. 0: none is."),
    Option(
        "rate_limit_store",
        "memory://",
        "Where that is counted; `redis://host/0` when several processes serve.",
    ),
    Option(
        "emergency_numbers",
        ["all=112"],
        "Whom to call when life is in danger: `police=`, `fire=`, `ambulance=`, `crisis=` (a listening line), and "
        "`all=` for those that are not named.",
    ),
    Option(
        "surge_false_percent",
        5,
        "Of a hundred burning issues that are found in a day, how many may be chance, from 1 to 50.",
    ),
    Option(
        "join_percent",
        97,
        "A need that tells of the same thing as another with this probability or more is joined to it by itself, "
        "from 50. 100: none is.",
    ),
    Option("trusted_proxies", 0, "How many proxies of your own stand in front; they say who asks."),
    Option("upload_megabytes", 12, "How large one photo or document may be that is sent in, from 1 to 100."),
    Option("uploads_per_need", 6, "How many of them come with a need or a message, from 0 to 50."),
    Option("site_address", "http://localhost:8000", "Where the site is reached, for links in e-mails and SMS."),
    Option(
        "mail_address", "", "The city's e-mail address, such as `needs@city.example`. Empty: no e-mail comes in."
    ),
    Option(
        "mail_smtp",
        "",
        "Server that sends e-mail: `smtps://user@host`, or `smtp://user@host:587` (STARTTLS). Empty: what would "
        "be sent lies in `outbox` in the home folder.",
    ),
    Option(
        "mail_imap",
        "",
        "Mailbox that is read every minute: `imaps://user@host/INBOX`. Empty: none; `lacarte messages import` "
        "reads files.",
    ),
    Option("mail_password", "", "Password of both, where their addresses hold none. Better in the environment."),
    Option(
        "gateways",
        [],
        "SMS and chat gateways, each as name, `sms` or `chat`, and where to post what goes out: "
        "`relay sms https://relay.example/send`.",
    ),
    Option(
        "gateway_secrets",
        [],
        "Each gateway's name and secret, `relay whsec_…` (base64, at least 24 bytes); two of them while one is "
        "replaced. Better in the environment.",
    ),
    Option("metrics_token", "", "Bearer token that opens `/metrics`. Empty: signed-in administrators only."),
    Option(
        "type_precision",
        90,
        "A need's type is set by itself where so many of a hundred are right, else a person chooses. 50 to 100.",
    ),
    Option(
        "retrain_needs",
        200,
        "After so many needs whose type a person chose, the next night tries a new model. 0: no night does.",
    ),
    Option("log_level", "INFO", "DEBUG, INFO, WARNING or ERROR."),
)


def read(environment: dict[str, str] | None = None) -> dict[str, Any]:
    """All settings by name. Raises :class:`ConfigurationError` for an unknown or malformed one."""
    environment = dict(os.environ) if environment is None else environment
    home = Path(environment.get("LACARTE_HOME") or ".lacarte").expanduser().resolve()
    written = _file(home / "lacarte.toml")
    values: dict[str, Any] = {}
    for option in OPTIONS:
        text = environment.get(option.variable)
        if option.name == "home":
            values["home"] = home
        elif text is not None:
            values[option.name] = _parse(option, text, f"environment variable {option.variable}")
        elif option.name in written:
            values[option.name] = _check(option, written[option.name], f"{home / 'lacarte.toml'}, {option.name}")
        else:
            values[option.name] = option.default
    _check_values(values)
    _check_services(values)
    return values


def _check_services(values: dict[str, Any]) -> None:
    """What other systems are reached by: their addresses must at least be addresses."""
    try:
        mail_server(values["mail_smtp"], SMTP)
        mail_server(values["mail_imap"], IMAP)
        gateways_of(values["gateways"], values["gateway_secrets"])
    except ValueError as error:
        raise ConfigurationError(str(error)) from error
    if not values["site_address"].startswith(("http://", "https://")):
        raise ConfigurationError("site_address: it begins with http:// or https://")
    if values["mail_address"] and not MAIL_ADDRESS.fullmatch(values["mail_address"]):
        raise ConfigurationError(f"mail_address: “{values['mail_address']}” is not like needs@city.example")


def _file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from error
    known = {option.name for option in OPTIONS} - {"home"}
    for name in written:
        if name not in known:
            raise ConfigurationError(f"{path}: there is no setting “{name}”; known are {', '.join(sorted(known))}")
    return written


def _parse(option: Option, text: str, where: str) -> Any:
    if isinstance(option.default, bool):
        truth = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}
        if text.lower() not in truth:
            raise ConfigurationError(f"{where}: “{text}” is neither true nor false")
        return truth[text.lower()]
    if isinstance(option.default, int):
        if not text.isdigit():
            raise ConfigurationError(f"{where}: “{text}” is not a whole number")
        return int(text)
    if isinstance(option.default, list):
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def _check(option: Option, value: Any, where: str) -> Any:
    if type(value) is not type(option.default):
        raise ConfigurationError(f"{where}: expected {type(option.default).__name__}, found {value!r}")
    return value


def _check_values(values: dict[str, Any]) -> None:
    limits_of = {
        "threads": (1, 64),
        "processes": (1, 64),
        "match_minutes": (1, 1440),
        "match_hour": (0, 23),
        "publish_hour": (0, 24),
        "promotion_days": (0, 36500),
        "run_days": (1, 36500),
        "type_precision": (50, 100),
        "retrain_needs": (0, 1_000_000_000),
        "trusted_proxies": (0, 9),
        "surge_false_percent": (1, 50),
        "join_percent": (50, 100),
        "fill_seconds": (0, 60),
        "upload_megabytes": (1, 100),
        "uploads_per_need": (0, 50),
    }
    for name, (low, high) in limits_of.items():
        if not low <= values[name] <= high:
            raise ConfigurationError(f"{name}: {values[name]} is not between {low} and {high}")
    if values["open311_type"] not in _ENDPOINT_TYPES:
        raise ConfigurationError(f"open311_type: “{values['open311_type']}” is neither production nor test")
    for written in values["jurisdictions"]:
        if not isinstance(written, str) or not all(part.strip() for part in written.partition("=")):
            raise ConfigurationError(f"jurisdictions: “{written}” is not like west.example.org=code-of-region")
    if values["log_level"] not in _LOG_LEVELS:
        raise ConfigurationError(f"log_level: “{values['log_level']}” is none of {', '.join(_LOG_LEVELS)}")
    if values["time_zone"] not in available_timezones():
        raise ConfigurationError(f"time_zone: there is no “{values['time_zone']}”; names are like Asia/Shanghai")
    for name in _PACES:
        try:
            limits.parse(values[name])
        except ValueError as error:
            raise ConfigurationError(f"{name}: “{values[name]}” is not a pace such as 30/minute") from error
    for entry in values["emergency_numbers"]:
        if not _EMERGENCY_NUMBER.fullmatch(entry):
            raise ConfigurationError(
                f"emergency_numbers: “{entry}” is not like fire=119 (or all, police, ambulance, crisis)"
            )
    try:
        limits.storage.storage_from_string(values["rate_limit_store"])
    except limits.errors.ConfigurationError as error:
        raise ConfigurationError(f"rate_limit_store: {error} (`redis://…` needs lacarte[redis])") from error


def reference() -> str:
    """The settings as a Markdown page, ``docs/reference/settings.md``."""
    rows = "\n".join(
        f"| `{option.name}` | `{option.variable}` | {_shown(option.default)} | {option.help} |"
        for option in OPTIONS
    )
    return f"""# Settings

Generated by `./lacarte settings-reference`. An environment variable wins over `lacarte.toml` in the home
folder, which wins over the default. A list is separated by commas in the environment.

| in `lacarte.toml` | in the environment | default | what it does |
|---|---|---|---|
{rows}
"""


def _shown(default: Any) -> str:
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, list):
        default = ",".join(default)
    return f"`{default}`" if default != "" else ""
