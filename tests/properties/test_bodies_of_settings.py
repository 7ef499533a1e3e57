"""API-03: whatever JSON comes as settings, a portal or a connection: it is taken, or refused in words."""

from typing import Any

import pytest
from hypothesis import strategies as st

from portico.edge.connection_routes import ConnectionRoutes
from portico.edge.portal_routes import PortalRoutes
from portico.edge.problems import PROBLEMS, problem
from portico.edge.settings_routes import SettingsRoutes
from portico.errors import PorticoError, TryLater
from portico.openid.registration import PORTAL_KINDS
from portico.sso.connection_rules import CONNECTION_KINDS
from portico.team.connection_changes import ConnectionChanges
from portico.team.portal_changes import PortalChanges
from portico.team.team_entry import TeamEntries
from portico.team.workspace_changes import SETTABLE, WorkspaceChanges
from tests.properties.conftest import Always
from tests.properties.test_two_admins import Admitted, caller, path

ODD = st.sampled_from(
    "|a\u202eb|\x00|https://|https://[::1|//x|{id}|ａ.ｂ|https://a.test|help@a.test|a.test|"
    "10.0.0.0/8|\U0001f600|en|off| ".split("|")
) | st.just("x" * 5000)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | ODD | st.text(),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(ODD | st.text(), each, max_size=3),
    max_leaves=6,
)


def bodies(known: Any, **must: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Objects of members that are known, or not, with any value."""
    names = st.sampled_from(sorted(known)) | st.text(max_size=8)
    return st.dictionaries(names, JSON, max_size=4).map(lambda each: each | must)


@pytest.fixture
def routes(portal) -> Any:
    access: Any = Admitted()
    tables = "people", "sign-in"
    rooms = ConnectionChanges(*tables, "portico/tests/connection")
    return (
        SettingsRoutes(access, WorkspaceChanges(*tables), {}),
        PortalRoutes(access, PortalChanges(*tables)),
        ConnectionRoutes(access, rooms, TeamEntries(*tables)),
    )


def said(work: Any) -> int:
    """The status of an answer. A fault of ours, or an error without words, is none."""
    refused = refusal_of(work)
    if refused is None:
        return 200
    assert type(refused) in PROBLEMS, refused
    assert not isinstance(refused, TryLater), refused.cause
    answer = problem(refused, request_id="r")
    # What is said again must be sendable.
    assert answer.to_event()["body"].isascii()
    return answer.status


def refusal_of(work: Any) -> PorticoError | None:
    try:
        work()
    except PorticoError as error:
        return error
    return None


class TestApi03ABody:
    """API-03: no body makes a fault."""

    def test_of_settings_is_taken_or_refused(self, routes, always: Always):
        settings, _, _ = routes

        @always(bodies(SETTABLE.keys()))
        def holds(body: dict[str, Any]) -> None:
            etag = settings.show(path(), caller()).headers["etag"]
            assert said(lambda: settings.change(body, path(), caller(etag))) in (200, 400)

    def test_of_a_portal_is_taken_or_refused(self, routes, always: Always):
        _, portals, _ = routes

        @always(bodies(PORTAL_KINDS.keys() | {"id", "public", "replace", "secrets_kept"}))
        def holds(body: dict[str, Any]) -> None:
            assert said(lambda: portals.add(dict(body), path(), caller())) in (200, 400, 409)
            named = {"id": "help", "redirect_uris": ["https://a.test/cb"], **body}
            assert said(lambda: portals.add(named, path(), caller())) in (200, 400, 409)
            one = path(portal="help")
            assert said(lambda: portals.change(body, one, caller('"x"'))) in (400, 404, 412)

    def test_of_a_connection_is_taken_or_refused(self, routes, always: Always):
        _, _, connections = routes

        @always(bodies(CONNECTION_KINDS.keys() | {"id", "secret", "on"}))
        def holds(body: dict[str, Any]) -> None:
            whole = {"id": "ids", "kind": "x", "client_id": "c", **body}
            assert said(lambda: connections.add(whole, path(), caller())) in (200, 400, 409)
            one = path(connection="ids")
            assert said(lambda: connections.change(body, one, caller('"x"'))) in (400, 404, 412)
