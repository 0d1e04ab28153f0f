"""E-mails that come as files, and the mailbox."""

from __future__ import annotations

from pathlib import Path

import click

from lacarte.cli.installation import Failure, installation

__all__ = ["messages"]

_BECAME = {
    "need": "a new need, {reference}",
    "joined": "joined the conversation of {reference}",
    "known": "known already, {reference}",
    "returned": "says that a message could not be delivered",
    "passed-over": "passed over: a machine wrote it, and it answers nothing of ours",
}


@click.group()
def messages() -> None:
    """What residents write by e-mail."""


@messages.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
def import_(paths: tuple[Path, ...]) -> None:
    """Take in e-mails from the files PATHS (.eml); the same one twice is one."""
    with installation():
        from lacarte.kernel.uploads import most_bytes
        from lacarte.standards.mail.taking import take

        failed = 0
        for path in paths:
            try:
                with path.open("rb") as file:
                    data = file.read(most_bytes() * 2)
            except OSError as error:
                click.echo(f"{path}: cannot be read ({error.strerror})", err=True)
                failed += 1
                continue
            if not data.strip():
                click.echo(f"{path}: is empty", err=True)
                failed += 1
                continue
            taken = take(data, paced=False)
            reference = taken.message.need.reference if taken.message else ""
            click.echo(f"{path}: {_BECAME[taken.became].format(reference=reference)}")
            for sentence in taken.message.refused if taken.message else ():
                click.echo(f"  {sentence}")
    if failed:
        raise Failure(f"{failed} of {len(paths)} files could not be taken in")


@messages.command()
def poll() -> None:
    """Look into the mailbox now (setting mail_imap); a worker does every minute."""
    with installation():
        from lacarte.standards.mail.polling import MailboxError, configured
        from lacarte.standards.mail.polling import poll as look

        server = configured()
        if server is None:
            raise Failure("there is no mailbox; set mail_imap, such as imaps://user@host/INBOX")
        try:
            polled = look(server)
        except MailboxError as error:
            raise Failure(f"the mailbox cannot be read: {error}") from error
        if polled is None:
            click.echo("Another process is at it.")
            return
        for became, n in sorted(polled.became.items()):
            click.echo(f"{n} {became}")
        if not any(polled.became.values()):
            click.echo("Nothing new.")
        if polled.later:
            click.echo(f"{polled.later} stay in the mailbox for now: their senders have written a lot.")
        if polled.more:
            click.echo(f"{polled.more} more wait for the next look.")
    if polled.failed:
        raise Failure(f"{polled.failed} could not be taken in and are tried again; the log says why")
