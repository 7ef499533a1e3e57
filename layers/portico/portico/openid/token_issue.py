"""Issue tokens: the first ones for a code, the next ones for a refresh token.

A code or token is used up only after the first signature by KMS. If the second signature fails,
it is made good again, so that the portal can repeat the request.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError

from portico.aws import deadline
from portico.aws.keys import KeyRing
from portico.aws.parallel import in_parallel
from portico.aws.tables import TransactionRefused, transact_surely
from portico.clock import moment
from portico.errors import NotSignedIn, TryLater
from portico.events import Caller
from portico.openid.authorization_codes import Grant
from portico.openid.client_tokens import Subject
from portico.openid.registered_client import RegisteredClient
from portico.openid.rules import Profile
from portico.openid.token_lookup import PortalSession
from portico.people.heads import Heads
from portico.sessions.refresh import Rotations
from portico.sessions.rules import (
    ACCESS_TOKEN_LIFETIME,
    RefreshToken,
    Session,
    SessionEnd,
    portal_session_id,
)
from portico.sessions.store import SessionStore, happened

SIGN_IN_ENDED = "The sign-in has ended."


@dataclass(frozen=True, slots=True)
class TokenIssue:
    """The tokens of one answer."""

    people_table: str
    sign_in_table: str
    keys: KeyRing
    signing_key: str
    portal: RegisteredClient
    caller: Caller
    at: datetime

    def first(self, grant: Grant, code: str) -> dict[str, Any]:
        """Turn a code into tokens, once.

        Raises:
            InvalidGrantError: the code is used or too old, or the sign-in has ended. A second use
                also ends the code's session: if two hold a code, one has stolen it.
            TryLater: the code is still good.
        """
        session, token = self._begun(grant, code)
        if not grant.is_due(at=self.at):
            self._end(session)
            raise InvalidGrantError("The code is too old.")
        subject = self._subject(session, grant.profile, grant.scope)
        access = subject.access_token(key=self.signing_key, at=self.at)
        signing = in_parallel(self._naming(subject, access, grant.nonce))
        try:
            self._begin(session)
            id_token = signing.result()
        except TryLater:
            # The session may have begun, with only the answer lost.
            deadline.leave(deadline.TIME_TO_MEND)
            self._store.leave_unanswered(
                session.contact, session.id, request=self.caller.request_id
            )
            raise
        return _answer(access, token, id_token, grant.scope)

    def next(self, portal_session: PortalSession, scope: str) -> dict[str, Any]:
        """Exchange a refresh token.

        Raises:
            InvalidGrantError: the sign-in has ended; or the token is an old one, and its use ends
                the sign-in.
            TryLater: the token is still good.
        """
        session, contact = portal_session.session, portal_session.contact
        if not contact.is_in(at=self.at):
            raise InvalidGrantError(SIGN_IN_ENDED)
        if not (
            portal_session.is_by_this_client and session.is_alive(sver=contact.sver, at=self.at)
        ):
            # Sign only for somebody who holds a token of a running portal session.
            self._rotate(portal_session)
            raise InvalidGrantError(SIGN_IN_ENDED)
        subject = self._subject(session, Profile.of(contact), scope)
        signing = in_parallel(lambda: subject.access_token(key=self.signing_key, at=self.at))
        parent = self._store.get(session.contact, session.parent or "")
        # An idle parent does not end it: the contact is active in the portal instead.
        if parent is None or parent.ended_at is not None or self.at >= parent.expires_at:
            raise InvalidGrantError(SIGN_IN_ENDED)
        access = signing.result()
        signing = in_parallel(self._naming(subject, access, ""))
        rotations, token = self._rotate(portal_session)
        try:
            id_token = signing.result()
        except TryLater:
            rotations.keep(session.workspace_id, portal_session.token, token)
            raise
        return _answer(access, token, id_token, scope)

    def _begun(self, grant: Grant, code: str) -> tuple[Session, RefreshToken]:
        keys = self.keys.current()
        id_ = portal_session_id(code)
        token = RefreshToken.first(keys.refresh, contact=grant.contact, session=id_, challenge=code)
        idle = timedelta(seconds=grant.idle)
        session = Session(
            id=id_,
            workspace_id=self.portal.workspace_id,
            contact=grant.contact,
            sver=grant.sver,
            method=grant.method,
            signed_in_at=moment(grant.signed_in_at),
            expires_at=moment(grant.session_ends_at),
            idle_ends_at=self.at + idle,
            idle=idle,
            shared_computer=grant.shared_computer,
            n=0,
            current=token.hash,
            previous=None,
            previous_stays=False,
            rotated_at=self.at,
            key=keys.version,
            ended_at=None,
            ended_by=None,
            keep_days=grant.keep_days,
            portal=self.portal.id,
            parent=grant.session,
            scope=grant.scope,
        )
        return session, token

    def _begin(self, session: Session) -> None:
        detail = {"portal": self.portal.id, "parent": session.parent or ""}
        event = happened(
            "session.started", session, self.caller, at=self.at, method=session.method, **detail
        )
        heads = Heads(self.people_table, session.workspace_id)
        parts = {
            "session": self._store.beginning_portal_session(
                session, event, request=self.caller.request_id
            ),
            "standing": heads.standing(session.contact, sver=session.sver, at=self.at),
            "parent": self._store.parent_running(session.contact, session.parent or "", at=self.at),
        }
        try:
            transact_surely(parts)
        except TransactionRefused as refused:
            if "session" in refused.failed:
                self._end(session)
            raise InvalidGrantError("The code was used, or the sign-in has ended.") from None

    def _rotate(self, portal_session: PortalSession) -> tuple[Rotations, RefreshToken]:
        rotations = Rotations(self.sign_in_table, self.keys)
        try:
            _, token = rotations.rotate(
                self.portal.workspace_id,
                portal_session.token,
                self.caller,
                sver=portal_session.contact.sver,
                portal=self.portal.id,
                at=self.at,
            )
        except NotSignedIn:
            raise InvalidGrantError(SIGN_IN_ENDED) from None
        return rotations, token

    def _naming(self, subject: Subject, access: str, nonce: str) -> Callable[[], str]:
        return lambda: subject.id_token(access, nonce, key=self.signing_key, at=self.at)

    def _subject(self, session: Session, profile: Profile, scope: str) -> Subject:
        return Subject(self.caller.own_origin, self.portal, session, profile, scope)

    def _end(self, session: Session) -> None:
        event = happened("session.ended", session, self.caller, at=self.at, reason="code-reuse")
        self._store.end(session.contact, session.id, by=SessionEnd.CODE_REUSE, event=event)

    @property
    def _store(self) -> SessionStore:
        return SessionStore(self.sign_in_table, self.portal.workspace_id)


def _answer(access: str, refresh: RefreshToken, id_token: str, scope: str) -> dict[str, Any]:
    return {
        "access_token": access,
        "token_type": "Bearer",
        "expires_in": int(ACCESS_TOKEN_LIFETIME.total_seconds()),
        "refresh_token": str(refresh),
        "id_token": id_token,
        "scope": scope,
    }
