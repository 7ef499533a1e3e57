"""Read what a diagnosis decides from: a few calls, each of them bounded, and no list of everything.

Of a contact: the settings, the head, what their address finds, the newest lines of the trail, the
newest personal links, and what became of the newest sign-in's mails.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import ip_network
from itertools import islice
from typing import Any

from portico.aws.queries import page_listed, page_within
from portico.aws.tables import Rows, get_many
from portico.clock import SYSTEM, Clock, moment
from portico.deliveries.ses_events import DeliveryState
from portico.diagnosis.facts import DiagnosisSubject, Facts, Near
from portico.diagnosis.near_misses import near_misses
from portico.directory.store import Record, email_key
from portico.ids import is_contact
from portico.limits.rules import NETWORK, hour_of
from portico.links.rules import Link
from portico.links.store import place_of_personal_links, shelf_of_links
from portico.people.addresses import subject_of
from portico.people.memberships import Role, membership_key
from portico.people.pointers import Pointer, pointer_key
from portico.people.rules import Contact, Workspace
from portico.people.store import People, head_key
from portico.sessions.rules import Session
from portico.sessions.store import session_key
from portico.trail.lookup import Trail

LINES = 50
"""The newest lines that are looked at."""
LINKS = 10
"""The newest personal links."""
MAILS = 4
"""A challenge has no more."""
NETWORKS = 3
"""The newest networks that they came from."""
NEAR_ONES = 5
"""Contacts whose address is nearly the one that was asked for."""
SIGN_IN = re.compile(r"[0-9a-f]{12}\Z")
"""The name that all lines of one sign-in share."""


@dataclass(frozen=True, slots=True)
class Gathering:
    """Reads the facts of one workspace."""

    workspace: Workspace
    people_table: str
    sign_in_table: str
    trail_table: str
    host: str
    clock: Clock = SYSTEM

    def pointer_wanted(self, email: str) -> tuple[Rows, str, str]:
        """Return the row that an address leads to, for a caller who reads it with others."""
        return (self._people.rows, *pointer_key(self.workspace.id, email))

    def of_address(self, email: str, pointer: dict[str, Any] | None) -> Facts:
        """Gather the facts of an address.

        Args:
            email: in its normal form.
            pointer: the row that :meth:`pointer_wanted` names, as read.

        Raises:
            TryLater: a table is out of reach.
        """
        found = Pointer.from_row(pointer)
        if found.contact is None:
            facts = self._of(DiagnosisSubject(email, trail=(subject_of(email),)), None)
            return replace(facts, near=self._near(email, found))
        return self.of_contact(found.contact) or self._of(DiagnosisSubject(email), None)

    def of_contact(self, contact: str) -> Facts | None:
        """Gather the facts of a contact; ``None``: there is none with this id.

        Raises:
            TryLater: a table is out of reach.
        """
        id_ = self.workspace.id
        head, member = self._people.read(head_key(id_, contact), membership_key(id_, contact))
        if head is None:
            return None
        found = Contact.from_row(head)
        if found.merged_into is not None:
            return self._merged(found)
        trail = [contact, *([subject_of(found.email)] if found.email else [])]
        facts = self._of(DiagnosisSubject(found.email or None, found, trail=tuple(trail)), found)
        return replace(facts, role=Role(member["role"]) if member and "role" in member else None)

    def _merged(self, lost: Contact) -> Facts:
        """Gather the facts of a contact who was merged into another one."""
        now: Contact | None = lost
        while now is not None and now.merged_into is not None:
            now = self._people.contact(now.merged_into)
        facts = self._of(DiagnosisSubject(None, lost, trail=(lost.id,)), None)
        near = [] if now is None or now.is_gone else [Near(now, now.email, is_former=True)]
        # Without a survivor they are erased, like them.
        lost = lost if near else replace(lost, merged_into=None)
        return replace(facts, subject=replace(facts.subject, contact=lost), near=near)

    def of_sign_in(self, sign_in: str) -> Facts | None:
        """Gather the facts of a sign-in, by what became of its mails or else by the workspace's list.

        Returns:
            The facts; ``None``: no such sign-in is known.

        Raises:
            TryLater: a table is out of reach.
        """
        rows, _ = page_within(self._sign_in, f"{self.workspace.id}#delivery#{sign_in}", size=MAILS)
        subject = str(rows[0]["subject"]) if rows else self._listed(sign_in)
        if subject is None:
            return None
        facts = self.of_contact(subject) if is_contact(subject) else None
        facts = facts or self._of(DiagnosisSubject(None, trail=(subject,)), None)
        its_own = [each for each in facts.lines if each.detail.get("sign_in") in (None, sign_in)]
        return replace(
            facts,
            subject=replace(facts.subject, sign_in=sign_in),
            lines=its_own,
            deliveries=_states(rows),
        )

    def _listed(self, sign_in: str) -> str | None:
        """Find whose a sign-in was in the workspace's list, as far back as one page of it goes."""
        # Loaded here: most ask for an address or a contact.
        from portico.trail.search import Span, TrailList  # noqa: PLC0415

        keep = timedelta(days=self.workspace.trail_days)
        listed = TrailList(self.trail_table, self.workspace.id, keep, self.clock)
        for entry in listed.sign_in(sign_in, Span()).entries:
            steps = entry.steps
            contact = next((each.contact for each in steps if each.contact), None)
            return contact or next((each.subject for each in steps if each.subject), None)
        return None

    def _of(self, subject: DiagnosisSubject, contact: Contact | None) -> Facts:
        trail = Trail(self.trail_table, self.workspace.id)
        lines = list(islice(trail.lines(subject.trail), LINES)) if subject.trail else []
        now = self.clock.now()
        facts = Facts(self.workspace, self.host, now, subject, lines=lines)
        if contact is None:
            return self._with_sign_in(facts)
        return self._with_sign_in(
            replace(
                facts,
                links=self._links(contact),
                record=self._record(contact),
                refusing_since=self._refusing_since(contact, now),
            )
        )

    def _with_sign_in(self, facts: Facts) -> Facts:
        """Add what the newest sign-in has left: its mails, its session, its networks."""
        id_, rows = self.workspace.id, self._sign_in
        newest = next(
            (each.detail["sign_in"] for each in facts.lines if "sign_in" in each.detail), ""
        )
        begun = next(
            (e for e in facts.lines if e.name == "session.started" and "parent" not in e.detail),
            None,
        )
        seen = (e.network for e in facts.lines if e.network and _is_network(e.network))
        networks = list(dict.fromkeys(seen))[:NETWORKS]
        hour, ends = hour_of(facts.at)
        mails = [(rows, f"{id_}#delivery#{newest}", str(n)) for n in range(1, MAILS + 1)]
        sessions = []
        if begun is not None and facts.contact is not None:
            sessions = [(rows, *session_key(id_, facts.contact.id, begun.detail["session"]))]
        offices = {each for each in networks if self.workspace.is_office(each)}
        nets = [
            (
                Rows(self.sign_in_table, "-net#"),
                f"-net#{each}#{hour}",
                f"office-{id_}" if each in offices else "starts",
            )
            for each in networks
        ]
        wanted = [*(mails if newest else []), *sessions, *nets]
        if not wanted:
            return facts
        found = get_many(wanted, consistent=True)
        told = found[: len(mails)] if newest else []
        session = found[len(told)] if sessions else None
        counts = found[len(told) + len(sessions) :]
        return replace(
            facts,
            deliveries=_states([each for each in told if each is not None]),
            session=Session.from_row(session) if session else None,
            spent={
                network: moment(ends)
                for network, row in zip(networks, counts, strict=True)
                if row is not None and row.get("h", 0) >= _most(is_office=network in offices)
            },
        )

    def _near(self, email: str, pointer: Pointer) -> Sequence[Near]:
        """Find whom an address may have been meant to lead to, by two calls."""
        former = pointer.former
        guesses = near_misses(email, domains=self.workspace.sign_up_domains)
        rows = self._people.read(*(pointer_key(self.workspace.id, each) for each in guesses))
        leads = [Pointer.from_row(row) for row in rows]
        whom = dict.fromkeys(
            each for each in (former, *(e.contact or e.former for e in leads)) if each
        )
        some = list(whom)[:NEAR_ONES]
        contacts = self._people.contacts_by_id(some) if some else {}
        met = [contacts[each] for each in some if each in contacts]
        return [Near(each, each.email, is_former=each.id == former) for each in met if each.email]

    def _links(self, contact: Contact) -> list[Link]:
        id_ = self.workspace.id
        keys, _ = page_listed(
            self._people.rows,
            shelf_of_links(id_),
            starting=place_of_personal_links(contact.id),
            newest_first=True,
            size=LINKS,
        )
        rows = self._people.read(*keys) if keys else []
        found = [Link.from_row(row) for row in rows if row is not None]
        return sorted(found, key=lambda each: each.created_at, reverse=True)

    def _record(self, contact: Contact) -> Record | None:
        # Whom the team keeps may be kept since before the setting was switched off.
        if not contact.email:
            return None
        (row,) = self._people.read(email_key(self.workspace.id, contact.email))
        return Record.from_row(row) if row else None

    def _refusing_since(self, contact: Contact, now: datetime) -> datetime | None:
        if not contact.strikes:
            return None
        domain = contact.email.rpartition("@")[2]
        rows, _ = page_within(
            self._sign_in,
            f"{self.workspace.id}#refusing",
            starting=f"{domain}#",
            newest_first=True,
            size=1,
        )
        is_good = rows and moment(rows[0]["expires_at"]) > now
        return moment(int(str(rows[0]["sk"]).rpartition("#")[2]) * 3600) if is_good else None

    @property
    def _people(self) -> People:
        return People(self.people_table, self.workspace.id)

    @property
    def _sign_in(self) -> Rows:
        return Rows(self.sign_in_table, f"{self.workspace.id}#")


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        # A line from before texts were checked.
        return False
    return True


def _most(*, is_office: bool) -> int:
    """Return with how many starts nobody who types an address starts once more."""
    budget = NETWORK.times(NETWORK.office_factor) if is_office else NETWORK
    return budget.total_for("shared")


def _states(rows: Sequence[dict[str, Any]]) -> dict[int, DeliveryState]:
    return {int(row["sk"]): DeliveryState(row["state"]) for row in rows}
