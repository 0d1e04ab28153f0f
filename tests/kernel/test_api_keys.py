"""Keys of other programs: shown once, known by their hash, revoked."""

from __future__ import annotations

from pathlib import Path

import pytest

from lacarte.kernel.api_keys import ApiKeyError, acting, make, owner, revoke
from lacarte.kernel.models import User
from tests.command import lacarte
from tests.migrated import migrated


@pytest.mark.django_db
def test_a_key_is_known_until_it_is_revoked() -> None:
    kept, key = make(" Sorrento app ")
    assert (kept.name, owner(key)) == ("Sorrento app", kept)
    assert key not in vars(kept).values(), "only the hash is kept"
    assert owner(key + "x") is None
    assert owner("") is None
    assert owner("\ud800") is None
    revoke("Sorrento app")
    assert owner(key) is None


@pytest.mark.django_db
def test_a_key_acts_for_its_account_while_both_are_open() -> None:
    ping = User.objects.create_user("ping")
    kept, key = make("their system", ping)
    assert acting(key) == (kept, ping)
    assert acting(make("app")[1]) is None, "a key of nobody"
    assert acting("wrong") is None
    User.objects.filter(pk=ping.pk).update(is_active=False)
    assert acting(key) is None
    User.objects.filter(pk=ping.pk).update(is_active=True)
    revoke("their system")
    assert acting(key) is None


@pytest.mark.django_db
def test_a_name_has_one_key_for_ever() -> None:
    make("app")
    with pytest.raises(ApiKeyError, match="already"):
        make("app")
    revoke("app")
    with pytest.raises(ApiKeyError, match="no key in use"):
        revoke("app")
    with pytest.raises(ApiKeyError, match="already"):
        make("app")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["", " ", "n" * 121, "a\0b", "a\nb", "\ud800"])
def test_a_name_is_one_that_can_be_read(name: str) -> None:
    with pytest.raises(ApiKeyError, match="1 to 120"):
        make(name)


@pytest.mark.once
def test_the_command_makes_lists_and_revokes_keys(tmp_path: Path) -> None:
    migrated(tmp_path)
    first, second = (lacarte(tmp_path, "key", "add", name).stdout.strip() for name in ("app", "sensors"))
    assert len(first) == len(second) == 43
    assert first != second
    twice = lacarte(tmp_path, "key", "add", "app")
    assert (twice.returncode, "already" in twice.stderr) == (1, True)
    assert lacarte(tmp_path, "key", "revoke", "app").stdout == "The key of app is revoked.\n"
    listed = lacarte(tmp_path, "key", "list").stdout.splitlines()
    assert [("revoked" in line, line.split()[-1]) for line in listed] == [(True, "app"), (False, "sensors")]
    nobody = lacarte(tmp_path, "key", "add", "system", "--user", "ping")
    assert (nobody.returncode, nobody.stderr) == (1, "lacarte: there is no account “ping”\n")
    unknown = lacarte(tmp_path, "key", "revoke", "nobody")
    assert (unknown.returncode, unknown.stderr) == (1, "lacarte: there is no key in use for “nobody”\n")
