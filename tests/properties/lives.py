"""Challenges in any order of events: what people, senders and teams may do, and must never see."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from portico.codes.rules import CODE_ALPHABET
from tests.properties.model import ATTEMPTS, BUDGET, MAILS, Life, Person, Press, busiest, fresh
from tests.properties.worlds import GENERATIONS, World
from tests.support.doors import Answer, door, queue_record
from tests.support.driver import OK, Browser

WAITS = [1, 1, 19, 29, 30, 30, 30, 59, 60, 60, 120, 120, 299, 300, 301, 599, 600, 1200, 1800, 3599]
"""Seconds: as long as people wait, and around every number of the design."""
SESSION = "__Host-portico-acme"
PEOPLE = st.sampled_from([0, 0, 0, 0, 1, 1, 2, 3, 4])
BROWSERS = st.integers(0, 1)


class Lives(RuleBasedStateMachine):
    """Two browsers, five addresses, one sender, and a team that changes its mind."""

    lives: Bundle[Life] = Bundle("lives")

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world, self.portal = world, world.portal
        self.people = [Person(*each) for each in world.addresses]
        self.browsers = [self.portal.another_browser(source_ip=f"198.51.100.{n}") for n in (1, 2)]
        self.all: dict[str, Life] = {}
        self.stream: list[tuple[Life, int, dict[str, Any]]] = []
        self.mailed: list[tuple[Life, str]] = []
        self.mailed_at: dict[str, list[datetime]] = {}
        self.switches = {"portal_enabled": True, "code_method": True}
        self.known: dict[int, str] = {}
        self.holder: dict[int, tuple[Life, int]] = {}

    @initialize(target=lives, personal=st.booleans(), sent=st.integers(1, 4), twice=st.booleans())
    def begins(self, personal: bool, sent: int, twice: bool) -> Any:
        life = self.asks_and_has_the_mail(0, 0, personal)
        for wait in (30, 60, 120)[: sent - 1]:
            self.waits(wait)
            self.asks_again(life, 0)
            self.delivers(1)
        if twice:
            self.switches_a_contact(0, 2)
        return life

    def teardown(self) -> None:
        # Whatever came before, every mailed code must mean now what it should mean.
        for life, code in self.mailed[-4:]:
            self.presses(life, 0, fresh(code))

    # What people do.

    @rule(target=lives, who=PEOPLE, by=BROWSERS, personal=st.booleans())
    def asks(self, who: int, by: int, personal: bool) -> Any:
        person, browser = self.people[who], self.browsers[by]
        is_personal = personal and person.contact != ""
        typed = (None, self.world.links[who]) if is_personal else (person.email.upper(), None)
        answer = browser.asks_for_a_code(typed[0], link=typed[1])
        assert answer.status == (202 if all(self.switches.values()) else 403), answer.event
        if answer.status != 202:
            self.switches_the_workspace(on=True)
            return multiple()
        stranger = not is_personal and self.known.get(by) != person.contact
        codes = self.world.codes_of(browser.challenge)
        life = Life(browser.challenge, person, codes, is_personal, stranger, [self.now])
        self.all[life.id] = life
        self.notes_the_change(life)
        return life

    @rule(target=lives, who=PEOPLE, by=BROWSERS, personal=st.booleans())
    def asks_and_has_the_mail(self, who: int, by: int, personal: bool) -> Any:
        life = self.asks(who, by, personal)
        if isinstance(life, Life):
            self.delivers(1)
        return life

    @rule(life=lives, by=BROWSERS)
    def asks_again(self, life: Life, by: int) -> None:
        answer = self.holding(life, by).asks_again()
        is_allowed = life.may_be_asked_again(at=self.now)
        assert (answer.status == 202) == is_allowed, answer.event
        if is_allowed:
            life.asked.append(self.now)
            self.notes_the_change(life)

    @rule(life=lives, by=BROWSERS, entry=st.text(CODE_ALPHABET, min_size=7, max_size=7))
    def guesses(self, life: Life, by: int, entry: str) -> None:
        self.presses(life, by, fresh(entry))

    @rule(life=lives, by=BROWSERS, generation=st.sampled_from(GENERATIONS))
    def types_a_code_of_its_own(self, life: Life, by: int, generation: int) -> None:
        self.presses(life, by, fresh(life.codes[generation]))

    @precondition(lambda self: self.mailed)
    @rule(back=st.sampled_from([1, 1, 1, 2, 3]), tabs=st.sampled_from([1, 1, 2]), by=BROWSERS)
    def types_a_mailed_code(self, back: int, tabs: int, by: int) -> None:
        life, code = self.mailed[-min(back, len(self.mailed))]
        for _ in range(tabs):
            self.presses(life, by, fresh(code))

    @rule(life=lives, other=lives, by=BROWSERS)
    def types_the_code_of_another(self, life: Life, other: Life, by: int) -> None:
        self.presses(life, by, fresh(other.codes[other.generation]))

    @rule(life=lives, by=BROWSERS, is_the_same=st.sampled_from([True, True, False]))
    def presses_once_more(self, life: Life, by: int, is_the_same: bool) -> None:
        request_id, code = life.pressed or fresh(life.codes[1]).name
        self.presses(life, by, Press(request_id, code if is_the_same else life.codes[2]))

    @rule(life=lives)
    def types_it_on_another_page(self, life: Life) -> None:
        elsewhere = self.portal.another_browser(origin=f"https://portal.{self.portal.id}.test")
        elsewhere.challenge = life.id

        answer = elsewhere.types(life.codes[life.generation])

        assert answer.status == 403
        assert answer.cookies == []

    @precondition(lambda self: self.holder)
    @rule(data=st.data())
    def refreshes(self, data: st.DataObject) -> None:
        by = data.draw(st.sampled_from(sorted(self.holder)))
        life, age = self.holder[by]
        before = self.browsers[by].cookies[SESSION]
        answer = self.browsers[by].refreshes()

        # The other browser may have ended it: all that is promised is who does not stay.
        if answer.status == 200:
            life.refreshed |= self.browsers[by].cookies[SESSION] != before
            assert life.person.active
            assert life.person.age == age
            assert self.switches["portal_enabled"]
            assert answer.body["contact"]["id"] == life.person.contact

    @rule(seconds=st.sampled_from(WAITS))
    def waits(self, seconds: int) -> None:
        self.portal.forward(seconds=seconds)

    # What senders do: soon, late, twice, or never.

    @precondition(lambda self: self.stream)
    @rule(back=st.sampled_from([1, 1, 1, 2, 2, 3, 5]))
    def delivers(self, back: int) -> None:
        self.sends(*self.stream[-min(back, len(self.stream))])

    @rule(life=lives, back=st.integers(0, MAILS - 1))
    def retries(self, life: Life, back: int) -> None:
        generation = max(1, life.generation - back)
        message = {"challenge": life.id, "generation": generation}
        self.sends(life, generation, queue_record(message))

    # What a team does.

    @rule(who=st.sampled_from([0, 0, 1]), times=st.integers(1, 2))
    def switches_a_contact(self, who: int, times: int) -> None:
        person = self.people[who]
        for _ in range(times):
            person.active, person.age = not person.active, person.age + 1
            self.portal.team.set_active(self.portal.id, person.email, person.active, by="test")

    @rule(on=st.booleans(), name=st.sampled_from(["portal_enabled", "code_method"]))
    def switches_the_workspace(self, on: bool, name: str = "") -> None:
        changes = dict.fromkeys(self.switches, True) if on else {name: False}
        if not changes.items() <= self.switches.items():
            self.portal.sets(**changes)
            self.switches |= changes

    # What must hold, whatever has been done.

    @invariant()
    def no_row_says_more_than_was_seen(self) -> None:
        rows = self.portal.rows("sign-in")
        begun = {row["id"]: row for row in rows if row["sk"].startswith("session#")}
        seen = {id_: life for life in self.all.values() for id_ in life.sessions}
        assert begun.keys() == seen.keys()
        for id_, row in begun.items():
            assert row["contact"] == seen[id_].person.contact
        for row in rows:
            if row["sk"] == "challenge":
                life = self.all[f"chl_acme_{row['pk'].split('#')[2]}"]
                assert row["attempts"] == life.attempts <= ATTEMPTS
                assert row["generation"] == life.generation <= MAILS

    @invariant()
    def nobody_is_mailed_more_than_the_budget(self) -> None:
        for times in self.mailed_at.values():
            assert all(busiest(window, times) <= most for window, most, _ in BUDGET)

    # How it is done.

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    def holding(self, life: Life, by: int) -> Browser:
        """A browser that has the challenge's id: its own, or one that was told."""
        self.browsers[by].challenge = life.id
        return self.browsers[by]

    def notes_the_change(self, life: Life) -> None:
        """Take the row as the stream does; when it is delivered is a matter of chance."""
        self.stream.append((life, life.generation, self.world.record_of(life.id)))

    def sends(self, life: Life, generation: int, record: dict[str, Any]) -> None:
        assert door("send_mail").handler({"Records": [record]}, None) == OK

        is_mailed = life.is_mailed(generation, open_=all(self.switches.values()), at=self.now)
        new = self.portal.mails[len(self.mailed) :]
        assert len(new) == is_mailed
        for mail in new:
            assert set(mail.to) == {life.person.email}
            assert mail.code == life.codes[generation]
            self.mailed.append((life, mail.code))
            self.mailed_at.setdefault(life.person.email, []).append(self.now)

    def presses(self, life: Life, by: int, press: Press) -> None:
        answer = self.holding(life, by).types(press.code, request_id=press.request_id)

        assert answer.status == life.presses(press, at=self.now), answer.event
        if answer.status in (200, 401) or (answer.body or {}).get("reason") == "used":
            life.evaluated.add(press.name)
            assert len(life.evaluated) <= ATTEMPTS
        if answer.status == 200:
            self.is_signed_in(life, by, press, answer)
        else:
            assert answer.cookies == []

    def is_signed_in(self, life: Life, by: int, press: Press, answer: Answer) -> None:
        assert life.is_proved_by(press.code, at=self.now)
        contact = {"id": life.person.contact, "email": life.person.email}
        assert contact.items() <= answer.body["contact"].items()
        session = answer.cookie(SESSION).split(".")[1]
        life.sessions.add(session)
        assert len(life.sessions) == 1
        self.known[by] = life.person.contact
        self.holder[by] = (life, life.person.age)
