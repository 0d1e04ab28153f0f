"""What an installation may set: environment variables first, then ``lacarte.toml``, then a safe default.

``docs/reference/settings.md`` is generated from :data:`OPTIONS`.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse


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
    Option("jurisdiction", "lacarte.local", "Open311 jurisdiction id of this installation."),
    Option("city", "", "Name of the city in page heads. Empty: that of the largest region."),
    Option("threads", 4, "Threads that serve pages, from 1 to 64."),
    Option("match_minutes", 10, "Minutes between two matching runs, from 1 to 1440."),
    Option("rate_limit", "30/minute", "How often one address may send a need, sign in or look one up."),
    Option(
        "rate_limit_store",
        "memory://",
        "Where that is counted; `redis://host/0` when several processes serve.",
    ),
    Option("trusted_proxies", 0, "How many proxies of your own stand in front; they say who asks."),
    Option("metrics_token", "", "Bearer token that opens `/metrics`. Empty: signed-in administrators only."),
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
    _check_bounds(values)
    return values


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


def _check_bounds(values: dict[str, Any]) -> None:
    for name, low, high in (("threads", 1, 64), ("match_minutes", 1, 1440), ("trusted_proxies", 0, 9)):
        if not low <= values[name] <= high:
            raise ConfigurationError(f"{name}: {values[name]} is not between {low} and {high}")


def secret_key(home: Path) -> str:
    """The key of this installation, made on first use and readable by its owner only."""
    path = folder(home) / "secret_key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key := secrets.token_urlsafe(50))
    return key


def database(address: str, home: Path) -> dict[str, Any]:
    """Django's database entry for an address. Raises :class:`ConfigurationError` for an unknown kind."""
    parts = urlparse(address)
    if not address or parts.scheme == "sqlite":
        path = Path(unquote(parts.path)) if parts.path else home / "lacarte.sqlite3"
        path.parent.mkdir(parents=True, exist_ok=True)
        return {"ENGINE": "lacarte.kernel.sqlite", "NAME": path}
    if parts.scheme not in ("postgresql", "postgres"):
        raise ConfigurationError(f"LACARTE_DATABASE: “{parts.scheme}” is unknown; use sqlite or postgresql")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 16, "timeout": 20}},
    }


def folder(path: Path) -> Path:
    """A folder of the installation, made when it is not there."""
    path.mkdir(parents=True, exist_ok=True)
    return path


def package_folder(package: str, folder: str) -> Path:
    """A folder that an installed package ships, found without importing it.

    Raises :class:`ConfigurationError` when the package is not installed.
    """
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ConfigurationError(f"the package “{package}” is not installed; install lacarte again with its needs")
    return Path(found.submodule_search_locations[0]) / folder


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
        return f"`{','.join(default)}`"
    return f"`{default}`" if default != "" else ""
