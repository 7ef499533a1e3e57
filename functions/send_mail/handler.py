"""The stream of the SignIn table, and the retry queue: send the code mails that rows ask for."""

import os
from typing import Any

from portico.codes.mailroom import Mailroom
from portico.edge.records import each
from portico.settings import SendMail

settings = SendMail.read(os.environ)
mailroom = Mailroom.from_settings(settings)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Send each record's mail; a record that cannot be finished holds up no other."""
    return each(event["Records"], mailroom.send)
