"""Workspaces, contacts and email pointers in the People table."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import batched
from typing import TYPE_CHECKING, Any

from portico.aws.tables import (
    ALWAYS,
    IS_THERE,
    MOST_AT_ONCE,
    NOT_THERE,
    ConditionFailed,
    Parts,
    Rows,
    TransactionRefused,
    get_many,
    transact_surely,
)
from portico.clock import epoch
from portico.errors import NotFound, Refused, RoleTooHigh, TakenAlready, TryLater
from portico.events import Event
from portico.ids import digest, is_workspace
from portico.people.pointers import Pointer, Pointers, pointer_key
from portico.people.rules import Contact, Workspace

if TYPE_CHECKING:
    from portico.people.memberships import Reach

CONTACT_TRIES = 3
"""Tries, because the contact may change their name at the same moment as their team."""
WORKSPACES = "-workspaces"
"""The index key that lists all workspaces."""
TOLD_OF_A_CONTACT = frozenset({"name", "email", "language", "time_zone"})
"""What portals are told of a contact. A change of it moves ``updated_at``."""
IS_KEPT = f"{IS_THERE} AND attribute_not_exists(ended_at)"
"""Of a contact's head: the account was not deleted. What is left of one must get no name again."""
SHELVES = 16
"""Index keys that share the list of a workspace's contacts, so that none of them runs hot."""


@dataclass(eq=False)
class NotAsRead(Refused):
    """The contact is no longer as they were read."""

    now: Contact


def settings_row_key(workspace_id: str) -> tuple[str, str]:
    """Return the key of a workspace's settings row, which nearly every door reads."""
    return f"{workspace_id}#workspace", "door"


def words_key(workspace_id: str) -> tuple[str, str]:
    """Return the key of what page and mail show of a workspace beside its settings."""
    return f"{workspace_id}#workspace", "words"


def logo_key(workspace_id: str) -> tuple[str, str]:
    """Return the key of a workspace's logo."""
    return f"{workspace_id}#logo", "png"


def logo_row(workspace_id: str, png: bytes) -> dict[str, Any]:
    """Return the row of a logo. Its digest is the name under which we serve it."""
    pk, sk = logo_key(workspace_id)
    return {"pk": pk, "sk": sk, "digest": digest(png.hex())[:16], "png": png}


def head_key(workspace_id: str, contact: str) -> tuple[str, str]:
    """Return the key of a contact's head."""
    return f"{workspace_id}#contact#{contact}", "head"


def search_mark_key(workspace_id: str) -> tuple[str, str]:
    """Return the key of the row that says since when all contacts of a workspace have search rows."""
    return f"{workspace_id}#workspace", "search"


def connection_key(workspace_id: str, connection: str) -> tuple[str, str]:
    """Return the key of a connection's row."""
    return f"{workspace_id}#connection#{connection}", "connection"


def version_read(version: int) -> str:
    """Return the condition that nothing of a workspace was written since a version of it was read.

    Every write of its settings, words, logo, portals and connections raises the version, so this one
    condition guards all of them.
    """
    is_new = "attribute_not_exists(version) OR " if version == 0 else ""
    return f"{IS_THERE} AND ({is_new}version = :version)"


def workspace_of(row: dict[str, Any]) -> Workspace:
    """Read a settings row.

    Raises:
        TryLater: the row is malformed. Only this workspace is affected.
    """
    try:
        return Workspace.from_row(row)
    except TypeError as error:
        raise TryLater(cause="a workspace's row is malformed") from error


def workspace_now(table: str, workspace_id: str) -> Workspace:
    """Read a workspace, consistently.

    Raises:
        NotFound: no workspace has this id.
        TryLater: its row is malformed, or DynamoDB is out of reach.
    """
    people = People(table, workspace_id)
    row = people.read(settings_row_key(workspace_id))[0] if is_workspace(workspace_id) else None
    if row is None:
        raise NotFound
    return workspace_of(row)


