"""What a team may set, setting by setting."""

from dataclasses import fields

import pytest

from portico.links.destinations import Destination
from portico.people.rules import AREAS, LOCALES, Workspace
from portico.people.workspace_settings import SETTING_RULES, SettingsRefused, checked

ACME = Workspace("acme", "Acme Support", "https://portal.acme.com")
FLOWS = ["a", "new-laptop", "A.b_c-9", "x" * 64]
NO_FLOWS = ["", "-a", ".a", "a b", "a/b", "a:b", "ä", "x" * 65, "a\n"]


def refusal(**changes) -> dict[str, str]:
    with pytest.raises(SettingsRefused) as refused:
        checked(ACME, changes)
    return dict(refused.value.problems)


OURS = {"id", "version", "groups_ruled_at"}
"""What nobody sets."""


class TestAWorkspace:
    def test_is_checked_in_every_field(self):
        assert set(SETTING_RULES) == {each.name for each in fields(Workspace)}

    def test_says_of_every_setting_what_it_may_be(self):
        assert all(rule.says for name, rule in SETTING_RULES.items() if name not in OURS)

    def test_as_it_begins_is_good(self):
        assert checked(ACME) == ACME

    def test_has_no_other_settings(self):
        assert refusal(nonsense=1) == {"nonsense": "there is no such setting"}

    def test_fits_into_one_read_of_its_row(self):
        flows = [f"{'x' * 60}{n}" for n in range(49)]

        assert (
            "bytes together at most"
            in refusal(
                request_flows=flows,
                inbound_addresses=[f"{'y' * 20}{n}@example.com" for n in range(50)],
            )["all settings"]
        )

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", 5),
            ("portal_enabled", "yes"),
            ("portal_enabled", 1),
            ("link_days", "7"),
            ("link_days", 7.0),
            ("link_days", True),
            ("areas", "/"),
            ("request_flows", "a"),
            ("request_flows", [1]),
            ("locale", None),
        ],
    )
    def test_takes_no_value_of_another_type(self, field, value):
        assert list(refusal(**{field: value})) == [field]


class TestItsName:
    @pytest.mark.parametrize("name", ["A", "Ünï 日本", "x" * 100, "O'Neil & Söhne <KG>"])
    def test_may_be_what_can_be_printed(self, name):
        assert checked(ACME, {"name": name, "sender_name": name}).name == name

    @pytest.mark.parametrize("name", ["", " A", "A ", "a\nb", "a\x00", "a\u202eb", "x" * 101])
    def test_may_be_nothing_else(self, name):
        assert list(refusal(name=name)) == ["name"]
        assert list(refusal(sender_name=name)) == ["sender_name"]


class TestItsPortal:
    @pytest.mark.parametrize(
        "url",
        [
            "https://portal.acme.com",
            "https://acme.com/support/portal",
            "https://portal.acme.com:8443",
            "https://xn--bcher-kva.example",
            "http://127.0.0.1:8001/acme",
            "http://localhost:8001",
            "http://[::1]:8001",
        ],
    )
    def test_may_live_at(self, url):
        assert checked(ACME, {"portal_url": url}).portal_url == url

    @pytest.mark.parametrize(
        ("url", "why"),
        [
            ("http://portal.acme.com", "https://"),
            ("javascript:alert(1)", "https://"),
            ("portal.acme.com", "https://"),
            ("https://portal.acme.com/", "without a slash"),
            ("https://portal.acme.com?a=b", "without ? and #"),
            ("https://portal.acme.com#", "without ? and #"),
            ("https://a:b@portal.acme.com", "without a user name"),
            ("https://Portal.acme.com", "https://portal.acme.com"),
            ("https://portal.acme.com:443", "https://portal.acme.com"),
            ("https://bücher.example", "plain ASCII"),
            ("https://portal.acme.com\\@evil.test", "plain ASCII"),
            ("https://portal.acme.com/../x", "plain characters only, and no .."),
            ("https://portal.acme.com/{id}", "plain characters only, and no .."),
            ("https://", "a host name"),
            ("https://-.com", "a host name"),
            ("https://a.com:99999", "port"),
            ("https://[::1", "URL"),
            ("https://a.com/\n", "plain ASCII"),
        ],
    )
    def test_may_not_live_at(self, url, why):
        assert why in refusal(portal_url=url)["portal_url"]


