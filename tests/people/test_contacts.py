"""Contacts, and the workspaces they belong to
(people/flow.py, people/store.py, people/logos.py)."""

from datetime import timedelta

import pytest

from portico.aws.tables import ForeignRow, transact_surely
from portico.errors import CrossSite, InvalidRequest, NotFound, PortalUnavailable, TakenAlready
from portico.events import Caller, Event
from portico.people.heads import Heads
from portico.people.logos import LARGEST_LOGO, checked
from portico.people.rules import Workspace
from portico.people.store import People, head_key
from tests.support.driver import NOON
from tests.support.row_capacity import KILOBYTE, size_of

ACME = Workspace(id="acme", name="Acme", portal_url="https://portal.acme.test/support")


class TestAContact:
    def test_is_found_by_id_and_by_email_however_it_is_typed(self, portal):
        for who in (portal.ann.id, "ann@example.com", " Ann@Example.com "):
            assert portal.team.contact("acme", who) == portal.ann

    @pytest.mark.parametrize("who", ["nobody@example.com", "ct_" + "A" * 22, "ct_me@example.com"])
    def test_that_is_none_is_not_found(self, portal, who):
        with pytest.raises(NotFound):
            portal.team.contact("acme", who)

    def test_may_have_an_address_that_begins_like_an_id(self, portal):
        portal.adds("Connie Teal", "ct_connie@example.com")

        assert portal.team.contact("acme", "ct_connie@example.com").name == "Connie Teal"

    def test_has_an_address_of_its_own(self, portal):
        before = portal.rows("people")

        with pytest.raises(TakenAlready) as taken:
            portal.adds("Another Ann", "ANN@example.com")

        assert taken.value.what == "email"
        assert portal.rows("people") == before

    def test_may_have_an_address_that_another_workspace_knows(self, portal):
        globex = portal.neighbour()

        assert globex.ann.email == portal.ann.email
        assert globex.ann.id != portal.ann.id

    @pytest.mark.parametrize("name", ["", "   ", "x" * 101, "Ann\r\nBcc: x", "Ann\u202e", "A\x00"])
    def test_has_a_printable_name(self, portal, name):
        with pytest.raises(InvalidRequest) as refused:
            portal.adds(name, "bob@example.com")
        assert refused.value.field == "name"

    def test_has_a_small_head(self, portal):
        long = portal.adds("N" * 100, "a" * 64 + "@" + "b" * 60 + ".example")

        row = next(r for r in portal.rows("people") if r["pk"] == head_key("acme", long.id)[0])

        assert size_of(row) < KILOBYTE

    def test_loses_every_session_and_open_challenge_with_each_switch(self, portal):
        portal.deactivates()
        off = portal.team.contact("acme", portal.ann.id)
        portal.team.set_active("acme", portal.ann.id, True, by="test")
        on = portal.team.contact("acme", portal.ann.id)

        assert (portal.ann.sver, off.sver, on.sver) == (1, 2, 3)
        assert (off.active, on.active) == (False, True)

    @pytest.mark.parametrize("active", [True, False])
    def test_that_was_deleted_is_never_switched(self, portal, active):
        event = Event("contact.deleted", NOON, portal.ann.id, 365, "contact")
        transact_surely(Heads("people", "acme").deleting(portal.ann, event))
        before = portal.rows("people")

        with pytest.raises(NotFound):
            portal.team.set_active("acme", portal.ann.id, active, by="test")
        assert portal.rows("people") == before

    def test_is_in_the_trail_with_whoever_changed_it(self, portal):
        portal.deactivates()

        changed = next(r for r in portal.records_trail() if r["name"] == "contact.deactivated")
        assert changed["pk"] == f"acme#trail#{portal.ann.id}"
        assert changed["by"] == "test"