def all_workspaces(table: str) -> Iterator[tuple[str, Workspace | None]]:
    """Read all workspaces, by id. Only for a team; no door does this.

    ``None`` in a workspace's place: its row is malformed.
    """
    # Loaded here, because only a team lists workspaces and no function does.
    from portico.aws.queries import keys_listed  # noqa: PLC0415

    keys = keys_listed(Rows(table, WORKSPACES), WORKSPACES)
    for some in batched(keys, MOST_AT_ONCE, strict=False):
        ids = [pk.partition("#")[0] for pk, _ in some]
        wanted = [(Rows(table, f"{id_}#"), *settings_row_key(id_)) for id_ in ids]
        for id_, row in zip(ids, get_many(wanted, consistent=False), strict=True):
            if row is not None:
                try:
                    yield id_, workspace_of(row)
                except TryLater:
                    yield id_, None


def head_row(contact: Contact, event: Event) -> dict[str, Any]:
    """Return the row of a new contact's head."""
    pk, sk = head_key(contact.workspace_id, contact.id)
    shelf, place = shelf_of_contact(contact)
    return {
        "pk": pk,
        "sk": sk,
        **contact.row(),
        "updated_at": epoch(event.at),
        "list": shelf,
        "listed": place,
        "event": event.rider(),
    }


def shelf_of_contact(contact: Contact) -> tuple[str, str]:
    """Return where the index lists a contact: the shelf, and the place on it."""
    shelf = int(digest(contact.id)[:2], 16) % SHELVES
    # Nothing can be listed by an empty text.
    return f"{contact.workspace_id}#contacts#{shelf:02}", contact.email or f"#{contact.id}"