class TestItsAreas:
    @pytest.mark.parametrize(
        "areas",
        [
            AREAS,
            {"dashboard": "/"},
            {"dashboard": "/home?tab=1", "ticket": "/#/tickets/{id}"},
            {"dashboard": "/", "request": "/forms?name={flow}"},
        ],
    )
    def test_may_be(self, areas):
        assert checked(ACME, {"areas": dict(areas)}).areas == areas

    @pytest.mark.parametrize(
        ("areas", "why"),
        [
            ({"tickets": "/"}, "dashboard"),
            ({"dashboard": "home"}, "must start with one slash"),
            ({"dashboard": "//evil.test"}, "must start with one slash"),
            ({"dashboard": "/{id}"}, "plain characters only"),
            ({"dashboard": "/", "tickets": "/{flow}"}, "tickets: plain characters only"),
            ({"dashboard": "/", "ticket": "/t"}, "ticket: the path must have {id}"),
            ({"dashboard": "/", "ticket": "/t/{id}/{id}"}, "once"),
            ({"dashboard": "/", "request": "/r/{id}"}, "request: the path must have {flow}"),
            ({"dashboard": "/", "request": "/r/{flow}/{id}"}, "once"),
            ({"dashboard": "/", "admin": "/a"}, "admin: no area"),
            ({"dashboard": "/a b"}, "plain characters only"),
            ({"dashboard": "/a\r\nSet-Cookie: x"}, "plain characters only"),
        ],
    )
    def test_may_not_be(self, areas, why):
        assert why in refusal(areas=areas)["areas"]

    @pytest.mark.parametrize("flow", FLOWS)
    def test_take_requests_that_links_can_name(self, flow):
        home = checked(ACME, {"request_flows": [flow]})

        destination = Destination.parse(f"request:{flow}")
        assert destination is not None
        assert destination.is_in(home)

    @pytest.mark.parametrize("flow", NO_FLOWS)
    def test_take_no_requests_that_links_cannot_name(self, flow):
        assert list(refusal(request_flows=[flow])) == ["request_flows"]
        assert Destination.parse(f"request:{flow}") is None

    def test_have_room_for_requests_if_there_are_any(self):
        assert list(refusal(areas={"dashboard": "/"}, request_flows=["a"])) == ["request_flows"]


class TestItsOrigins:
    @pytest.mark.parametrize("origin", ["https://help.acme.com", "http://localhost:3000"])
    def test_are_exact(self, origin):
        assert checked(ACME, {"portal_origins": [origin]}).portal_origins == [origin]

    @pytest.mark.parametrize(
        "origin",
        ["https://a.com/", "https://a.com/x", "https://*.a.com", "null", "*", "https://a.com:443"],
    )
    def test_are_nothing_else(self, origin):
        assert list(refusal(portal_origins=[origin])) == ["portal_origins"]

    def test_stand_once_each(self):
        assert list(refusal(portal_origins=["https://a.com"] * 2)) == ["portal_origins"]


class TestItsLook:
    @pytest.mark.parametrize("locale", LOCALES)
    def test_speaks(self, locale):
        assert checked(ACME, {"locale": locale}).locale == locale

    @pytest.mark.parametrize("locale", ["", "EN", "xx", "de-DE"])
    def test_speaks_nothing_else(self, locale):
        assert list(refusal(locale=locale)) == ["locale"]

    def test_has_colours_in_one_spelling(self):
        assert checked(ACME, {"accent_color": "#1F6FEB"}).accent_color == "#1f6feb"
        assert checked(ACME, {"accent_color": None}).accent_color is None

    @pytest.mark.parametrize("colour", ["red", "#fff", "1f6feb", "#1f6feb;x", "#1f6febff"])
    def test_has_no_other_colours(self, colour):
        assert list(refusal(accent_color=colour)) == ["accent_color"]

    @pytest.mark.parametrize("logo", ["x", "0" * 15, "A" * 16, "../../../../x"])
    def test_names_logos_by_their_digest(self, logo):
        assert list(refusal(logo=logo)) == ["logo"]


class TestItsTimes:
    @pytest.mark.parametrize(
        "times",
        [
            {"session_idle_seconds": 300, "session_absolute_seconds": 300},
            {"session_idle_seconds": 30 * 86400, "session_absolute_seconds": 30 * 86400},
            {"link_days": 1, "trail_days": 3650},
        ],
    )
    def test_may_be(self, times):
        home = checked(ACME, times)

        assert times.items() <= home.row().items()

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("session_idle_seconds", 299),
            ("session_idle_seconds", 7 * 86400 + 1),
            ("session_absolute_seconds", 30 * 86400 + 1),
            ("link_days", 0),
            ("link_days", 3651),
            ("trail_days", 0),
            ("trail_days", 3651),
        ],
    )
    def test_may_not_be(self, field, value):
        assert list(refusal(**{field: value})) == [field]


class TestItsOffices:
    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("198.51.100.0/24", "198.51.100.0/24"),
            ("198.51.100.7", "198.51.100.7/32"),
            ("198.51.0.0/16", "198.51.0.0/16"),
            ("2001:DB8::/32", "2001:db8::/32"),
            ("2001:db8:0:1::/64", "2001:db8:0:1::/64"),
        ],
    )
    def test_are_ranges_in_one_spelling(self, given, kept):
        assert checked(ACME, {"office_networks": [given]}).office_networks == [kept]

    @pytest.mark.parametrize(
        "given",
        [
            "0.0.0.0/0", "10.0.0.0/15", "2000::/31", "2001:db8::/65", "2001:db8::1",
            "198.51.100.7/24", "acme", "",
        ],
    )  # fmt: skip
    def test_are_not_half_a_country(self, given):
        assert list(refusal(office_networks=[given])) == ["office_networks"]


class TestItsInbox:
    def test_is_in_the_spelling_of_contacts(self):
        home = checked(ACME, {"inbound_addresses": [" Help@Acme.COM"]})

        assert home.inbound_addresses == ["help@acme.com"]

    def test_is_an_address(self):
        assert refusal(inbound_addresses=["help"]) == {
            "inbound_addresses": "help: not an email address"
        }
