"""The stream of the SignIn table, and the retry queue: send the code mails that rows ask for."""

import os

from portico.codes.mailroom import Mailroom
from portico.edge.records import Intake
from portico.settings import SendMail

settings = SendMail.read(os.environ)
mailroom = Mailroom.from_settings(settings)
handler = Intake("send_mail", mailroom.send)
