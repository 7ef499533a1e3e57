"""Which route a request takes."""

import pytest

from local.routes import Match, Routes, routes_of
from tests.support.template import ROOT, folder, translated

ROUTES = Routes(
    {
        "GET /": "Root",
        "GET /{workspace}": "Page",
        "GET /assets/{proxy+}": "Assets",
        "GET /assets/logo/{workspace}": "Logo",
        "ANY /v1/session": "Session",
        "POST /v1/session": "Refresh",
    }
)


class TestARoute:
    @pytest.mark.parametrize(
        ("method", "path", "door", "parameters"),
        [
            ("GET", "/", "Root", {}),
            ("GET", "/acme", "Page", {"workspace": "acme"}),
            ("GET", "/assets/words/en.json", "Assets", {"proxy": "words/en.json"}),
            ("GET", "/assets/logo/acme", "Logo", {"workspace": "acme"}),
            ("POST", "/v1/session", "Refresh", {}),
            ("DELETE", "/v1/session", "Session", {}),
        ],
    )
    def test_is_the_most_exact_one(self, method, path, door, parameters):
        match = ROUTES.match(method, path)

        assert match is not None
        assert (match.door, match.parameters) == (door, parameters)

    @pytest.mark.parametrize(
        ("method", "path"), [("GET", "/acme/"), ("POST", "/acme"), ("GET", "/assets/"), ("GET", "")]
    )
    def test_is_none_where_nobody_answers(self, method, path):
        assert ROUTES.match(method, path) is None

    def test_is_the_default_one_where_there_is_one(self):
        assert Routes({"$default": "Page"}).match("PUT", "/x") == Match("$default", "Page", {})


class TestTheTemplate:
    def test_leads_every_route_to_a_door_that_is_there(self):
        routes = routes_of(translated())

        assert routes.doors["POST /v1/codes/verify"] == "VerifyCode"
        for door in routes.doors.values():
            assert (ROOT / "functions" / folder(door) / "handler.py").is_file()
