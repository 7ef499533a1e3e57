"""Sessions in the SignIn table, stored under their contact, so that lists need no index."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portico.aws.tables import ConditionFailed, Rows
from portico.clock import epoch
from portico.events import Caller, Event
from portico.ids import event_id
from portico.sessions.rules import (
    GRACE,
    PORTAL_SESSION_PREFIX,
    RETRY_WINDOW,
    USED_PROOF_KEPT,
    RefreshToken,
    Session,
    SessionEnd,
)

HAS_NOT_ENDED = "attribute_not_exists(ended_at) AND expires_at > :now"
IS_RUNNING = f"{HAS_NOT_ENDED} AND idle_ends_at > :now"


def session_key(workspace_id: str, contact: str, session: str) -> tuple[str, str]:
    """Return the key of a session's row, of a browser or of a portal."""
    kind = "held" if session.startswith(PORTAL_SESSION_PREFIX) else "session"
    return f"{workspace_id}#contact#{contact}", f"{kind}#{session}"


def happened(name: str, session: Session, caller: Caller, *, at: datetime, **detail: str) -> Event:
    """Return the trail's line about what *caller* did to a session.

    Its id comes from the session, which begins once and ends once. So a repeated request writes
    the same line, and the trail keeps it once.
    """
    return Event(
        name,
        at,
        session.contact,
        session.keep_days,
        network=caller.network,
        detail={"session": session.id, **whose(session), **detail},
        id=event_id(f"{name} of {session.id}"),
    )


def whose(session: Session) -> dict[str, str]:
    """Return what the trail adds about a portal session; nothing for a browser's."""
    if session.portal is None:
        return {}
    return {"portal": session.portal, "parent": session.parent or ""}


