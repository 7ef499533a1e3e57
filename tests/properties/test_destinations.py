"""What holds for every text that says where to go after signing in."""

import re
from urllib.parse import urlsplit

from hypothesis import strategies as st

from portico.links.destinations import Destination, choose
from portico.people import setting_rules
from portico.people.rules import AREAS, Workspace

NAMES = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
CLOSE = "abz09AZ_.-:/\\?#%@{}\r\n\t \0;&=٣é"


def wishes() -> st.SearchStrategy[str]:
    """Texts that are a destination, nearly one, or an attack."""
    names = st.one_of(
        st.from_regex(NAMES, fullmatch=True),
        st.text(CLOSE, max_size=12),
        st.sampled_from(["..", "../..", "//evil.test", "@evil.test", "{id}", "%2f", "9" * 65]),
    )
    kinds = st.sampled_from(["ticket:", "request:", "ticket:", "request:", "tickets:", "", "//"])
    whole = st.sampled_from(["dashboard", "tickets", "javascript:alert(1)", "https://evil.test"])
    near = st.tuples(kinds, names, st.sampled_from(["", "", "\n", " "])).map("".join)
    return st.one_of(near, near, whole, st.text(max_size=20))


@st.composite
def workspaces(draw: st.DrawFn) -> Workspace:
    """Any workspace that a team may set up, with areas that a mischievous one would think of."""
    host = draw(st.sampled_from(["https://portal.acme.test", "http://localhost:8001"]))
    text = st.text("ab/.@:?#=&%~-;", max_size=8)
    url = host + draw(text.map(lambda each: f"/{each.strip('/')}") | st.just(""))
    areas = {"dashboard": f"/{draw(text)}"}
    for area, place in (("tickets", ""), ("ticket", "{id}"), ("request", "{flow}")):
        if draw(st.booleans()):
            areas[area] = f"/{draw(text)}{place}{draw(text)}"
    try:
        setting_rules.portal_url(url)
        setting_rules.areas(areas)
    except ValueError:
        url, areas = "https://portal.acme.test/support", dict(AREAS)
    flows = draw(st.lists(st.from_regex(NAMES, fullmatch=True), max_size="request" in areas))
    return Workspace(id="acme", name="Acme", portal_url=url, areas=areas, request_flows=flows)


class TestAWish:
    def test_is_a_typed_value_or_nothing(self, always):
        @always(wishes())
        def is_typed(text):
            wanted = Destination.parse(text)
            if wanted is None:
                return
            assert wanted.area in AREAS
            assert bool(wanted.name) == (wanted.area in ("ticket", "request"))
            assert wanted.name == "" or NAMES.fullmatch(wanted.name)

    def test_is_written_as_it_is_read(self, always):
        @always(wishes())
        def comes_back(text):
            wanted = Destination.parse(text)
            assert wanted is None or str(wanted) == text

    def test_that_a_value_writes_is_read_as_that_value(self, always):
        named = st.tuples(
            st.sampled_from(["ticket", "request"]), st.from_regex(NAMES, fullmatch=True)
        )

        @always(named)
        def comes_back(value):
            wanted = Destination(*value)
            assert Destination.parse(str(wanted)) == wanted

    def test_leads_to_the_configured_host_whatever_it_says(self, always):
        @always(workspaces(), wishes(), wishes())
        def is_there(home, asked, of_the_link):
            url = choose(home, asked, of_the_link).url(home)

            configured, built = urlsplit(home.portal_url), urlsplit(url)
            assert (built.scheme, built.netloc) == (configured.scheme, configured.netloc)
            assert url.startswith(f"{home.portal_url}/")
            # Nothing in it that a browser reads otherwise than we do.
            assert re.fullmatch(r"[\x21-\x7e]+", url)
            assert not set(url) & set('\\{}<>"')

    def test_opens_only_areas_that_the_portal_has(self, always):
        @always(workspaces(), wishes())
        def is_its_own(home, asked):
            chosen = choose(home, asked)
            assert str(chosen) in (asked, "dashboard")
            assert chosen.area in home.areas
            assert chosen.area != "request" or chosen.name in home.request_flows
