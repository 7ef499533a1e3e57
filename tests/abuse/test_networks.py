"""One address, many people; and one attacker who claims to be many: RAT-01 and RAT-02."""

import random
from collections import Counter

import pytest

from tests.support.doors import door, stream_record
from tests.support.driver import OK, WRONG, Portal

MINE = "203.0.113.7"
VICTIM = "198.51.100.66"
FORGEABLE = [
    "x-forwarded-for",
    "forwarded",
    "x-real-ip",
    "true-client-ip",
    "cf-connecting-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "fastly-client-ip",
    "cloudfront-viewer-address",
]
SECRET = "between us and our own CloudFront, and nobody else"


def claim(header: str, address: str) -> dict[str, str]:
    """The header by which a request claims to come from *address*."""
    if header == "forwarded":
        return {header: f"for={address};proto=https"}
    return {header: f"{address}:443" if header == "cloudfront-viewer-address" else address}


def starts(portal: Portal, source_ip: str = MINE, **headers: str) -> int:
    body = {"workspace": "acme", "link": portal.shared, "email": "nobody@example.com"}
    answer = portal.another_browser(source_ip=source_ip).sends(
        "request_code", "POST /v1/codes", body, headers=headers
    )
    return answer.status


def counted(portal: Portal) -> dict[str, int]:
    """How often each network has started."""
    rows = [row for row in portal.rows("sign-in") if row["pk"].startswith("-net#")]
    return {row["pk"].split("#")[1]: int(row["h"]) for row in rows}


class TestAnAddressThatIsClaimed:
    def test_rat_01_opens_no_other_bucket(self, portal):
        for n, header in enumerate(FORGEABLE):
            for address in (f"198.51.100.{n}", f"2001:db8:{n}::1"):
                assert starts(portal, **claim(header, address)) == 202

        assert counted(portal) == {MINE: 2 * len(FORGEABLE)}

    def test_rat_01_does_not_outlive_a_spent_minute(self, portal):
        assert starts(portal) == 202
        (row,) = [row for row in portal.rows("sign-in") if row["pk"].startswith("-net#")]
        portal.writes("sign-in", row | {"h": 59, "shared": 59, "shared_m0": 59})
        assert starts(portal, **claim("x-forwarded-for", "198.51.100.98")) == 202

        late = [starts(portal, **claim(header, "198.51.100.99")) for header in FORGEABLE]

        assert set(late) == {429}

    def test_rat_01_costs_its_true_owner_nothing(self, portal):
        for header in FORGEABLE:
            for _ in range(2):
                starts(portal, **claim(header, VICTIM))

        assert VICTIM not in counted(portal)
        assert starts(portal, VICTIM) == 202

    def test_rat_01_by_every_header_at_once_is_still_one_bucket(self, portal):
        every = {k: v for header in FORGEABLE for k, v in claim(header, VICTIM).items()}

        starts(portal, **every, **{"x-portico-edge": "", "via": "1.1 cloudfront"})

        assert counted(portal) == {MINE: 1}


class TestAnAddressThatCloudFrontSays:
    @pytest.fixture(autouse=True)
    def behind_cloudfront(self, environments):
        environments(EDGE_SECRET=SECRET)

    def test_rat_01_is_the_bucket(self, portal):
        viewer = claim("cloudfront-viewer-address", "198.51.100.7")

        starts(portal, **viewer, **{"x-portico-edge": SECRET})

        assert counted(portal) == {"198.51.100.7": 1}

    def test_rat_01_is_moved_by_no_other_header(self, portal):
        others = [header for header in FORGEABLE if not header.startswith("cloudfront")]

        for header in others:
            viewer = claim("cloudfront-viewer-address", "198.51.100.7")
            starts(portal, **viewer, **claim(header, VICTIM), **{"x-portico-edge": SECRET})

        assert counted(portal) == {"198.51.100.7": len(others)}

    def test_rat_01_is_not_believed_of_whoever_goes_around_it(self, portal):
        proofs = ["", "guessed", SECRET.upper(), SECRET[:-1], f"{SECRET},{SECRET}"]

        for n, proof in enumerate(proofs):
            viewer = claim("cloudfront-viewer-address", f"198.51.100.{n}")
            starts(portal, **viewer, **{"x-portico-edge": proof})

        assert counted(portal) == {MINE: len(proofs)}