@dataclass(frozen=True, slots=True)
class SessionStore:
    """The sessions of one workspace."""

    table: str
    workspace_id: str

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace_id}#")

    def beginning(
        self, session: Session, *, request_id: str, event: Event, device: str | None
    ) -> dict[str, Any]:
        """Return the part of a transaction that writes a new session.

        The row's key comes from the challenge, so a challenge is used if the row exists. The
        same request may write it again for a minute, until the session is refreshed: a lost
        answer, the SDK's own repeat and a failed signature all end in the same session.
        """
        row = {**self._row(session, event), "request_id": request_id}
        if device:
            row["device"] = device
        is_the_same_request = "request_id = :mine AND attribute_not_exists(refreshed_at)"
        is_fresh = "created_at > :a_minute_ago AND attribute_not_exists(ended_at)"
        return self.rows.putting(
            row,
            f"attribute_not_exists(pk) OR ({is_the_same_request} AND {is_fresh})",
            {":mine": request_id, ":a_minute_ago": epoch(session.signed_in_at - RETRY_WINDOW)},
        )

    def beginning_portal_session(
        self, session: Session, event: Event, *, request: str
    ) -> dict[str, Any]:
        """Return the part of a transaction that writes a portal session.

        Its key comes from the authorization code, so a code is used if the row exists. It may be
        written again only while nobody can have got its tokens: by the SDK after a lost answer,
        which is still the same request, or after this door answered with a failure.
        """
        is_ungiven = "(unanswered = :yes OR request_id = :mine)"
        is_new = "attribute_not_exists(refreshed_at) AND attribute_not_exists(ended_at)"
        return self.rows.putting(
            {**self._row(session, event), "request_id": request},
            f"attribute_not_exists(pk) OR ({is_ungiven} AND {is_new})",
            {":yes": True, ":mine": request},
        )

    def leave_unanswered(self, contact: str, session: str, *, request: str) -> None:
        """Let the session of *request* begin again, because nobody got its tokens."""
        with suppress(ConditionFailed):
            self.rows.update(
                *session_key(self.workspace_id, contact, session),
                "SET unanswered = :yes REMOVE event",
                "request_id = :mine AND attribute_not_exists(refreshed_at)",
                {":yes": True, ":mine": request},
            )

    def _row(self, session: Session, event: Event) -> dict[str, Any]:
        pk, sk = session_key(self.workspace_id, session.contact, session.id)
        row = {
            "pk": pk,
            "sk": sk,
            "id": session.id,
            "workspace": session.workspace_id,
            "contact": session.contact,
            "sver": session.sver,
            "method": session.method,
            "created_at": epoch(session.signed_in_at),
            "expires_at": epoch(session.expires_at),
            "ttl": epoch(max(session.expires_at, session.rotated_at + USED_PROOF_KEPT)),
            "idle_ends_at": epoch(session.idle_ends_at),
            "idle": int(session.idle.total_seconds()),
            "shared_computer": session.shared_computer,
            "n": session.n,
            "current": session.current,
            "rotated_at": epoch(session.rotated_at),
            "key": session.key,
            "keep_days": session.keep_days,
            "event": event.rider(),
        }
        optional = {
            "network": event.network,
            "portal": session.portal,
            "parent": session.parent,
            "scope": session.scope,
            "way": session.way,
            "break_glass": session.break_glass,
            "account_since": epoch(session.account_since) if session.account_since else None,
            "account_vouched": session.account_vouched and session.account_since is not None,
            "account": session.account if session.account_since else None,
        }
        return row | {name: value for name, value in optional.items() if value}

    def get(self, contact: str, session: str) -> Session | None:
        """Read a session, consistently."""
        row = self.rows.get(*session_key(self.workspace_id, contact, session))
        return Session.from_row(row) if row else None

    def rotate(
        self,
        token: RefreshToken,
        successor: RefreshToken,
        *,
        key: str,
        sver: int,
        portal: str | None,
        ways: Collection[str] = (),
        at: datetime,
    ) -> Session:
        """Exchange a token for its successor, if it is current and not young.

        The first time it also asks that the way in that the session began by is one of *ways*.

        The browser's tokens and each portal's are apart: what is stolen from one of them, no
        other may use.

        Raises:
            ConditionFailed: it is not, or the session has ended; carries the row.
        """
        is_current = "current = :token AND rotated_at <= :grace_ago"
        is_theirs = "sver = :sver AND " + (
            "portal = :portal" if portal else "attribute_not_exists(portal)"
        )
        open_ways = {f":way_{n}": way for n, way in enumerate(sorted(ways))}
        is_open = "attribute_not_exists(way)"
        if open_ways:
            is_open = f"({is_open} OR way IN ({', '.join(open_ways)}))"
        row = self.rows.update(
            *session_key(self.workspace_id, token.contact, token.session),
            "SET n = :n, current = :successor, previous = :token, key = :key, "
            "rotated_at = :now, refreshed_at = :now, idle_ends_at = :now + idle "
            "REMOVE event, previous_stays, way",
            f"{is_current} AND {IS_RUNNING} AND {is_theirs} AND {is_open}",
            {
                **open_ways,
                ":token": token.hash,
                ":successor": successor.hash,
                ":n": successor.n,
                ":key": key,
                ":sver": sver,
                ":grace_ago": epoch(at - GRACE),
                ":now": epoch(at),
                **({":portal": portal} if portal else {}),
            },
        )
        return Session.from_row(row)

    def keep_previous(self, token: RefreshToken, successor: RefreshToken) -> None:
        """Keep *token* good until *successor* is used, because its answer could not be signed.

        Both stay good, because another tab may have got the successor meanwhile.
        """
        with suppress(ConditionFailed):
            self.rows.update(
                *session_key(self.workspace_id, token.contact, token.session),
                "SET previous_stays = :yes",
                "current = :successor AND previous = :token",
                {":yes": True, ":token": token.hash, ":successor": successor.hash},
            )

    def end(self, contact: str, session: str, *, by: SessionEnd, event: Event) -> Session | None:
        """End a session and return it, or ``None``. Ending it again changes nothing."""
        try:
            row = self.rows.update(
                *session_key(self.workspace_id, contact, session),
                "SET ended_at = if_not_exists(ended_at, :now), "
                "ended_by = if_not_exists(ended_by, :by), event = :event",
                "attribute_exists(pk)",
                {":now": epoch(event.at), ":by": by.value, ":event": event.rider()},
            )
        except ConditionFailed:
            return None
        return Session.from_row(row)

    def keeping(self, session: Session, *, at: datetime) -> dict[str, Any]:
        """Return the part of a transaction that keeps a running session when the same transaction
        raises its contact's ``sver``, which ends all others.
        """
        return self.rows.updating(
            *session_key(self.workspace_id, session.contact, session.id),
            "SET sver = sver + :one REMOVE event",
            f"{IS_RUNNING} AND sver = :sver",
            {":one": 1, ":sver": session.sver, ":now": epoch(at)},
        )

    def running(self, contact: str, session: str, *, at: datetime) -> dict[str, Any]:
        """Return the part of a transaction that checks that a session still runs."""
        key = session_key(self.workspace_id, contact, session)
        return self.rows.checking(*key, IS_RUNNING, {":now": epoch(at)})

    def parent_running(self, contact: str, parent: str, *, at: datetime) -> dict[str, Any]:
        """Return the part of a transaction that checks that a browser's session has not ended.

        An idle session is no reason to refuse a portal: its contact is active there.
        """
        key = session_key(self.workspace_id, contact, parent)
        return self.rows.checking(*key, HAS_NOT_ENDED, {":now": epoch(at)})

    def ending_anyway(self, session: Session, *, by: SessionEnd, event: Event) -> dict[str, Any]:
        """Return the part of a transaction that ends a session, also one that rests."""
        return self.rows.updating(
            *session_key(self.workspace_id, session.contact, session.id),
            "SET ended_at = :now, ended_by = :by, event = :event",
            "attribute_exists(pk) AND attribute_not_exists(ended_at)",
            {":now": epoch(event.at), ":by": by.value, ":event": event.rider()},
        )

    def ending(self, session: Session, *, by: SessionEnd, event: Event) -> dict[str, Any]:
        """Return the part of a transaction that ends a running session."""
        return self.rows.updating(
            *session_key(self.workspace_id, session.contact, session.id),
            "SET ended_at = :now, ended_by = :by, event = :event",
            IS_RUNNING,
            {":now": epoch(event.at), ":by": by.value, ":event": event.rider()},
        )
