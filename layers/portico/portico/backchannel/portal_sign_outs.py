"""From a line of the trail to the portals: which ones to tell, and telling each of them.

The stream only finds out whom to tell, and puts each on a queue by ids: a portal that is slow must
not hold up the sign-outs of others.
"""

import json
import logging
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from portico.aws import deadline
from portico.aws.queries import rows_within
from portico.aws.sqs import enqueue, put_back
from portico.aws.tables import Rows
from portico.aws.values import row_of
from portico.backchannel.receivers import NotTold, tell
from portico.backchannel.rules import LOGOUT, Ended, SignOut, sign_outs
from portico.clock import SYSTEM, Clock
from portico.errors import TryLater
from portico.openid.registered_client import ClientId, RegisteredClient, client_key
from portico.people.rules import Contact
from portico.people.store import head_key
from portico.sessions.access_token import signed
from portico.sessions.rules import PORTAL_SESSION_PREFIX, Session
from portico.sessions.store import session_key
from portico.settings import SignOutPortalsSettings

log = logging.getLogger("portico.backchannel")

TIME_TO_TELL = timedelta(seconds=12)
"""For one portal: DynamoDB, KMS and SQS, and the five seconds that it may take to answer."""
FIRST_TELL_AGAIN = timedelta(seconds=10)
LAST_TELL_AGAIN = timedelta(hours=1)
MOST_TELLS = 10
"""Tries, over an hour and a half. The queue counts them."""


@dataclass(frozen=True, slots=True)
class PortalSignOuts:
    """Tells the portals of a deployment."""

    people_table: str
    sign_in_table: str
    issuer: str
    signing_key: str
    queue: str
    loopback: bool
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: SignOutPortalsSettings) -> "PortalSignOuts":
        """Make it from a door's settings."""
        return cls(
            settings.people_table,
            settings.sign_in_table,
            settings.token_issuer,
            settings.signing_keys.split(",")[0],
            settings.sign_out_queue,
            settings.provider_loopback == "open",
        )

    def handle(self, record: dict[str, Any]) -> str:
        """Handle one record: of the Trail's stream, or of the queue.

        Returns:
            What became of it, as a metric's name: of a line ``queued`` or ``nobody``; of a message
            ``told`` or ``not-wanted``.

        Raises:
            TryLater: the record must come again.
            NotTold: the portal did not take it; the message comes again later.
        """
        deadline.start(TIME_TO_TELL)
        try:
            if "dynamodb" in record:
                return self._spread(row_of(record["dynamodb"].get("NewImage", {})))
            return self._tried(record)
        finally:
            deadline.end()

    def _spread(self, line: dict[str, Any]) -> str:
        ended = Ended.by_line(line) if line else None
        told = self._sign_outs(ended) if ended else []
        for each in told:
            client = str(ClientId(each.workspace_id, each.portal))
            enqueue(self.queue, asdict(each), delay=timedelta(0), group=client)
        return "queued" if told else "nobody"

    def _sign_outs(self, ended: Ended) -> list[SignOut]:
        """Find the portals to tell, which most sign-outs have none of."""
        id_ = ended.workspace_id
        pk, starting = session_key(id_, ended.contact, PORTAL_SESSION_PREFIX)
        rows = Rows(self.sign_in_table, f"{id_}#")
        held = [Session.from_row(row) for row in rows_within(rows, pk, starting=starting)]
        if not held:
            return []
        people = Rows(self.people_table, f"{id_}#")
        head = None
        if ended.session is None:
            row = people.get(*head_key(id_, ended.contact))
            head = Contact.from_row(row) if row else None
        found = sign_outs(ended, held, head, at=self.clock.now())
        wanted = {name: self._receiver(id_, name) for name in {each.portal for each in found}}
        return [each for each in found if wanted[each.portal]]

    def _tried(self, message: dict[str, Any]) -> str:
        sign_out = SignOut(**json.loads(message["body"]))
        try:
            return self._tell(sign_out)
        except (NotTold, TryLater) as error:
            tries = int(message["attributes"]["ApproximateReceiveCount"])
            log.warning(
                "sign-out.not-told",
                extra={
                    "workspace": sign_out.workspace_id,
                    "portal": sign_out.portal,
                    "jti": sign_out.jti,
                    "cause": error.cause if isinstance(error, TryLater) else str(error),
                    "tries": tries,
                    "is_last": tries >= MOST_TELLS,
                },
            )
            wait = min(FIRST_TELL_AGAIN * 2 ** (tries - 1), LAST_TELL_AGAIN)
            put_back(self.queue, message["receiptHandle"], after=wait)
            raise

    def _tell(self, sign_out: SignOut) -> str:
        # Read anew: the team may have changed or removed the address since the last try.
        portal = self._receiver(sign_out.workspace_id, sign_out.portal)
        if portal is None or portal.backchannel_logout_uri is None:
            return "not-wanted"
        now = self.clock.now()
        claims = sign_out.claims(self.issuer, portal.client_id, at=now)
        token = signed(claims, typ=LOGOUT, key=self.signing_key)
        tell(portal.backchannel_logout_uri, token, loopback=self.loopback)
        return "told"

    def _receiver(self, workspace_id: str, name: str) -> RegisteredClient | None:
        """Return a portal that wants to be told."""
        row = Rows(self.people_table, f"{workspace_id}#").get(*client_key(workspace_id, name))
        portal = RegisteredClient.from_row(row) if row else None
        return portal if portal and portal.on and portal.backchannel_logout_uri else None
