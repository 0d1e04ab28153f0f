"""What an installation may set: environment variables first, then ``lacarte.toml``, then a safe default.

Which there are is in ``options.py``; ``docs/reference/settings.md`` is generated from it.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import limits
import limits.errors
import limits.storage

from lacarte.kernel.quiet_hours import QuietHours
from lacarte.site.options import OPTIONS, Option
from lacarte.standards.gateways.configured import gateways_of
from lacarte.standards.mail.servers import IMAP, MAIL_ADDRESS, SMTP, mail_server
from lacarte.standards.scanners.configured import scanner_of

_PACES = (
    "rate_limit",
    "rate_limit_session",
    "rate_limit_contact",
    "rate_limit_message",
    "rate_limit_key",
    "rate_limit_read",
    "attack_pace",
)
#: The least and the most that a number may be.
_RANGES = {
    "danger_minutes": (1, 60),
    "threads": (1, 64),
    "processes": (1, 64),
    "match_minutes": (1, 1440),
    "take_up_hour": (0, 23),
    "match_hour": (0, 23),
    "publish_hour": (0, 24),
    "promotion_days": (0, 36500),
    "run_days": (1, 36500),
    "lots_ahead_days": (1, 730),
    "hold_minutes": (1, 120),
    "answer_hours": (1, 336),
    "undo_minutes": (0, 120),
    "announce_minutes": (0, 1440),
    "pause_days": (1, 60),
    "objection_days": (1, 60),
    "visit_minutes": (1, 480),
    "returns_most": (1, 20),
    "type_precision": (50, 100),
    "retrain_needs": (0, 1_000_000_000),
    "trusted_proxies": (0, 9),
    "surge_false_percent": (1, 50),
    "join_percent": (50, 100),
    "fill_seconds": (0, 60),
    "follow_up_hours": (0, 336),
    "reply_days": (1, 60),
    "rates_minutes": (0, 1440),
    "upload_megabytes": (1, 100),
    "uploads_per_need": (0, 50),
    "keep_photo_days": (0, 36500),
    "keep_document_days": (0, 36500),
    "keep_proof_days": (0, 36500),
}
_ENDPOINT_TYPES = ("production", "test")
_PAPERS = ("a4", "letter")
_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

_PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{4,39}")
_EMERGENCY_NUMBER = re.compile(r"(all|police|fire|ambulance|crisis)=\+?[0-9][0-9 -]{1,20}")


class ConfigurationError(Exception):
    """A setting is wrong; the message says which, where and what to do."""


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
        gateways = gateways_of(values["gateways"], values["gateway_secrets"])
        scanner_of(values["scanner"])
    except ValueError as error:
        raise ConfigurationError(str(error)) from error
    if not values["site_address"].startswith(("http://", "https://")):
        raise ConfigurationError("site_address: it begins with http:// or https://")
    if values["mail_address"] and not MAIL_ADDRESS.fullmatch(values["mail_address"]):
        raise ConfigurationError(f"mail_address: “{values['mail_address']}” is not like needs@city.example")
    _check_calls(values["danger_call"], texts=any(one.medium == "sms" and one.url for one in gateways.values()))


def _check_calls(entries: list[Any], *, texts: bool) -> None:
    """Whom to call to a danger must be somebody who can be called."""
    for entry in entries:
        region, sign, address = str(entry).rpartition("=")
        phone = bool(_PHONE.fullmatch(address.strip()))
        if (sign and not region.strip()) or not (phone or MAIL_ADDRESS.fullmatch(address.strip())):
            raise ConfigurationError(
                f"danger_call: “{entry}” is not like duty@city.example, +8613800138000 or west=duty@city.example"
            )
        if phone and not texts:
            raise ConfigurationError(f"danger_call: “{entry}” is a phone number, but no gateway sends SMS")


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
    _check_numbers(values)
    _check_choices(values)
    _check_lists(values)
    _check_paces(values)


def _check_numbers(values: dict[str, Any]) -> None:
    for name, (low, high) in _RANGES.items():
        if not low <= values[name] <= high:
            raise ConfigurationError(f"{name}: {values[name]} is not between {low} and {high}")


def _check_choices(values: dict[str, Any]) -> None:
    if values["open311_type"] not in _ENDPOINT_TYPES:
        raise ConfigurationError(f"open311_type: “{values['open311_type']}” is neither production nor test")
    if values["log_level"] not in _LOG_LEVELS:
        raise ConfigurationError(f"log_level: “{values['log_level']}” is none of {', '.join(_LOG_LEVELS)}")
    if values["paper"] not in _PAPERS:
        raise ConfigurationError(f"paper: “{values['paper']}” is neither a4 nor letter")
    if values["quiet_hours"]:
        try:
            QuietHours.read(values["quiet_hours"])
        except ValueError as error:
            raise ConfigurationError(f"quiet_hours: {error}") from error
    if values["time_zone"] not in available_timezones():
        raise ConfigurationError(f"time_zone: there is no “{values['time_zone']}”; names are like Asia/Shanghai")


def _check_lists(values: dict[str, Any]) -> None:
    for written in values["jurisdictions"]:
        if not isinstance(written, str) or not all(part.strip() for part in written.partition("=")):
            raise ConfigurationError(f"jurisdictions: “{written}” is not like west.example.org=code-of-region")
    for entry in values["emergency_numbers"]:
        if not _EMERGENCY_NUMBER.fullmatch(entry):
            raise ConfigurationError(
                f"emergency_numbers: “{entry}” is not like fire=119 (or all, police, ambulance, crisis)"
            )


def _check_paces(values: dict[str, Any]) -> None:
    for name in _PACES:
        try:
            limits.parse(values[name])
        except ValueError as error:
            raise ConfigurationError(f"{name}: “{values[name]}” is not a pace such as 30/minute") from error
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
