"""Who may use an installation."""

from __future__ import annotations

from datetime import timedelta

import click

from lacarte.cli.installation import Failure, installation

__all__ = ["member", "user"]


@click.command()
@click.argument("name")
@click.option("--role", type=click.Choice(["call-taker", "case-worker", "planner", "auditor", "administrator"]))
@click.option("--region", default="everywhere", show_default=True, help="Code of the region the mandate covers.")
@click.option("--days", default=365, show_default=True, type=click.IntRange(1, 3660), help="How long it is valid.")
@click.password_option(help="Asked for when not given.")
def user(name: str, role: str | None, region: str, days: int, password: str) -> None:
    """Add a user called NAME, an official when a role is given."""
    with installation():
        from django.contrib.auth.password_validation import validate_password
        from django.core.exceptions import ValidationError
        from django.db import transaction

        from lacarte.kernel import clock
        from lacarte.kernel.models import OfficialMandate, User
        from lacarte.registers.places.models import Region

        if User.objects.filter(username=name).exists():
            raise Failure(f"there is a user called “{name}” already")
        place = Region.objects.filter(code=region).first()
        if place is None:
            raise Failure(f"there is no region with the code “{region}”")
        try:
            User(username=name).full_clean(exclude=["password"])
            validate_password(password)
        except ValidationError as error:
            raise Failure(" ".join(error.messages)) from error
        with transaction.atomic():
            added = User.objects.create_user(name, password=password)
            if role:
                OfficialMandate.objects.create(
                    holder=added,
                    role=role,
                    region_first=place.number,
                    region_last=place.last,
                    until=clock.now() + timedelta(days=days),
                )
        click.echo(f"Added {name}" + (f", {role} for {place}." if role else "."))


@click.command()
@click.argument("name")
@click.argument("provider")
@click.option("--leave", is_flag=True, help="Not any more.")
def member(name: str, provider: str, leave: bool) -> None:
    """Let the user NAME keep the offers and answer the orders of the provider with the code PROVIDER."""
    with installation():
        from lacarte.kernel.models import User
        from lacarte.registers.providers.models import Provider

        user, found = User.objects.filter(username=name).first(), Provider.objects.filter(code=provider).first()
        if user is None:
            raise Failure(f"there is no user called “{name}”; `lacarte user {name}` adds one")
        if found is None:
            raise Failure(f"there is no provider with the code “{provider}”")
        (found.members.remove if leave else found.members.add)(user)
        click.echo(f"{name} {'is no member' if leave else 'is a member'} of {found}.")
