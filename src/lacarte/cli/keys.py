"""Keys of other programs that speak to an installation."""

from __future__ import annotations

import click

from lacarte.cli.installation import Failure, installation

__all__ = ["key"]


@click.group()
def key() -> None:
    """Give other programs (Open311 clients, systems of providers) a key, list the keys, or revoke one."""


@key.command()
@click.argument("name")
@click.option("--user", default="", help="The account for which the program keeps offers by HSDS. [nobody]")
def add(name: str, user: str) -> None:
    """Make a key for NAME and show it: this once, as only its hash is kept."""
    with installation():
        from lacarte.kernel.api_keys import ApiKeyError, make
        from lacarte.kernel.models import User

        account = User.objects.filter(username=user).first() if user else None
        if user and account is None:
            raise Failure(f"there is no account “{user}”")
        try:
            _, shown = make(name, account)
        except ApiKeyError as error:
            raise Failure(str(error)) from error
        click.echo(shown)


@key.command("list")
def list_() -> None:
    """Who has a key, since when, and until when where it was revoked."""
    with installation():
        from lacarte.kernel.models import ApiKey

        for one in ApiKey.objects.select_related("user").order_by("created_at"):
            state = f"revoked {one.revoked_at:%Y-%m-%d}" if one.revoked_at else "in use"
            whose = f" (for {one.user.username})" if one.user else ""
            click.echo(f"{one.created_at:%Y-%m-%d}  {state:<18}  {one.name}{whose}")


@key.command()
@click.argument("name")
def revoke(name: str) -> None:
    """End the key of NAME: its program is refused from now on."""
    with installation():
        from lacarte.kernel import api_keys

        try:
            ended = api_keys.revoke(name)
        except api_keys.ApiKeyError as error:
            raise Failure(str(error)) from error
        click.echo(f"The key of {ended.name} is revoked.")
