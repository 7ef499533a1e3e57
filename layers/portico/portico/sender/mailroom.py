"""What the sender does with a record: of the table's stream, or of the retry queue."""

import json
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from portico.aws.sqs import put_back
from portico.aws.values import Row, row_of
from portico.codes.challenge import Challenge, id_in
from portico.errors import TryLater
from portico.ids import fingerprint
from portico.notices.store import ROW as NOTICE
from portico.notices.store import Notice
from portico.sender.code_mails import CodeMails
from portico.sender.delivery import DONE_BEFORE, Delivery, Mail, Unfinished
from portico.sender.notice_mails import NoticeMails
from portico.settings import SendMailSettings

log = logging.getLogger("portico.mail")

FIRST_RETRY = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Mailroom:
    """Takes records, and never holds up a stream."""

    delivery: Delivery
    codes: CodeMails
    notices: NoticeMails

    @classmethod
    def from_settings(cls, settings: SendMailSettings) -> "Mailroom":
        """Make the mailroom of the sender."""
        return cls(
            Delivery.from_settings(settings),
            CodeMails.from_settings(settings),
            NoticeMails.from_settings(settings),
        )

    def send(self, record: dict[str, Any]) -> str:
        """Send what one record asks for.

        Returns:
            What became of it, as a metric's name: ``mailed``, ``mailed-for-account``,
            ``mailed-notice``, ``withheld-<reason>``, ``done-before`` or ``queued``.

        Raises:
            Unfinished, and whatever else went wrong: a queue's message that must come again.
            TryLater: a stream's record that could not even be queued.
        """
        if "dynamodb" in record:
            return self._from_stream(record["dynamodb"])
        return self._from_queue(record)

    def _from_stream(self, change: dict[str, Any]) -> str:
        row = row_of(change.get("NewImage", {}))
        if not row.get("mail"):
            return DONE_BEFORE
        try:
            return self.delivery.deliver(self._mail_of(row))
        except Exception as error:  # noqa: BLE001
            # Failing here would hold every later mail of the shard until this one is done. Also
            # a row that cannot be read goes to the queue: there it ends among the dead letters.
            ids = _ids_of(row)
            _log(error, ids)
            self.delivery.queue(ids, after=_wait(error))
            return "queued"

    def _from_queue(self, message: dict[str, Any]) -> str:
        ids = json.loads(message["body"])
        tries = int(message["attributes"]["ApproximateReceiveCount"])
        try:
            mail = self._named(ids)
            return self.delivery.deliver(mail) if mail else DONE_BEFORE
        except Exception as error:
            _log(error, ids)
            wait = max(_wait(error), FIRST_RETRY * 2**tries)
            put_back(self.delivery.retry_queue, message["receiptHandle"], after=wait)
            raise

    def _mail_of(self, row: Row) -> Mail:
        if row["sk"] == NOTICE:
            return self.notices.of(Notice.from_row(row))
        return self.codes.of(Challenge.from_row(row), row["mail"])

    def _named(self, ids: dict[str, Any]) -> Mail | None:
        return self.notices.named(ids) if "notice" in ids else self.codes.named(ids)


def _ids_of(row: Row) -> dict[str, Any]:
    """Return what names a row's mail on the retry queue: ids, and nothing else."""
    if row["sk"] == NOTICE:
        return {"notice": row["pk"]}
    return {"challenge": str(id_in(row["pk"])), "generation": row["mail"]}


def _wait(error: Exception) -> timedelta:
    return error.after if isinstance(error, Unfinished) else FIRST_RETRY


def _log(error: Exception, ids: dict[str, Any]) -> None:
    match error:
        case Unfinished(cause=cause) | TryLater(cause=cause):
            pass
        case _:
            cause = type(error).__name__
    named = {n: fingerprint(ids[n]) for n in ("notice", "challenge") if n in ids}
    log.warning("mail.unfinished", extra=ids | named | {"cause": cause})