class Office:
    """Three hundred people, all behind one address."""

    def __init__(self, portal: Portal, people: int = 300) -> None:
        self.portal = portal
        emails = [f"p{n}@example.com" for n in range(people)]
        self.browsers = {each: portal.another_browser(source_ip=MINE) for each in emails}
        self.mailed: set[str] = set()

    def are_contacts(self) -> None:
        """Write them down as Ann is: by the front door it would take moto half a minute."""
        rows = self.portal.rows("people")
        head = next(row for row in rows if row["sk"] == "head")
        pointer = next(row for row in rows if row["sk"] == "pointer")
        for n, email in enumerate(self.browsers):
            id_ = f"ct_{n:022}"
            own = {"pk": f"acme#contact#{id_}", "id": id_, "email": email, "listed": email}
            self.portal.writes("people", head | own)
            theirs = {"pk": f"acme#email#{email}", "contact": id_}
            self.portal.writes("people", pointer | theirs)

    def arrivals(self, minutes: int) -> list[list[str]]:
        """Who comes in which minute: as people come, not as a clock ticks."""
        chance = random.Random(4)  # noqa: S311 - the same morning in every run
        mornings: list[list[str]] = [[] for _ in range(minutes)]
        for email in self.browsers:
            mornings[chance.randrange(minutes)].append(email)
        return mornings

    def ask(self, emails: list[str]) -> Counter[int]:
        return Counter(self.browsers[email].asks_for_a_code(email).status for email in emails)

    def have_their_mail(self) -> None:
        """As the stream does: what has changed since, and nothing that was handed over before."""
        asked = (row for row in self.portal.rows("sign-in") if row.get("mail"))
        new = [row for row in asked if row["pk"] not in self.mailed]
        self.mailed |= {row["pk"] for row in new}
        records = [stream_record(row) for row in new]
        assert door("send_mail").handler({"Records": records}, None) == OK

    def type(self, emails: list[str], *, typos: frozenset[str]) -> Counter[tuple[str, int]]:
        codes = {mail.to[0]: mail.code for mail in self.portal.mails}
        seen: Counter[tuple[str, int]] = Counter()
        for email in emails:
            if email in typos:
                seen["wrong", self.browsers[email].types(WRONG).status] += 1
            seen["right", self.browsers[email].types(codes[email]).status] += 1
        return seen


@pytest.mark.slow
class TestAnOffice:
    def test_rat_02_of_three_hundred_is_in_within_ten_minutes(self, portal):
        office = Office(portal)
        office.are_contacts()
        typos = frozenset(list(office.browsers)[::10])
        asked: Counter[int] = Counter()
        typed: Counter[tuple[str, int]] = Counter()

        for emails in office.arrivals(minutes=9):
            asked += office.ask(emails)
            office.have_their_mail()
            portal.forward(seconds=30)
            typed += office.type(emails, typos=typos)
            portal.forward(seconds=30)

        assert asked == {202: 300}
        assert typed == {("wrong", 401): 30, ("right", 200): 300}
        assert len(portal.session_rows()) == 300

    def test_rat_02_that_comes_all_at_once_gets_in_as_minutes_pass(self, portal):
        office = Office(portal, people=150)
        waiting = list(office.browsers)
        refused: list[int] = []

        for minute in range(3):
            asked = office.ask(waiting)
            assert asked[202] == min(60, len(waiting))
            refused.append(asked[429])
            if minute == 0:
                last = office.browsers[waiting[-1]].last
                assert last is not None
                assert last.body["retry_after"] == 60
            waiting = [e for e in waiting if not office.browsers[e].challenge]
            portal.forward(minutes=1)

        assert refused == [90, 30, 0]

    def test_rat_02_that_the_workspace_has_named_gets_in_at_once(self, portal):
        portal.sets(office_networks=["203.0.113.0/24"])
        office = Office(portal)

        asked = office.ask(list(office.browsers))

        assert asked == {202: 300}
