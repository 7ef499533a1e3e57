"""Make, rotate and revoke the keys of a workspace. Each change is a line and a mail to owners."""

from dataclasses import dataclass, replace
from datetime import timedelta

from portico.aws.tables import Parts, TransactionRefused, transact_surely
from portico.clock import SYSTEM, Clock
from portico.errors import (
    InvalidRequest,
    LimitReached,
    NotFound,
    Refused,
    TakenAlready,
    TryLater,
)
from portico.events import Event
from portico.ids import digest, is_random_part
from portico.people.rules import Contact, Workspace
from portico.printable import is_printable_name
from portico.team.owner_notices import OwnerNotices
from portico.team.store import Memberships
from portico.team.workspace_key import (
    KEY_LIFETIME,
    LONGEST_KEY_LIFETIME,
    LONGEST_OVERLAP,
    Scope,
    WorkspaceKey,
    new_key_id,
    new_key_text,
)
from portico.team.workspace_key_store import WorkspaceKeyStore

MOST_KEYS = 20
"""Keys of a workspace that have not ended. An owner who leaves holds theirs in one transaction."""
LONGEST_KEY_LABEL = 60


class NotAnOwner(Refused):
    """Only an owner answers for a key."""


@dataclass(frozen=True, slots=True)
class WorkspaceKeys:
    """The keys of a deployment's workspaces."""

    people_table: str
    sign_in_table: str
    clock: Clock = SYSTEM

    def of(self, workspace: Workspace) -> list[WorkspaceKey]:
        """List a workspace's keys, newest first."""
        found = self._store(workspace).all()
        return sorted(found, key=lambda each: (each.created_at, each.id), reverse=True)

    def add(
        self,
        workspace: Workspace,
        owner: Contact,
        *,
        label: str,
        scopes: list[Scope],
        lifetime: timedelta = KEY_LIFETIME,
        id_: str = "",
        asked: str = "",
        host: str,
        by: str,
    ) -> tuple[WorkspaceKey, str]:
        """Make a key, and return it with its text, which nobody can see again.

        Args:
            workspace: the workspace.
            owner: the owner who answers for it.
            label: what it is for.
            scopes: what it may be used for.
            lifetime: how long it works, 400 days at most.
            id_: the key's, if the request has an ``Idempotency-Key``: a repeat makes no second
                key.
            asked: a digest of that request.
            host: our own host, which the mails name.
            by: who does it, for the trail.

        Raises:
            TakenAlready: there is a key with this id. What was shown then cannot be shown again.
            InvalidRequest: the label, the scopes or the lifetime are not valid.
            NotAnOwner: *owner* has another role, or none.
            LimitReached: there are as many keys as there may be.
            TryLater: nothing has changed.
        """
        now, id_ = self.clock.now(), id_ or new_key_id()
        text = new_key_text(workspace.id, id_)
        key = WorkspaceKey(
            id=id_,
            workspace_id=workspace.id,
            label=_label(label),
            scopes=_scopes(scopes),
            owner=owner.id,
            hash=digest(text),
            created_at=now,
            expires_at=now + _lifetime(lifetime),
            asked=asked,
        )
        running = [each for each in self.of(workspace) if each.state(at=now) in ("alive", "held")]
        if len(running) >= MOST_KEYS:
            raise LimitReached("keys")
        event = self._event(workspace, "key.created", key, by, scopes=" ".join(key.scopes))
        self._write(
            {
                "owner": Memberships(self.people_table, workspace.id).answering(owner.id),
                "key": self._store(workspace).adding(key, event),
                **self._telling(workspace, host, event, f"– → {', '.join(key.scopes)}", key),
            },
            is_new=True,
        )
        return key, text

    def rotate(
        self,
        workspace: Workspace,
        id_: str,
        owner: Contact,
        *,
        overlap: timedelta = LONGEST_OVERLAP,
        lifetime: timedelta = KEY_LIFETIME,
        press: tuple[str, ...] = (),
        host: str,
        by: str,
    ) -> tuple[WorkspaceKey, str]:
        """Give a key another secret, and return it with its new text. *owner* answers for it now.

        Args:
            workspace: the workspace.
            id_: the key's.
            owner: who answers for it from now on. A key that was held works again.
            overlap: how long the secret before stays good, seven days at most.
            lifetime: how long the new one works, 400 days at most.
            press: digests of the request, of which the first is kept. If it comes again, nobody has seen
                the secret that it made before: that one is replaced, and the one in use stays good.
            host: our own host, which the mails name.
            by: who does it, for the trail.

        Raises:
            NotFound: there is no such key, or it was revoked.
            InvalidRequest: *overlap* or *lifetime* is too long.
            NotAnOwner: *owner* has another role, or none.
            TryLater: nothing has changed.
        """
        before = self._find(workspace, id_)
        if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
            raise InvalidRequest("overlap", f"{LONGEST_OVERLAP.days} days at most")
        now = self.clock.now()
        old = (before.hash, min(now + overlap, before.expires_at))
        rotated_by = next(iter(press), "")
        if before.rotated_by in press and before.old_ends_at is not None:
            # By its first press: one that comes every day is no repeat of them all.
            old = (before.old_hash, before.old_ends_at)
            rotated_by = before.rotated_by
        if before.state(at=now) != "alive":
            # A secret that may not be used now must not come to life by a rotation.
            old = (old[0], now)
        text = new_key_text(workspace.id, before.id)
        event = self._event(workspace, "key.rotated", before, by)
        self._write(
            {
                "owner": Memberships(self.people_table, workspace.id).answering(owner.id),
                "key": self._store(workspace).rotating(
                    before,
                    owner=owner.id,
                    hash_=digest(text),
                    old=old,
                    expires_at=now + _lifetime(lifetime),
                    rotated_by=rotated_by,
                    event=event,
                ),
                **self._telling(workspace, host, event, "↻", before),
            }
        )
        return self._find(workspace, id_), text

    def revoke(self, workspace: Workspace, id_: str, *, host: str, by: str) -> WorkspaceKey:
        """Revoke a key: its next use is refused. A repeat changes nothing.

        Raises:
            NotFound: there is no such key.
            TryLater: nothing has changed.
        """
        key = self.find(workspace, id_)
        if key.revoked_at is not None:
            return key
        event = self._event(workspace, "key.revoked", key, by)
        parts = {
            "key": self._store(workspace).revoking(id_, event),
            **self._telling(workspace, host, event, "→ –", key),
        }
        try:
            transact_surely(parts)
        except TransactionRefused:
            # A colleague has revoked it in this moment, which was told then.
            return self._store(workspace).get(id_) or key
        return replace(key, revoked_at=event.at)

    def find(self, workspace: Workspace, id_: str) -> WorkspaceKey:
        """Return a key as it is, also one that has ended.

        Raises:
            NotFound: there is no such key.
        """
        # What has no id's shape may be longer than a key of a row can be.
        key = self._store(workspace).get(id_) if is_random_part(id_) else None
        if key is None:
            raise NotFound
        return key

    def _write(self, parts: Parts, *, is_new: bool = False) -> None:
        try:
            transact_surely(parts)
        except TransactionRefused as refused:
            if "owner" in refused.failed:
                raise NotAnOwner from None
            if "key" in refused.failed and is_new:
                raise TakenAlready("key") from None
            raise TryLater(cause="the key was changed meanwhile") from None

    def _find(self, workspace: Workspace, id_: str) -> WorkspaceKey:
        key = self.find(workspace, id_)
        if key.revoked_at is not None:
            raise NotFound
        return key

    def _telling(
        self, workspace: Workspace, host: str, event: Event, told: str, key: WorkspaceKey
    ) -> Parts:
        notices = OwnerNotices(self.people_table, self.sign_in_table, workspace, host)
        return notices.telling(event, f"{told}: {key.label}")

    def _event(
        self, workspace: Workspace, name: str, key: WorkspaceKey, by: str, **detail: str
    ) -> Event:
        detail = {"key": key.id, "label": key.label, **detail}
        days = workspace.trail_days
        return Event(name, self.clock.now(), workspace.id, days, by, detail=detail)

    def _store(self, workspace: Workspace) -> WorkspaceKeyStore:
        return WorkspaceKeyStore(self.people_table, workspace.id)


def _label(text: str) -> str:
    label = text.strip()
    if not 0 < len(label) <= LONGEST_KEY_LABEL or not is_printable_name(label):
        raise InvalidRequest("label", f"1 to {LONGEST_KEY_LABEL} printable characters")
    return label


def _scopes(scopes: list[Scope]) -> tuple[Scope, ...]:
    if not scopes:
        raise InvalidRequest("scopes", "one at least")
    return tuple(each for each in Scope if each in scopes)


def _lifetime(lifetime: timedelta) -> timedelta:
    if not timedelta(days=1) <= lifetime <= LONGEST_KEY_LIFETIME:
        raise InvalidRequest("lifetime", f"1 to {LONGEST_KEY_LIFETIME.days} days")
    return lifetime
