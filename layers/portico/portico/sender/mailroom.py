"""What the sender does with a record: of the table's stream, or of the retry queue."""

import json
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from portico.aws.ses import put_back
from portico.aws.values import Row, row_of
from portico.codes.challenge import Challenge, id_in
from portico.errors import TryLater
from portico.ids import fingerprint, parse_challenge
from portico.notices.store import ROW as NOTICE
from portico.notices.store import Notice
from portico.sender.code_mails import DONE_BEFORE, Outbox, Unfinished
from portico.sender.notice_mails import Noticeboard
from portico.settings import SendMail

log = logging.getLogger("portico.mail")

FIRST_WAIT = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Mailroom:
    """Takes records, and never holds up a stream."""

    outbox: Outbox
    noticeboard: Noticeboard
    retry_queue: str

    @classmethod
    def from_settings(cls, settings: SendMail) -> "Mailroom":
        """Make the mailroom of the sender."""
        outbox, noticeboard = Outbox.from_settings(settings), Noticeboard.from_settings(settings)
        return cls(outbox, noticeboard, settings.retry_queue)

    def send(self, record: dict[str, Any]) -> str:
        """Send what one record asks for.

        Returns:
            What became of it, as a metric's name: ``mailed``, ``withheld-<reason>``,
            ``done-before`` or ``queued``.

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
            return self._deliver(row)
        except Exception as error:  # noqa: BLE001
            # Failing here would hold every later mail of the shard until this one is done. Also
            # a row that cannot be read goes to the queue: there it ends among the dead letters.
            self._put_off(row, error)
            return "queued"

    def _deliver(self, row: Row) -> str:
        if row["sk"] == NOTICE:
            return self.noticeboard.deliver(Notice.from_row(row))
        return self.outbox.deliver(Challenge.from_row(row), row["mail"])

    def _put_off(self, row: Row, error: Exception) -> None:
        if row["sk"] == NOTICE:
            _log(error, notice=fingerprint(row["pk"]))
            self.noticeboard.queue(row["pk"], after=_wait(error))
        else:
            challenge = id_in(row["pk"])
            _log(error, challenge=fingerprint(str(challenge)), generation=row["mail"])
            self.outbox.queue(challenge, row["mail"], after=_wait(error))

    def _from_queue(self, message: dict[str, Any]) -> str:
        # Either {"challenge": …, "generation": …} or {"notice": <its partition key>}.
        ids = json.loads(message["body"])
        tries = int(message["attributes"]["ApproximateReceiveCount"])
        try:
            if "notice" in ids:
                return self.noticeboard.retry(ids["notice"])
            return self.outbox.retry(parse_challenge(ids["challenge"]), ids["generation"])
        except Exception as error:
            named = {n: fingerprint(ids[n]) for n in ("notice", "challenge") if n in ids}
            _log(error, **ids | named)
            wait = max(_wait(error), FIRST_WAIT * 2**tries)
            put_back(self.retry_queue, message["receiptHandle"], after=wait)
            raise


def _wait(error: Exception) -> timedelta:
    return error.after if isinstance(error, Unfinished) else FIRST_WAIT


def _log(error: Exception, **which: Any) -> None:
    match error:
        case Unfinished(cause=cause) | TryLater(cause=cause):
            pass
        case _:
            cause = type(error).__name__
    log.warning("mail.unfinished", extra={**which, "cause": cause})