class TestAWorkspace:
    @pytest.mark.parametrize(
        "id_", ["", "a", "A", "1acme", "acme_1", "a" * 32, "acme#x", "v1", "assets", "acme\n"]
    )
    def test_has_an_id_that_can_be_a_path(self, portal, id_):
        with pytest.raises(InvalidRequest):
            portal.team.create_workspace(Workspace(id_, "X", "https://x.test"), by="test")

    def test_has_an_id_of_its_own(self, portal):
        with pytest.raises(TakenAlready):
            portal.team.create_workspace(Workspace("acme", "X", "https://x.test"), by="test")
        assert portal.team.workspace("acme").name == "Acme Support"

    @pytest.mark.parametrize("id_", ["nowhere", "", "acme#contact"])
    def test_that_is_none_is_not_found(self, portal, id_):
        with pytest.raises(NotFound):
            portal.team.workspace(id_)

    def test_opens_no_row_of_another(self, portal):
        globex = portal.neighbour()

        with pytest.raises(ForeignRow):
            People("people", "acme").read(head_key("globex", globex.ann.id))

    def test_is_not_opened_by_one_whose_name_begins_alike(self, portal):
        portal.neighbour("acme2")

        with pytest.raises(ForeignRow):
            People("people", "acme").rows.get("acme2#workspace", "door")


class TestAdmission:
    def test_is_open_to_our_page_and_the_portals(self):
        home = Workspace(**ACME.row() | {"portal_origins": ["https://help.acme.test"]})

        for origin in (
            "https://signin.acme.test",
            "https://portal.acme.test",
            "https://help.acme.test",
        ):
            home.admit(caller(origin=origin), at=NOON)

    @pytest.mark.parametrize(
        "origin",
        [
            "https://evil.test",
            "http://portal.acme.test",
            "https://portal.acme.test:8443",
            "https://portal.acme.test.evil.test",
            "https://portal.acme.test/support",
            "https://PORTAL.acme.test",
            "null",
            "",
        ],
    )
    def test_is_closed_to_every_other_page(self, origin):
        with pytest.raises(CrossSite):
            ACME.admit(caller(origin=origin), at=NOON)

    @pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense"])
    def test_is_closed_to_a_browser_that_says_it_comes_from_elsewhere(self, site):
        with pytest.raises(CrossSite):
            ACME.admit(caller(fetch_site=site), at=NOON)

    @pytest.mark.parametrize("site", ["same-origin", "none"])
    def test_is_open_to_a_browser_that_says_it_is_ours(self, site):
        ACME.admit(caller(fetch_site=site), at=NOON)

    def test_is_open_to_a_back_end(self):
        ACME.admit(caller(), at=NOON)

    def test_is_closed_while_the_portal_is_off(self):
        closed = Workspace(**ACME.row() | {"portal_enabled": False})

        with pytest.raises(PortalUnavailable):
            closed.admit(caller(), at=NOON)

    def test_is_closed_until_a_pause_is_over(self):
        paused = Workspace(**ACME.row() | {"paused_until": int(NOON.timestamp()) + 60})

        with pytest.raises(PortalUnavailable):
            paused.admit(caller(), at=NOON + timedelta(seconds=59))
        paused.admit(caller(), at=NOON + timedelta(seconds=60))


class TestAnOffice:
    @pytest.mark.parametrize(
        ("offices", "network", "is_office"),
        [
            (["203.0.113.0/24"], "203.0.113.7", True),
            (["203.0.113.0/24"], "203.0.114.7", False),
            (["203.0.113.7"], "203.0.113.7", True),
            (["198.51.100.0/24", "203.0.0.0/16"], "203.0.113.7", True),
            (["2001:db8::/32"], "2001:db8:1:2::", True),
            (["2001:db8:1:2::/64"], "2001:db8:1:2::", True),
            (["2001:db8:1:2::/64"], "2001:db8:1:3::", False),
            (["2001:db8::/32"], "203.0.113.7", False),
            (["203.0.113.0/24"], "2001:db8::", False),
            ([], "203.0.113.7", False),
        ],
    )
    def test_is_where_the_workspace_says(self, offices, network, is_office):
        home = Workspace(**ACME.row() | {"office_networks": offices})

        assert home.is_office(network) is is_office


class TestALogo:
    def test_is_a_png_of_at_most_64_kb(self):
        png = b"\x89PNG\r\n\x1a\n" + bytes(LARGEST_LOGO - 8)

        assert checked(png) == png

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"GIF89a",
            b"\x89PNG\r\n\x1a\n" + bytes(LARGEST_LOGO - 7),
        ],
    )
    def test_is_nothing_else(self, content):
        with pytest.raises(InvalidRequest):
            checked(content)


def caller(**more: str) -> Caller:
    return Caller(
        request_id="r",
        host="signin.acme.test",
        network="203.0.113.7",
        origin=more.get("origin"),
        fetch_site=more.get("fetch_site"),
    )
