"""Make up to a hundred links at once, each answered by itself, and none twice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import batched
from typing import Any

from portico.aws.tables import (
    MOST_AT_ONCE,
    NOT_THERE,
    Parts,
    Rows,
    TransactionRefused,
    transact_surely,
)
from portico.clock import SYSTEM, Clock, epoch
from portico.errors import (
    InvalidRequest,
    NotFound,
    OtherBody,
    PorticoError,
    RoleTooHigh,
    TakenAlready,
    TryLater,
)
from portico.links.new_link import (
    SharingRefused,
    WantedLink,
    check_link,
    check_owner,
    created,
    new_link,
)
from portico.links.rules import Link
from portico.links.store import Links
from portico.people.memberships import Reach, Role, membership_key
from portico.people.rules import Contact, Workspace
from portico.people.store import People, head_key

MOST_LINKS = 100
"""Links that one request makes."""
PRESS_TRIES = 3
PRESS_KEPT = timedelta(hours=24)
"""How long a repeat of a request is known as one."""


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A link that was made just now, with its token, which nobody can see again."""

    link: Link
    token: str


@dataclass(eq=False)
class MadeBefore(TakenAlready):
    """The same request has made this link before. Its token was shown then."""

    link: str = ""
    """Its public id."""


@dataclass(frozen=True, slots=True)
class Maker:
    """Who makes links, and which."""

    by: str
    """For the trail."""
    press: str
    """Names the request, however often it is sent: 22 characters."""
    asked: str
    """A digest of what it asks for."""
    reach: Reach
    may_share: bool


type LinkAnswer = MadeLink | PorticoError


@dataclass(frozen=True, slots=True)
class LinkBatches:
    """Makes many links, for callers whose request may come twice."""

    people_table: str
    sign_in_table: str
    clock: Clock = SYSTEM

    def create(
        self, workspace: Workspace, wanted: Sequence[WantedLink | InvalidRequest], maker: Maker
    ) -> list[LinkAnswer]:
        """Make links, and answer for each of them.

        Two reads and two writes at most: of 49 links, one each.

        Args:
            workspace: the workspace.
            wanted: the links, a hundred at most; or why one of them cannot be read.
            maker: who makes them.

        Returns:
            For each of *wanted*: the link with its token; or why there is none:
            :class:`InvalidRequest`, :class:`NotFound` (no such contact), :class:`RoleTooHigh`,
            :class:`SharingRefused`, :class:`MadeBefore`, :class:`TryLater` (the same request may be
            sent again, and makes those that are missing).

        Raises:
            OtherBody: the same press was sent with other links.
            TryLater: the contacts are out of reach. Nothing was made.
        """
        owners = self._owners(workspace, _contacts(wanted))
        judged = [
            _judged(each, workspace, owners, maker) if isinstance(each, WantedLink) else each
            for each in wanted
        ]
        # One place in each transaction is for the row that says what this request has made.
        return [
            answer
            for number, some in enumerate(batched(judged, MOST_AT_ONCE - 1, strict=False))
            for answer in self._write(some, workspace, maker, number=number)
        ]

    def _owners(
        self, workspace: Workspace, contacts: set[str]
    ) -> dict[str, tuple[Contact, Role | None]]:
        """Read the contacts of personal links, each with their role on the team."""
        people = People(self.people_table, workspace.id)
        found: dict[str, tuple[Contact, Role | None]] = {}
        for some in batched(sorted(contacts), MOST_AT_ONCE // 2, strict=False):
            keys = [head_key(workspace.id, each) for each in some]
            members = [membership_key(workspace.id, each) for each in some]
            rows = people.read(*keys, *members)
            for head, member in zip(rows[: len(some)], rows[len(some) :], strict=True):
                if head is not None and not head.get("ended_at"):
                    role = Role(member["role"]) if member and "role" in member else None
                    found[head["id"]] = Contact.from_row(head), role
        return found

    def _write(
        self,
        judged: Sequence["Wish | PorticoError"],
        workspace: Workspace,
        maker: Maker,
        *,
        number: int,
    ) -> list[LinkAnswer]:
        """Make the links of one transaction, or none of them.

        A repeat makes what was refused the first time and can be made now, and nothing else.
        """
        now = self.clock.now()
        new: list[LinkAnswer] = [
            MadeLink(*new_link(each.wanted, workspace, each.owner, at=now))
            if isinstance(each, Wish)
            else each
            for each in judged
        ]
        known: list[str] | None = None
        for _ in range(PRESS_TRIES):
            made = {n: each.link for n, each in enumerate(new) if isinstance(each, MadeLink)}
            if not made:
                return new
            before = known or [""] * len(new)
            ids = [made[n].id if n in made else id_ for n, id_ in enumerate(before)]
            press = self._noting(workspace, maker, number=number, ids=ids, known=known)
            try:
                transact_surely({"press": press, **self._adding(made.values(), workspace, maker)})
            except TryLater as away:
                return [each if isinstance(each, PorticoError) else away for each in new]
            except TransactionRefused as refused:
                row = refused.rows.get("press", {})
                if row.get("asked") != maker.asked:
                    raise OtherBody from None
                known = row["ids"]
                new = [
                    MadeBefore("link", link=id_) if id_ else each
                    for id_, each in zip(row["ids"], new, strict=True)
                ]
            else:
                return new
        busy = TryLater(cause="the same request was sent several times at once")
        return [each if isinstance(each, PorticoError) else busy for each in new]

    def _adding(self, made: Iterable[Link], workspace: Workspace, maker: Maker) -> Parts:
        links = Links(self.people_table, workspace.id)
        return {each.id: links.adding(each, created(each, workspace, maker.by)) for each in made}

    def _noting(
        self,
        workspace: Workspace,
        maker: Maker,
        *,
        number: int,
        ids: list[str],
        known: list[str] | None,
    ) -> dict[str, Any]:
        """Return the part that says what a request has made.

        It fails for the same request, unless that has made just what is *known*.
        """
        now = self.clock.now()
        row = {
            "pk": f"{workspace.id}#press#{maker.press}",
            "sk": f"links-{number}",
            "ids": ids,
            "asked": maker.asked,
            "expires_at": epoch(now + PRESS_KEPT),
            "ttl": epoch(now + PRESS_KEPT),
        }
        rows = Rows(self.sign_in_table, f"{workspace.id}#")
        if known is not None:
            return rows.putting(row, "ids = :known", {":known": known})
        return rows.putting(row, f"{NOT_THERE} OR expires_at <= :now", {":now": epoch(now)})


@dataclass(frozen=True, slots=True)
class Wish:
    """A link that may be made."""

    wanted: WantedLink
    owner: Contact | None


def _contacts(wanted: Sequence[WantedLink | InvalidRequest]) -> set[str]:
    return {each.contact for each in wanted if isinstance(each, WantedLink) and each.contact}


def _judged(
    wanted: WantedLink,
    workspace: Workspace,
    owners: dict[str, tuple[Contact, Role | None]],
    maker: Maker,
) -> Wish | PorticoError:
    """Return what is to be made, or why it is not."""
    try:
        check_link(wanted, workspace)
    except InvalidRequest as invalid:
        return invalid
    if wanted.contact is None:
        return Wish(wanted, None) if maker.may_share else SharingRefused()
    if wanted.contact not in owners:
        return NotFound()
    owner, role = owners[wanted.contact]
    try:
        check_owner(owner, wanted)
    except InvalidRequest as invalid:
        return invalid
    return Wish(wanted, owner) if maker.reach.includes(owner.id, role) else RoleTooHigh()
