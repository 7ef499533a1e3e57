"""What the sender does with a record: of the table's stream, or of the retry queue."""

import json
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from portico.aws.postbox import put_back
from portico.aws.values import row_of
from portico.codes.challenges import Challenge
from portico.codes.sending import DONE_BEFORE, Outbox, Unfinished
from portico.ids import fingerprint, parse_challenge
from portico.settings import SendMail

log = logging.getLogger("portico.mail")

FIRST_WAIT = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Mailroom:
    """Takes records, and never holds up a stream."""

    outbox: Outbox
    retry_queue: str

    @classmethod
    def from_settings(cls, settings: SendMail) -> "Mailroom":
        """Make the mailroom of the sender."""
        return cls(Outbox.from_settings(settings), settings.retry_queue)

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
        challenge = Challenge.from_row(row)
        generation = row["mail"]
        try:
            return self.outbox.deliver(challenge, generation)
        except Exception as error:  # noqa: BLE001
            # Failing here would hold every later mail of the shard until this one is done.
            after = error.after if isinstance(error, Unfinished) else FIRST_WAIT
            self._log(str(challenge.id), generation, error)
            self.outbox.queue(challenge.id, generation, after=after)
            return "queued"

    def _from_queue(self, message: dict[str, Any]) -> str:
        ids = json.loads(message["body"])
        tries = int(message["attributes"]["ApproximateReceiveCount"])
        try:
            return self.outbox.retry(parse_challenge(ids["challenge"]), ids["generation"])
        except Unfinished as error:
            self._log(ids["challenge"], ids["generation"], error)
            wait = max(error.after, FIRST_WAIT * 2**tries)
            put_back(self.retry_queue, message["receiptHandle"], after=wait)
            raise

    def _log(self, challenge: str, generation: int, error: Exception) -> None:
        cause = error.cause if isinstance(error, Unfinished) else type(error).__name__
        log.warning(
            "mail.unfinished",
            extra={
                "challenge": fingerprint(challenge),
                "generation": generation,
                "cause": cause,
            },
        )
