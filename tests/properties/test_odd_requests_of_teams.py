"""Whatever a script sends to the door of links is refused in words, and never a fault of ours."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portico.edge.cursors import cursor_at
from portico.team.workspace_key import Scope
from tests.support.openapi import operations
from tests.support.template import door_of
from tests.team.test_manage_links import LinkHouse

ROUTES = sorted(each for each in operations() if door_of(each) == "manage_links")
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.sampled_from(["x" * 3000, "é", "../x", "ct_" + "0" * 22, "ses_" + "0" * 22, "0" * 16]),
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXTS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)
REAL = "what is there"
MEMBERS = ("contact", "to", "days", "label")
LINK = st.one_of(JSON, st.dictionaries(st.sampled_from(MEMBERS), JSON))
IDS = st.one_of(st.just(REAL), TEXTS)
BODY = st.one_of(
    JSON,
    st.fixed_dictionaries({"links": st.one_of(JSON, st.lists(LINK, max_size=5))}),
    st.dictionaries(st.sampled_from(["overlap_days", "days"]), JSON),
)
CURSOR = st.one_of(
    TEXTS, st.builds(lambda place: cursor_at([place], of="acme|links||false"), TEXTS)
)
QUERY = st.fixed_dictionaries(
    {},
    optional={"limit": TEXTS, "ended": TEXTS, "contact": TEXTS, "cursor": CURSOR},
)


@pytest.mark.slow
@pytest.mark.parametrize("route", ROUTES)
def test_no_request_is_a_fault_of_ours(portal, route):
    asks = LinkHouse(portal).key(Scope.LINKS, Scope.SESSIONS)
    link, _ = portal.link(contact=portal.ann.id)
    portal.browser.signs_in()
    (row,) = [each for each in portal.rows("sign-in") if each["sk"].startswith("session#")]
    real = {"link": link.id, "contact": portal.ann.id, "session": row["id"]}
    has_body = "requestBody" in operations()[route]
    sent: set[int] = set()

    @settings(
        max_examples=40,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(BODY if has_body else st.none(), QUERY, st.fixed_dictionaries(dict.fromkeys(real, IDS)))
    def sends(body, query, ids):
        portal.forward(seconds=1)
        path = {
            name: real[name] if value == REAL else value
            for name, value in ids.items()
            if f"{{{name}}}" in route
        }
        answer = asks(route, body, path=path, query=query)
        sent.add(answer.status)
        assert answer.status < 500, answer.event

    sends()
    # Some were good, and some were not.
    assert min(sent) < 300
    assert max(sent) >= 400
