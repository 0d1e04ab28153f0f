"""Settings: the environment first, then the file, then a safe default; every mistake is named."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lacarte.site.configuration import ConfigurationError, read, reference
from lacarte.site.home import database, folder, secret_key, why_unreachable


def environment(home: Path, **more: str) -> dict[str, str]:
    return {"LACARTE_HOME": str(home), **more}


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "lacarte.toml").write_text('city = "Bergen"\nthreads = 2\n')
    values = read(environment(tmp_path, LACARTE_THREADS="8", LACARTE_ALLOWED_HOSTS="a.example, b.example"))
    assert (values["city"], values["threads"], values["allowed_hosts"]) == (
        "Bergen",
        8,
        ["a.example", "b.example"],
    )
    assert values["debug"] is False


@pytest.mark.parametrize(
    ("written", "variables", "says"),
    [
        ("colour = 1", {}, "no setting “colour”"),
        ("city = 1", {}, "city: expected str"),
        ("city = ", {}, "lacarte.toml"),
        ("", {"LACARTE_DEBUG": "perhaps"}, "LACARTE_DEBUG.*neither"),
        ("", {"LACARTE_THREADS": "many"}, "not a whole number"),
        ("", {"LACARTE_THREADS": "99"}, "between 1 and 64"),
        ('time_zone = "Mars"', {}, "time_zone: there is no “Mars”"),
        ('log_level = "LOUD"', {}, "log_level: “LOUD” is none of DEBUG"),
        ('rate_limit = "lots"', {}, "not a pace such as 30/minute"),
        ('rate_limit_store = "abacus://"', {}, "rate_limit_store"),
        ('open311_type = "toy"', {}, "open311_type: “toy” is neither"),
        ('jurisdictions = ["west"]', {}, "jurisdictions: “west” is not like"),
        ("jurisdictions = [1]", {}, "jurisdictions: “1” is not like"),
        ('danger_call = ["nobody"]', {}, "danger_call: “nobody” is not like duty@city.example"),
        ('danger_call = ["=duty@city.example"]', {}, "danger_call: “=duty@city.example” is not like"),
        ('danger_call = ["west=+8613800138000"]', {}, "is a phone number, but no gateway sends SMS"),
        ("danger_minutes = 0", {}, "danger_minutes: 0 is not between 1 and 60"),
        ("", {"LACARTE_JURISDICTIONS": "a.example=w, =e"}, "jurisdictions: “=e” is not like"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, written: str, variables: dict, says: str) -> None:
    (tmp_path / "lacarte.toml").write_text(written)
    with pytest.raises(ConfigurationError, match=says):
        read(environment(tmp_path, **variables))


def test_the_secret_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    key = secret_key(tmp_path)
    assert len(key) > 50
    assert secret_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_processes_that_start_together_have_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: secret_key(tmp_path), range(32)))
    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"], "nothing is left lying about"


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigurationError, match="name another with --home"):
        folder(tmp_path / "file" / "home")


def test_a_server_that_does_not_answer_is_noticed_at_once(tmp_path: Path) -> None:
    assert "refused" in why_unreachable(database("postgresql://nobody@127.0.0.1:1/x", tmp_path))
    assert why_unreachable(database("", tmp_path)) == ""


def test_database_addresses(tmp_path: Path) -> None:
    assert database("", tmp_path)["NAME"] == tmp_path / "lacarte.sqlite3"
    entry = database("postgresql://ana:p%40ss@db.example:5433/city", tmp_path)
    assert (entry["NAME"], entry["USER"], entry["PASSWORD"], entry["PORT"]) == ("city", "ana", "p@ss", "5433")
    with pytest.raises(ConfigurationError, match="mysql"):
        database("mysql://x/y", tmp_path)


def test_the_reference_page_is_up_to_date() -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"
    assert page.read_text(encoding="utf-8") == reference(), "run ./lacarte settings-reference"
