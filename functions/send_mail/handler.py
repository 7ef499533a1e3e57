"""The stream of the SignIn table, and the retry queue: send the mails that rows ask for."""

import os

from portico.edge.batches import Intake
from portico.sender.mailroom import Mailroom
from portico.settings import SendMailSettings

settings = SendMailSettings.read(os.environ)
mailroom = Mailroom.from_settings(settings)
handler = Intake("send_mail", mailroom.send)
