"""What the sender does with a record: of the table's stream, or of the retry queue."""

import json
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from portico.aws.postbox import put_back
from portico.aws.values import row_of
from portico.codes.challenges import Challenge
from portico.codes.notices import ROW as NOTICE
from portico.codes.notices import Notice
from portico.codes.notifying import Noticeboard
from portico.codes.sending import DONE_BEFORE, Outbox, Unfinished
from portico.ids import fingerprint, parse_challenge
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
            Unfinished: a queue's message that must come again.
            TryLater: a stream's record that could not even be queued.
        """
        if "dynamodb" in record:
            return self._from_stream(record["dynamodb"])
        return self._from_queue(record)

    def _from_stream(self, change: dict[str, Any]) -> str:
        row = row_of(change.get("NewImage", {}))
        if not row.get("mail"):
            return DONE_BEFORE
        if row["sk"] == NOTICE:
            return self._notify(Notice.from_row(row))
        challenge = Challenge.from_row(row)
        generation = row["mail"]
        try:
            return self.outbox.deliver(challenge, generation)
        except Exception as error:  # noqa: BLE001
            # Failing here would hold every later mail of the shard until this one is done.
            after = error.after if isinstance(error, Unfinished) else FIRST_WAIT
            _log(error, challenge=fingerprint(str(challenge.id)), generation=generation)
            self.outbox.queue(challenge.id, generation, after=after)
            return "queued"

    def _notify(self, notice: Notice) -> str:
        try:
            return self.noticeboard.deliver(notice)
        except Exception as error:  # noqa: BLE001
            # As for codes: one notice must not hold up the shard.
            after = error.after if isinstance(error, Unfinished) else FIRST_WAIT
            _log(error, notice=fingerprint(notice.key))
            self.noticeboard.queue(notice.key, after=after)
            return "queued"

    def _from_queue(self, message: dict[str, Any]) -> str:
        # Either {"challenge": …, "generation": …} or {"notice": <its partition key>}.
        ids = json.loads(message["body"])
        tries = int(message["attributes"]["ApproximateReceiveCount"])
        try:
            if "notice" in ids:
                return self.noticeboard.retry(ids["notice"])
            return self.outbox.retry(parse_challenge(ids["challenge"]), ids["generation"])
        except Unfinished as error:
            named = {n: fingerprint(ids[n]) for n in ("notice", "challenge") if n in ids}
            _log(error, **ids | named)
            wait = max(error.after, FIRST_WAIT * 2**tries)
            put_back(self.retry_queue, message["receiptHandle"], after=wait)
            raise


def _log(error: Exception, **which: Any) -> None:
    cause = error.cause if isinstance(error, Unfinished) else type(error).__name__
    log.warning("mail.unfinished", extra={**which, "cause": cause})
