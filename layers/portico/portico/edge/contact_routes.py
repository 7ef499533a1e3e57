"""The routes of contacts, for a workspace's team and its keys."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Self

from portico.account.contact_export import ContactExports
from portico.account.contact_refs import AskedRef, ContactRefs
from portico.account.team_email_change import TeamEmailChanges
from portico.account.team_erasure import TeamErasures
from portico.clock import SYSTEM, Clock
from portico.edge.cursors import cursor_at, page_size_of, place_of
from portico.edge.responses import Response
from portico.edge.seen_contact import Seen, contact_answer, etag_of, showing
from portico.edge.team_access import TeamAccess, demand_match, idempotency_key_of
from portico.errors import (
    ChangedMeanwhile,
    NotFound,
    OnTheTeam,
    RoleTooHigh,
    TakenAlready,
)
from portico.events import Caller, Event
from portico.ids import is_contact
from portico.people.addresses import mailable
from portico.people.contact_names import contact_language, contact_name, contact_time_zone
from portico.people.contact_search import ContactSearch, Sought
from portico.people.flow import TeamPeople
from portico.people.memberships import Role, StillOwner, membership_key
from portico.people.merges import all_merged_into, demand_own, merged_key, merged_of, undo_ends
from portico.people.pointers import Pointer, pointer_key
from portico.people.refs import Ref, refs_key, refs_of
from portico.people.rules import Contact
from portico.people.store import NotAsRead, People, head_key
from portico.settings import ManageContactsSettings
from portico.team.look_ups import LookUps
from portico.team.rules import Action
from portico.team.store import Membership
from portico.team.team_caller import KeyCaller, TeamCaller
from portico.team.visits import Visits

PROFILE: dict[str, Callable[[str], str]] = {
    "name": contact_name,
    "language": contact_language,
    "time_zone": contact_time_zone,
}
"""What can be corrected, and how it is checked."""

type Anyone = TeamCaller | KeyCaller


@dataclass(frozen=True, slots=True)
class AskedAddress:
    """POST …/contacts/{contact}/email: one whole address."""

    email: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AskedDetaching:
    """POST …/contacts/{contact}/refs/detach."""

    channel: str
    id: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AskedPage:
    """POST …/contacts/list: a page of all contacts, or of those whom a text finds."""

    text: str | None = field(default=None, repr=False)
    limit: int | None = None
    cursor: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class AskedContact:
    """POST …/contacts: add a contact."""

    name: str = field(repr=False)
    email: str = field(repr=False)
    language: str | None = None
    time_zone: str | None = None


@dataclass(frozen=True, slots=True)
class AskedCorrection:
    """PATCH …/contacts/{contact}. Absent members do not change; an empty language or time zone is
    none of their own.
    """

    name: str | None = field(default=None, repr=False)
    language: str | None = None
    time_zone: str | None = None


@dataclass(frozen=True, slots=True)
class ContactRoutes:
    """What the door answers about contacts."""

    people_table: str
    sign_in_table: str
    trail_table: str
    access: TeamAccess
    clock: Clock = SYSTEM

    @classmethod
    def behind(cls, access: TeamAccess, settings: ManageContactsSettings) -> Self:
        """Make the routes from a door's settings."""
        return cls(settings.people_table, settings.sign_in_table, settings.trail_table, access)

    def list(self, asked: AskedPage, path: dict[str, str], caller: Caller) -> Response:
        """Answer with a page of contacts."""
        found = self.access.of_anyone(path, caller, Action.LIST_CONTACTS)
        size = page_size_of(None if asked.limit is None else str(asked.limit))
        name, after = f"{found.workspace.id}|contacts|{asked.text or ''}", ""
        if asked.cursor is not None:
            (after,) = place_of(asked.cursor, of=name)
        search = ContactSearch(self.people(found))
        if asked.text is None:
            page = search.all(after=after, limit=size)
        else:
            page = search.matching(Sought.typed(asked.text), after=after, limit=size)
        if not after:
            by = "all" if asked.text is None else "text"
            self.visits.note_list(found, by=by, found=len(page.contacts))
        answer = {
            "contacts": [contact_answer(each) for each in page.contacts],
            "next": cursor_at([page.ends_with], of=name) if page.ends_with else None,
            "complete": page.is_complete,
        }
        return Response(200, answer)

    def show(self, path: dict[str, str], caller: Caller) -> Response:
        """Answer with one contact."""
        found = self.access.of_anyone(path, caller, Action.READ_CONTACT)
        seen = self.seen(found, path)
        self.note_visit(found, seen.contact.id, caller)
        return showing(seen)

    def look_ups(self, found: Anyone, caller: Caller) -> LookUps | None:
        """Return what a member who may not list everybody has looked up."""
        now = self.clock.now()
        return LookUps.of(self.people_table, self.sign_in_table, found, caller.host, at=now)

    def note_visit(self, found: Anyone, contact: str, caller: Caller) -> None:
        """Note that somebody reads a contact, before they are told of them."""
        self.visits.note_contact(found, contact, look_ups=self.look_ups(found, caller))

    def trail(self, path: dict[str, str], caller: Caller) -> Response:
        """Answer with a page of what happened to one contact, newest first."""
        # Loaded here: few requests of this door read the trail.
        from portico.edge.trail_routes import entries_of_contact  # noqa: PLC0415

        found = self.access.of_anyone(path, caller, Action.READ_CONTACT_TRAIL)
        seen = self.seen(found, path, also_gone=True)
        self.note_visit(found, seen.contact.id, caller)
        id_ = seen.contact.id
        merges = all_merged_into(self.people(found), id_) if seen.merged else []
        content = entries_of_contact(
            self.trail_table,
            found.workspace,
            id_,
            path,
            merged=[lost for _, lost in merges],
            clock=self.clock,
        )
        return Response(200, content)

    def add(self, asked: AskedContact, path: dict[str, str], caller: Caller) -> Response:
        """Add a contact, once for each ``Idempotency-Key``."""
        found = self.access.of_anyone(path, caller, Action.WRITE_CONTACT)
        once = idempotency_key_of(caller, found, "contacts", asked)
        id_ = f"ct_{once.random_part()}"
        contact = Contact(
            id_,
            found.workspace.id,
            contact_name(asked.name),
            mailable(asked.email),
            language=contact_language(asked.language) if asked.language else None,
            time_zone=contact_time_zone(asked.time_zone) if asked.time_zone else None,
        )
        team = TeamPeople(self.people_table, self.clock)
        try:
            added = team.add(found.workspace, contact, by=found.by, asked=once.body)
        except TakenAlready:
            row = self.people(found).rows.get(*head_key(found.workspace.id, id_))
            if row is None:
                self._note_taken(found, contact.email, caller)
                raise
            once.demand_same(row.get("asked", ""))
            # They may have got refs and more since.
            seen = self.read(found, id_) or Seen(Contact.from_row(row), None)
            return showing(seen, status=201)
        return showing(Seen(added, None), status=201)

    def put_ref(self, asked: AskedRef, path: dict[str, str], caller: Caller) -> Response:
        """Answer with the contact of a ref, who is made if it has none."""
        found = self.access.of_anyone(path, caller, Action.WRITE_CONTACT)
        look_ups = self.look_ups(found, caller)
        if look_ups:
            look_ups.read_room()

        def tells_of(contact: str | None) -> None:
            if contact is not None:
                self._note_shown(found, contact, caller)
            elif look_ups:
                look_ups.count_miss()

        try:
            referred = self.refs.put(
                found.workspace, asked, by=found.by, reach=found.reach, tells_of=tells_of
            )
        except TakenAlready:
            self._note_taken(found, mailable(asked.email or ""), caller)
            raise
        seen = self._whole(
            found, referred.contact, referred.role, referred.refs, merged=referred.merged
        )
        return showing(seen, status=201 if referred.is_new else 200)

    def detach_ref(self, asked: AskedDetaching, path: dict[str, str], caller: Caller) -> Response:
        """Take a ref from a contact."""
        found = self.access.of_anyone(path, caller, Action.WRITE_CONTACT)
        seen = self.reached(found, path, caller)
        referred = self.refs.detach(
            found.workspace,
            seen.contact.id,
            asked.channel,
            asked.id,
            by=found.by,
            reach=found.reach,
        )
        return showing(replace(seen, refs=referred.refs))

    def correct(self, asked: AskedCorrection, path: dict[str, str], caller: Caller) -> Response:
        """Correct what is known of a contact. They stay signed in."""
        found = self.access.of_anyone(path, caller, Action.WRITE_CONTACT)
        typed = {name: text for name, text in asdict(asked).items() if text is not None}
        # A name is never empty; the other two may be none of their own.
        wanted = {n: PROFILE[n](text) if text or n == "name" else None for n, text in typed.items()}
        seen = self.reached(found, path, caller)
        demand_match(caller, etag_of(seen.contact), seen.answer())
        changes = {n: new for n, new in wanted.items() if new != getattr(seen.contact, n)}
        if not changes:
            return showing(seen)
        event = self._event(found, "contact.changed", seen, fields=",".join(sorted(changes)))
        people = self.people(found)
        try:
            after = people.change_contact(
                seen.contact, changes, event, reach=found.reach, as_read=tuple(PROFILE)
            )
        except NotAsRead as changed:
            raise ChangedMeanwhile(replace(seen, contact=changed.now).answer()) from None
        return showing(replace(seen, contact=after))

    def change_email(self, asked: AskedAddress, path: dict[str, str], caller: Caller) -> Response:
        """Give a contact another address. The one before is told, and reserved for three days.

        Members change their own in their account: that mail alone undoes it. So nobody who has
        stolen a member's session gets around it here.
        """
        found = self.access.of_member(path, caller, Action.CHANGE_ADDRESS)
        seen = self.reached(found, path, caller)
        if seen.contact.id == found.contact.id:
            raise RoleTooHigh
        changes = TeamEmailChanges(self.people_table, self.sign_in_table, self.clock)
        after = changes.change(
            found.workspace,
            seen.contact,
            asked.email,
            host=caller.host,
            by=found.by,
            reach=found.reach,
        )
        return showing(replace(seen, contact=after))

    def deactivate(self, path: dict[str, str], caller: Caller) -> Response:
        """Switch a contact off. Their sessions and open codes end."""
        found = self.access.of_anyone(path, caller, Action.DEACTIVATE_CONTACT)
        return self._switch(found, path, caller, active=False)

    def reactivate(self, path: dict[str, str], caller: Caller) -> Response:
        """Let a contact sign in again."""
        found = self.access.of_member(path, caller, Action.REACTIVATE_CONTACT)
        return self._switch(found, path, caller, active=True)

    def export(self, path: dict[str, str], caller: Caller) -> Response:
        """Answer with all data of a contact."""
        found = self.access.of_anyone(path, caller, Action.EXPORT_CONTACT)
        seen = self.seen(found, path)
        exports = ContactExports(self.people_table, self.sign_in_table, self.trail_table)
        content = exports.of(found.workspace, seen.contact)
        self.visits.note_export(found, seen.contact.id)
        return Response(200, seen.answer() | content)

    def erase(self, path: dict[str, str], caller: Caller) -> Response:
        """Erase a contact. Again, for one whose erasure was cut off."""
        found = self.access.of_member(path, caller, Action.ERASE_CONTACT)
        seen = self.seen(found, path, also_gone=True)
        if not found.reach.includes(seen.contact.id, seen.role):
            raise RoleTooHigh
        if not seen.contact.is_gone:
            demand_match(caller, etag_of(seen.contact), seen.answer())
        erasures = TeamErasures(self.people_table, self.sign_in_table, self.trail_table, self.clock)
        erasures.erase(found.workspace, seen.contact, host=caller.host, by=found.by)
        return Response(204)

    def _switch(
        self, found: Anyone, path: dict[str, str], caller: Caller, *, active: bool
    ) -> Response:
        seen = self.reached(found, path, caller)
        contact = seen.contact
        # Whom a directory has out, or will have, comes back by its word, until the team has its own.
        is_off = not contact.active and contact.off_by is None
        if contact.is_in(at=self.clock.now()) if active else is_off:
            # Every switch raises `sver`; pressing twice must not sign anybody out twice.
            return showing(seen)
        event = self._event(found, f"contact.{'' if active else 'de'}activated", seen)
        people = self.people(found)
        try:
            after = people.change_contact(
                seen.contact, {"active": active}, event, reach=found.reach
            )
        except StillOwner:
            raise OnTheTeam from None
        return showing(replace(seen, contact=after))

    @property
    def refs(self) -> ContactRefs:
        """The names that the help desk has for contacts."""
        return ContactRefs(self.people_table, self.clock)

    @property
    def visits(self) -> Visits:
        """The lines of who has read what."""
        return Visits(self.sign_in_table, self.clock)

    def seen(self, found: Anyone, path: dict[str, str], *, also_gone: bool = False) -> Seen:
        """Return the contact of a route, with their role.

        Raises:
            NotFound: there is no such contact; or they are gone, unless *also_gone*.
            ContactMerged: they were merged into another one.
        """
        id_ = path["contact"]
        seen = self.read(found, id_, also_gone=True) if is_contact(id_) else None
        if seen is None:
            raise NotFound
        if not also_gone or seen.contact.merged_into is not None:
            demand_own(self.people(found), seen.contact)
        return seen

    def read(self, found: Anyone, contact: str, *, also_gone: bool = False) -> Seen | None:
        """Return a contact with their role; ``None``: nobody, or gone, unless *also_gone*."""
        id_ = found.workspace.id
        of = head_key, membership_key, refs_key, merged_key
        head, member, refs, merged = self.people(found).read(*(key(id_, contact) for key in of))
        membership = Membership.from_row(member)
        seen = Contact.from_row(head) if head else None
        if seen is None or (seen.is_gone and not also_gone):
            return None
        role = membership.role if membership else None
        return self._whole(found, seen, role, refs_of(refs), merged=merged_of(merged))

    def _whole(
        self,
        found: Anyone,
        contact: Contact,
        role: Role | None,
        refs: Sequence[Ref],
        *,
        merged: Sequence[str],
    ) -> Seen:
        # Most are made of nobody else, and cost no call more.
        people, now = self.people(found), self.clock.now()
        ends = undo_ends(people, contact.id, merged, at=now) if merged else {}
        return Seen(contact, role, refs, merged, ends)

    def reached(self, found: Anyone, path: dict[str, str], caller: Caller) -> Seen:
        """Return the contact of a route on whom the caller may act, and who is in its answer.

        Raises:
            NotFound: there is no such contact.
            ContactMerged: they were merged into another one.
            RoleTooHigh: their role is out of the caller's reach.
            TooManyRequests: the caller has read as many contacts in this hour as may be.
        """
        seen = self.seen(found, path)
        if not found.reach.includes(seen.contact.id, seen.role):
            raise RoleTooHigh
        self._note_shown(found, seen.contact.id, caller)
        return seen

    def _note_taken(self, found: Anyone, email: str, caller: Caller) -> None:
        """Count whoever has an address, or has just left it: that somebody has is told, too."""
        if look_ups := self.look_ups(found, caller):
            (row,) = self.people(found).read(pointer_key(found.workspace.id, email))
            pointer = Pointer.from_row(row)
            if contact := pointer.contact or pointer.former:
                look_ups.count_hit(contact)

    def _note_shown(self, found: Anyone, contact: str, caller: Caller) -> None:
        """Note whom the answer to a change shows, also if nothing changes: that is reading as well.

        For those who may list everybody the change is line enough.
        """
        if look_ups := self.look_ups(found, caller):
            self.visits.note_contact(found, contact, look_ups=look_ups)

    def _event(self, found: Anyone, name: str, seen: Seen, **detail: str) -> Event:
        days = found.workspace.trail_days
        return Event(name, self.clock.now(), seen.contact.id, days, found.by, detail=detail)

    def people(self, found: Anyone) -> People:
        """The contacts of whoever asks."""
        return People(self.people_table, found.workspace.id)
