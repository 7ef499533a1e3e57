"""An account whose address moves, by its owner and by a thief: what must hold in any order."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from portico.account.profile import identities_of
from portico.aws.keys import Keys
from portico.aws.tables import Rows, TransactionRefused, transact
from portico.clock import epoch
from portico.errors import TakenAlready, TooManyRequests
from portico.events import Caller, Event
from portico.notices.undo_token import Undo
from portico.people.heads import Heads
from portico.people.identities import Identity, owning
from portico.people.password_store import Password, Passwords
from portico.people.rules import Stay
from portico.people.store import People
from portico.sessions.proof import Proof
from tests.support.doors import Answer, door
from tests.support.driver import Portal
from tests.support.moves import moves

WINDOW = timedelta(hours=72)
FORGOTTEN = timedelta(hours=144)
"""After a change, when not even its undo is remembered."""
MOST = 5
POOL = [f"a{n}@pool.example" for n in range(4)]
HOURS = [0, 0, 1, 1, 24, 35, 71, 72]


@dataclass
class Move:
    """One change of address, as a person would tell it."""

    id: str
    old: str
    new: str
    at: datetime
    goes_back: bool
    fate: str = "stands"


@dataclass
class Life:
    """The contact, as they should be."""

    email: str
    chain: list[Move] = field(default_factory=list)
    """The moves that stand, oldest first."""
    password_at: datetime | None = None
    accounts: dict[str, datetime] = field(default_factory=dict)
    is_deleted: bool = False

    def reserved(self, *, at: datetime) -> set[str]:
        """Addresses that nobody else may have: left by a move that can be taken back."""
        return {each.old for each in self.chain if at < each.at + WINDOW}

    def goes_back(self, move: Move) -> None:
        """Return to the address before *move*: all that came after it is void."""
        later = self.chain.index(move) + 1
        for each in self.chain[later:]:
            each.fate = "voided"
        del self.chain[later:]
        self.email = move.old

    def takes_back(self, move: Move) -> None:
        """Undo *move*, and all that came after it."""
        first = self.chain.index(move)
        for each in self.chain[first:]:
            each.fate = "voided"
        move.fate = "undone"
        del self.chain[first:]
        self.email = move.old
        if self.password_at and self.password_at >= move.at:
            self.password_at = None
        self.accounts = {name: at for name, at in self.accounts.items() if at < move.at}


class Moves(RuleBasedStateMachine):
    """One contact, four addresses to move to, and strangers who want them."""

    def __init__(self, portal: Portal, keys: Keys) -> None:
        super().__init__()
        self.portal, self.keys = portal, keys
        self.people = People("people", portal.id)
        self.life = Life(portal.ann.email)
        self.moved: list[Move] = []
        self.strangers: set[str] = set()

    # What happens.

    @rule(hours=st.sampled_from(HOURS), seconds=st.sampled_from([1, 60]))
    def waits(self, hours: int, seconds: int) -> None:
        self.portal.forward(hours=hours, seconds=seconds)

    @precondition(lambda self: not self.life.is_deleted)
    @rule(email=st.sampled_from([*POOL, "ann@example.com"]))
    def moves_to(self, email: str) -> None:
        life, at = self.life, self.now
        if email == life.email:
            return
        can_be_undone = [each for each in life.chain if at < each.at + WINDOW]
        target = next((each for each in can_be_undone if each.old == email), None)
        old = life.email
        try:
            change = moves(self.portal.ann.id, email)
        except TooManyRequests:
            assert len(can_be_undone) == MOST
            assert target is None
        except TransactionRefused:
            assert email in self.strangers
        else:
            assert len(can_be_undone) < MOST or target
            assert email not in self.strangers
            self.moved.append(Move(change, old, email, at, target is not None))
            if target:
                life.goes_back(target)
                return
            life.email = email
            life.chain.append(self.moved[-1])

    @precondition(lambda self: self.moved)
    @rule(back=st.integers(1, 6))
    def follows_an_undo_link(self, back: int) -> None:
        life, at = self.life, self.now
        move = self.moved[-min(back, len(self.moved))]
        answer = self.undoes(move)
        if life.is_deleted or move.goes_back or at >= move.at + FORGOTTEN:
            expected: tuple[int, str | None] = (410, "expired")
        elif move.fate != "stands":
            expected = (200, None) if life.email == move.old else (410, REASONS[move.fate])
        elif at >= move.at + WINDOW:
            expected = (410, "expired")
        else:
            # Nothing that anybody can do meanwhile may be in the way.
            expected = (200, None)
            life.takes_back(move)
            # What is connected in the very second of an undo counts as of before it.
            self.portal.forward(seconds=1)
        assert (answer.status, answer.body.get("reason")) == expected, answer.event

    @rule(email=st.sampled_from([*POOL, "ann@example.com"]), by=st.sampled_from(["team", "code"]))
    def is_wanted_by_a_stranger(self, email: str, by: str) -> None:
        at = self.now
        is_theirs = not self.life.is_deleted and email == self.life.email
        is_free = not is_theirs and email not in self.life.reserved(at=at) | self.strangers
        try:
            if by == "team":
                self.portal.adds("Stranger", email)
            else:
                self.signs_up(email, at=at)
        except (TakenAlready, TransactionRefused):
            assert not is_free
        else:
            assert is_free
            self.strangers.add(email)

    @precondition(lambda self: not self.life.is_deleted)
    @rule()
    def sets_a_password(self) -> None:
        contact, at = self.contact, self.now
        passwords = Passwords("people", self.portal.id)
        event = Event("password.set", at, contact.id, 365)
        password = Password(f"$argon2id${secrets.token_hex(8)}", at, "account", "proof")
        before = passwords.get(contact.id)
        heads = Heads("people", self.portal.id)
        transact(
            {
                "head": heads.raising_sver(contact.id, sver=contact.sver, at=at),
                "password": passwords.putting(contact.id, password, before=before, event=event),
            }
        )
        self.life.password_at = at

    @precondition(lambda self: not self.life.is_deleted)
    @rule(subject=st.sampled_from("abc"))
    def connects_an_account(self, subject: str) -> None:
        contact, at = self.contact, self.now
        identity = Identity("google", "https://accounts.google.com", subject)
        rows = Rows("people", f"{self.portal.id}#")
        part = owning(
            rows,
            identity,
            workspace_id=self.portal.id,
            contact=contact.id,
            sver=contact.sver,
            at=at,
        )
        transact({"identity": part})
        self.life.accounts[subject] = at

    @precondition(lambda self: not self.life.is_deleted)
    @rule()
    def asks_to_be_deleted(self) -> None:
        life, at = self.life, self.now
        answer = self.with_a_session("DELETE /v1/account")
        if life.reserved(at=at):
            assert answer.problem == (409, "address-just-changed")
            return
        assert answer.status == 204, answer.event
        life.is_deleted = True

    # What must hold.

    @invariant()
    def everybody_has_the_address_that_is_theirs(self) -> None:
        rows = {row["pk"].partition("#email#")[2]: row for row in self.rows("pointer")}
        having = {email for email, row in rows.items() if row.get("contact") == self.portal.ann.id}
        assert having == (set() if self.life.is_deleted else {self.life.email})
        others = {email for email, row in rows.items() if "contact" in row} - having
        assert others == self.strangers
        kept = {
            email for email, row in rows.items() if row.get("reserved_until", 0) > epoch(self.now)
        }
        assert kept == self.life.reserved(at=self.now) - having

    @invariant()
    def nothing_but_what_should_be_lets_them_in(self) -> None:
        if self.life.is_deleted:
            assert not self.rows("identity")
            return
        contact = self.contact
        assert (contact.active, contact.email) == (True, self.life.email)
        password = Passwords("people", self.portal.id).get(contact.id)
        assert (password.changed_at if password else None) == self.life.password_at
        accounts = {row["subject"] for row in identities_of(self.people, contact)}
        assert accounts == self.life.accounts.keys()

    # How it is done.

    @property
    def now(self) -> datetime:
        return datetime.now(UTC).replace(microsecond=0)

    @property
    def contact(self) -> Any:
        return self.people.contact(self.portal.ann.id)

    def rows(self, sk: str) -> list[dict[str, Any]]:
        return [row for row in self.portal.rows("people") if row["sk"] == sk]

    def undoes(self, move: Move) -> Answer:
        token = Undo.of(
            self.keys,
            workspace_id=self.portal.id,
            contact=self.portal.ann.id,
            change=move.id,
        )
        body = {"workspace": self.portal.id, "undo": str(token)}
        browser = self.portal.another_browser()
        return browser.sends("account", "POST /v1/account/email/undo", body)

    def signs_up(self, email: str, *, at: datetime) -> None:
        contact = self.portal.team.contact(self.portal.id, self.portal.ann.id)
        newcomer = type(contact)(f"ct_{secrets.token_urlsafe(16)}", self.portal.id, "New", email)
        heads = Heads("people", self.portal.id)
        event = Event("contact.signed-up", at, newcomer.id, 365)
        transact(heads.signing_up(newcomer, event, proof=newcomer.id))

    def with_a_session(self, route: str) -> Answer:
        contact = self.contact
        press = secrets.token_hex(8)
        proof = Proof(
            challenge=f"chl_{self.portal.id}_{press}",
            request_id=press,
            workspace_id=self.portal.id,
            contact=contact.id,
            name=contact.name,
            email=contact.email,
            sver=contact.sver,
            method="code",
            stay=Stay(timedelta(hours=1), timedelta(days=7), 365),
        )
        caller = Caller(press, "signin.acme.test", "203.0.113.7")
        signed_in = door("verify_code").codes.sessions.begin(proof, caller)
        headers = {"authorization": f"Bearer {signed_in.access_token}"}
        query = {"workspace": self.portal.id}
        return self.portal.another_browser().sends("account", route, headers=headers, query=query)


REASONS = {"undone": "used", "voided": "voided"}