@dataclass(frozen=True, slots=True)
class People:
    """The People rows of one workspace."""

    table: str
    workspace_id: str

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace_id}#")

    def read(
        self, *keys: tuple[str, str], consistent: bool = True, only: Sequence[str] = ()
    ) -> Sequence[dict[str, Any] | None]:
        """Read rows of this workspace in one call; of each *only* some attributes, or all."""
        wanted = [(self.rows, *key) for key in keys]
        return get_many(wanted, consistent=consistent, only=only)

    def contact(self, contact: str) -> Contact | None:
        """Read a contact's head."""
        row = self.rows.get(*head_key(self.workspace_id, contact))
        return Contact.from_row(row) if row else None

    def pointers(self, emails: Iterable[str]) -> dict[str, Pointer]:
        """Read whose primary emails these are, or were, a call for every hundred."""
        asked = list(emails)
        rows = self.many([pointer_key(self.workspace_id, each) for each in asked])
        return {email: Pointer.from_row(row) for email, row in zip(asked, rows, strict=True)}

    def workspace_row(self) -> Workspace | None:
        """Read the workspace."""
        row = self.rows.get(*settings_row_key(self.workspace_id))
        return workspace_of(row) if row else None

    def words_row(self) -> dict[str, Any] | None:
        """Read the words row, which most workspaces do not have."""
        return self.rows.get(*words_key(self.workspace_id))

    def add_workspace(
        self, workspace: Workspace, words: dict[str, Any], event: Event, *, also: Parts
    ) -> None:
        """Write a new workspace, and *also* in the same transaction.

        Raises:
            TakenAlready: a workspace has this id.
        """
        pk, sk = settings_row_key(self.workspace_id)
        row = {"pk": pk, "sk": sk, **workspace.row(), "event": event.rider()}
        row |= {"list": WORKSPACES, "listed": self.workspace_id}
        pk, sk = search_mark_key(self.workspace_id)
        mark = {"pk": pk, "sk": sk, "complete_at": epoch(event.at)}
        parts = {
            "settings": self.rows.putting(row, NOT_THERE),
            **self._writing(words, workspace.version),
            "search": self.rows.putting(mark, ALWAYS),
            **also,
        }
        try:
            transact_surely(parts)
        except TransactionRefused:
            raise TakenAlready("workspace") from None

    def changing(
        self, before: Workspace, settings: dict[str, Any], words: dict[str, Any] | None = None
    ) -> Parts:
        """Return the parts that write only these settings and *words*, and raise the version.

        Their names are ``settings``, and ``words`` if there are any. The first fails if anything
        was changed since *before* was read.

        Args:
            before: the workspace as it was read.
            settings: attributes of the settings row.
            words: attributes of the words row.
        """
        names = sorted(settings)
        changes = "".join(f"{name} = :{name}, " for name in names)
        values = {f":{name}": settings[name] for name in names}
        values |= {":version": before.version, ":next": before.version + 1}
        written = self.rows.updating(
            *settings_row_key(self.workspace_id),
            # Its line would stand beside what daily doors read: the change's own row has it.
            f"SET {changes}version = :next REMOVE event",
            version_read(before.version),
            values,
        )
        return {"settings": written, **self._writing(words or {}, before.version + 1)}

    def _writing(self, words: dict[str, Any], version: int) -> Parts:
        if not words:
            return {}
        # With the version, so that who reads them after the settings sees if they are newer.
        words = {**words, "version": version}
        names = sorted(words)
        changes = ", ".join(f"{name} = :{name}" for name in names)
        values = {f":{name}": words[name] for name in names}
        key = words_key(self.workspace_id)
        return {"words": self.rows.updating(*key, f"SET {changes}", ALWAYS, values)}

    def put_logo(self, png: bytes) -> str:
        """Store a workspace's logo and return the digest under which we serve it."""
        row = logo_row(self.workspace_id, png)
        self.rows.put(row, ALWAYS)
        return str(row["digest"])

    def logo(self) -> tuple[str, bytes] | None:
        """Read the logo: its digest and its bytes."""
        row = self.rows.get(*logo_key(self.workspace_id))
        return (row["digest"], row["png"]) if row else None

    def add_contact(self, contact: Contact, event: Event, *, asked: str = "") -> Contact:
        """Write a new contact, its pointer and its search rows in one transaction.

        Args:
            contact: the contact.
            event: the trail's line.
            asked: what the row keeps of the request that asked for it.

        Returns:
            The contact as the head has them.

        Raises:
            TakenAlready: the address is another contact's primary email, or reserved for one.
        """
        added, parts = self.adding(contact, event, asked=asked)
        try:
            transact_surely(parts)
        except TransactionRefused as refused:
            pointer = Pointer.from_row(refused.rows.get("pointer"))
            raise TakenAlready("email", until=pointer.reserved_until) from None
        return added

    def adding(self, contact: Contact, event: Event, *, asked: str = "") -> tuple[Contact, Parts]:
        """Return a new contact as the head will have them, and the parts that write them.

        Those that can refuse are ``head``, and ``pointer`` if the contact has an address.
        """
        # Loaded here, because only a team adds contacts by this, and no daily function does.
        from portico.people.search_rows import found_by, moving  # noqa: PLC0415

        by = found_by(contact.email, contact.name)
        contact = replace(contact, found_by=by, updated_at=epoch(event.at))
        head = head_row(contact, event) | {"found_by": by} | ({"asked": asked} if asked else {})
        pointers = Pointers(self.table, self.workspace_id)
        parts: dict[str, Any] = {"head": self.rows.putting(head, NOT_THERE)}
        if contact.email:
            parts["pointer"] = pointers.taking(contact.id, contact.email, at=event.at)
        return contact, parts | dict(moving(self.rows, contact, (), by))

    def change_contact(
        self,
        before: Contact,
        changes: dict[str, Any],
        event: Event,
        *,
        reach: "Reach | None" = None,
        as_read: Sequence[str] = (),
    ) -> Contact:
        """Write only these fields of a head. Switching ``active`` ends all sessions.

        Args:
            before: the contact as read.
            changes: the fields; the address is not among them.
            event: the trail's line.
            reach: on whom whoever asks for it may act; ``None``: on everybody.
            as_read: fields that must still be as *before* has them.

        Returns:
            The contact as they are then.

        Raises:
            NotFound: there is no such contact, or they have deleted their account.
            StillOwner: an owner of the team is to be switched off.
            RoleTooHigh: the contact has a role that is out of *reach*.
            NotAsRead: one of *as_read* has changed.
            TryLater: nothing has changed.
        """
        for _ in range(CONTACT_TRIES):
            try:
                return self._change(before, changes, event, reach, as_read)
            except ConditionFailed as failed:
                if failed.row is None or "ended_at" in failed.row:
                    raise NotFound from None
                now = Contact.from_row(failed.row)
                if any(getattr(now, each) != getattr(before, each) for each in as_read):
                    raise NotAsRead(now) from None
                # Somebody has changed in this moment what the contact is found by.
                before = now
        raise TryLater(cause="the contact was changed meanwhile")

    def _change(
        self,
        before: Contact,
        changes: dict[str, Any],
        event: Event,
        reach: "Reach | None",
        as_read: Sequence[str],
    ) -> Contact:
        names = sorted(changes)
        sets = "".join(f"{name} = :{name}, " for name in names)
        values = {f":{name}": changes[name] for name in names} | {":event": event.rider()}
        if "active" in changes:
            sets += "sver = sver + :one, "
            values[":one"] = 1
        if not TOLD_OF_A_CONTACT.isdisjoint(changes):
            sets += "updated_at = :now, "
            values[":now"] = epoch(event.at)
        key = head_key(self.workspace_id, before.id)
        # Loaded here: what only a team and an account do, and no daily function.
        from portico.people import memberships, search_rows  # noqa: PLC0415

        renamed = search_rows.renaming(self.rows, before, changes.get("name"))
        text, condition = f"SET {sets}{renamed.sets}event = :event", f"{IS_KEPT}{renamed.condition}"
        if "active" in changes:
            # Whom a team has switched, no directory switches on.
            text += " REMOVE off_by, out_from"
        values |= renamed.values
        for each in as_read:
            # A head from before an attribute lacks it.
            is_none = f"attribute_not_exists({each}) OR " if not getattr(before, each) else ""
            condition += f" AND ({is_none}{each} = :was_{each})"
            values[f":was_{each}"] = getattr(before, each)
        also = dict(renamed.parts)
        guard = reach.checking(self.rows, self.workspace_id, before.id) if reach else {}
        also |= guard
        if changes.get("active") is False and not guard:
            also["member"] = memberships.is_no_owner(self.rows, self.workspace_id, before.id)
        if not also:
            return Contact.from_row(self.rows.update(*key, text, condition, values))
        head = self.rows.updating(*key, text, condition, values)
        try:
            transact_surely({"head": head, **also})
        except TransactionRefused as refused:
            if "head" not in refused.failed:
                raise (RoleTooHigh if guard else memberships.StillOwner) from None
            raise ConditionFailed(refused.rows.get("head")) from None
        # Not read once more: a long list of changes would cost twice as many calls.
        return replace(
            before,
            **changes,
            found_by=renamed.values.get(":found_by", before.found_by),
            sver=before.sver + ("active" in changes),
            off_by=None if "active" in changes else before.off_by,
            out_from=None if "active" in changes else before.out_from,
            updated_at=values.get(":now", before.updated_at),
        )

    def contacts_by_id(self, contacts: Iterable[str]) -> dict[str, Contact]:
        """Read these contacts, in one call per hundred."""
        keys = [head_key(self.workspace_id, each) for each in dict.fromkeys(contacts)]
        found = (Contact.from_row(row) for row in self.many(keys) if row)
        return {each.id: each for each in found}

    def many(self, keys: Sequence[tuple[str, str]]) -> list[dict[str, Any] | None]:
        """Read rows of this workspace, consistently, in one call per hundred."""
        parts = batched(keys, MOST_AT_ONCE, strict=False)
        return [row for some in parts for row in self.read(*some)]

    def ending_sessions(self, contact: str, event: Event) -> dict[str, Any]:
        """Return the part of a transaction that ends all sessions of a contact.

        It also goes through for a deleted account, which must not stop a directory's import.
        """
        return self.rows.updating(
            *head_key(self.workspace_id, contact),
            "SET sver = sver + :one, event = :event",
            IS_THERE,
            {":one": 1, ":event": event.rider()},
        )

    def contacts(self, *, starting: str = "") -> Iterator[Contact]:
        """Read the contacts whose primary email starts with *starting*, in its order.

        Only for a team; no door does this.
        """
        # Loaded here, because only a team lists contacts and no function does.
        from portico.aws.queries import keys_merged  # noqa: PLC0415

        shelves = [f"{self.workspace_id}#contacts#{shelf:02}" for shelf in range(SHELVES)]
        keys = keys_merged(self.rows, shelves, starting=starting)
        for some in batched(keys, MOST_AT_ONCE, strict=False):
            found = (Contact.from_row(row) for row in self.read(*some) if row is not None)
            # A batch's answer has no order of its own, and the index lags behind the heads.
            yield from sorted(found, key=lambda each: each.email)
