"""The mailbox is looked into every minute."""

from __future__ import annotations

import logging
from datetime import timedelta

from lacarte.kernel.schedule import every
from lacarte.standards.mail.polling import MailboxError, configured, poll

logger = logging.getLogger(__name__)


@every(timedelta(minutes=1), "mail.poll")
def poll_mailbox() -> None:
    """Take in what has come. A server that does not answer is asked again the next minute."""
    server = configured()
    if server is None:
        return
    try:
        poll(server)
    except MailboxError as error:
        logger.warning("the mailbox cannot be read: %s", error)
