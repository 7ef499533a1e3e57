"""The userinfo endpoint. It tells what a contact's rows say now, of what the token was granted."""

from dataclasses import dataclass
from typing import Any

from portico.aws.tables import Rows, get_many
from portico.clock import SYSTEM, Clock
from portico.errors import InvalidRequest, NotSignedIn, ProtocolRefused
from portico.events import Caller
from portico.openid.id_token_hint import portal_claims
from portico.openid.rules import Profile, details
from portico.people.refs import Ref, refs_key, refs_of
from portico.people.rules import Contact
from portico.people.store import head_key
from portico.sessions.access_token_check import TokenChecker, bearer_of
from portico.sessions.rules import Session
from portico.sessions.store import session_key
from portico.settings import UserInfoSettings
from portico.strict_parsers import words_in

WANTED = "openid"
REFS = "refs"
"""The scope, and the claim: what the help desk calls the contact on its channels."""


@dataclass(frozen=True, slots=True)
class UserInfo:
    """The userinfo endpoint of a deployment."""

    people_table: str
    sign_in_table: str
    checker: TokenChecker
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: UserInfoSettings) -> "UserInfo":
        """Make the endpoint from a door's settings."""
        return cls(
            settings.people_table,
            settings.sign_in_table,
            TokenChecker(settings.signing_keys.split(",")),
        )

    def posted(self, form: dict[str, str], caller: Caller) -> dict[str, Any]:
        """Return the claims for the token in the header or the form.

        Raises:
            InvalidRequest: both have a token.
            ProtocolRefused, TryLater: as :meth:`read`.

        Source: RFC 6750, 2.2.
        """
        token = form.get("access_token")
        if token is not None and caller.authorization:
            raise InvalidRequest("access_token", "send it once, in the header or in the form")
        return self._of(token or bearer_of(caller), caller)

    def read(self, query: dict[str, str], caller: Caller) -> dict[str, Any]:
        """Return the claims for the token in the header.

        Raises:
            InvalidRequest: the query has a token, where every log would keep it.
            ProtocolRefused: the token is missing, not valid, or without the scope ``openid``; or
                its contact is off or gone, or the portal's session has ended.
            TryLater: KMS or DynamoDB is out of reach.

        Source: OpenID Connect Core 1.0, 5.3; RFC 6750, 3.1.
        """
        if "access_token" in query:
            raise InvalidRequest("access_token", "in the header")
        return self._of(bearer_of(caller), caller)

    def _of(self, token: str | None, caller: Caller) -> dict[str, Any]:
        if token is None:
            # Without a token there is no error to describe: the answer only asks for a token.
            raise ProtocolRefused("invalid_token", "a bearer token is needed", 401, "Bearer")
        try:
            claims = portal_claims(
                self.checker, token, issuer=caller.own_origin, at=self.clock.now()
            )
        except NotSignedIn:
            raise _no_good() from None
        scope = claims["scope"]
        if WANTED not in words_in(scope):
            raise _refused("insufficient_scope", "openid was not granted", 403)
        with_refs = REFS in words_in(scope)
        contact, refs = self._contact(
            claims["workspace"], claims["sub"], claims["sid"], with_refs=with_refs
        )
        told = [{"channel": each.channel, "id": each.id} for each in refs]
        return {
            "sub": contact.id,
            "workspace": contact.workspace_id,
            **Profile.of(contact).claims(scope),
            **details(contact, scope),
            **({REFS: told} if with_refs else {}),
        }

    def _contact(
        self, workspace_id: str, contact: str, session: str, *, with_refs: bool
    ) -> tuple[Contact, list[Ref]]:
        people = Rows(self.people_table, f"{workspace_id}#")
        sign_in = Rows(self.sign_in_table, f"{workspace_id}#")
        wanted = [
            (people, *head_key(workspace_id, contact)),
            (sign_in, *session_key(workspace_id, contact, session)),
        ]
        # All that is told is read in this one call: what stands in another row is one more key.
        wanted += [(people, *refs_key(workspace_id, contact))] * with_refs
        head, held, *refs = get_many(wanted, consistent=True)
        if head is None or held is None:
            raise _no_good()
        found, portals = Contact.from_row(head), Session.from_row(held)
        # Who had somebody else's session must not read here where that contact has moved to.
        if (
            not found.is_in(at=self.clock.now())
            or portals.ended_at is not None
            or portals.sver != found.sver
        ):
            # No word more than of a token whose time is over.
            raise _no_good()
        # A ref that somebody has only named this contact for is told to nobody.
        return found, [each for row in refs for each in refs_of(row) if each.is_confirmed(found)]


def _no_good() -> ProtocolRefused:
    return _refused("invalid_token", "the token is unknown or has expired", 401)


def _refused(error: str, description: str, status: int) -> ProtocolRefused:
    scope = f', scope="{WANTED}"' if status == 403 else ""
    scheme = f'Bearer error="{error}", error_description="{description}"{scope}'
    return ProtocolRefused(error, description, status, scheme)
