"""What an installation keeps on disk and where its database is."""

from __future__ import annotations

import importlib.util
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from lacarte.site.configuration import ConfigurationError


def folder(path: Path) -> Path:
    """A folder of the installation, made when it is not there. Raises :class:`ConfigurationError`."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"the folder {path} cannot be made ({error.strerror}); name another with --home or LACARTE_HOME"
        ) from error
    return path


def secret_key(home: Path) -> str:
    """The key of this installation, made on first use and readable by its owner only.

    Whoever starts first makes it, whole; a process that starts beside it reads the same one.
    """
    path = folder(home) / "secret_key"
    try:
        if not path.exists():
            _write_once(path, secrets.token_urlsafe(50))
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be used: {error}") from error


def _write_once(path: Path, text: str) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent)  # readable by the owner only
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
    try:
        os.link(name, path)
    except FileExistsError:
        pass  # somebody else was quicker
    finally:
        Path(name).unlink()


def database(address: str, home: Path) -> dict[str, Any]:
    """Django's database entry for an address. Raises :class:`ConfigurationError` for an unknown kind."""
    parts = urlparse(address)
    if not address or parts.scheme == "sqlite":
        path = Path(unquote(parts.path)) if parts.path else home / "lacarte.sqlite3"
        folder(path.parent)
        # To open the file anew for each request takes longer than most of what is asked of it.
        return {"ENGINE": "lacarte.kernel.sqlite", "NAME": path, "CONN_MAX_AGE": None}
    if parts.scheme not in ("postgresql", "postgres"):
        raise ConfigurationError(f"LACARTE_DATABASE: “{parts.scheme}” is unknown; use sqlite or postgresql")
    if importlib.util.find_spec("psycopg") is None:
        raise ConfigurationError("LACARTE_DATABASE: PostgreSQL needs lacarte[postgres] to be installed")
    try:
        port = parts.port or ""
    except ValueError as error:
        raise ConfigurationError(f"LACARTE_DATABASE: {error}") from error
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(port),
        "OPTIONS": {"connect_timeout": 5, "pool": {"min_size": 1, "max_size": 16, "timeout": 20}},
    }


def why_unreachable(entry: dict[str, Any]) -> str:
    """Why the server of a database entry cannot be reached; empty when it can, or is a file."""
    if not entry["ENGINE"].endswith("postgresql"):
        return ""
    import psycopg

    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    said: dict[str, Any] = {name: entry[key] for name, key in names.items() if entry[key]}
    try:
        psycopg.connect(**said, connect_timeout=5).close()
    except psycopg.OperationalError as error:
        return " ".join(str(error).split())
    return ""


def package_folder(package: str, inside: str) -> Path:
    """A folder that an installed package ships, found without importing it.

    Raises :class:`ConfigurationError` when the package is not installed.
    """
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ConfigurationError(f"the package “{package}” is not installed; install lacarte again with its needs")
    return Path(found.submodule_search_locations[0]) / inside
