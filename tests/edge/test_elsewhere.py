"""What no route takes: an address that is not here, or a method that it does not have
(edge/door.py, functions/sign_in_page/handler.py)."""

import pytest

from portico.edge.routes import HTTP_METHODS
from portico.ids import digest
from tests.support.doors import Answer, door, http_event, knock
from tests.support.template import doors


def strays(method: str, path: str) -> Answer:
    """Send a request that API Gateway finds no route for."""
    event = http_event(f"{method} {path}")
    event["routeKey"] = event["requestContext"]["routeKey"] = "$default"
    return Answer(door("sign_in_page").handler(event, None))


@pytest.mark.usefixtures("cloud")
class TestARequestWithoutARoute:
    def test_is_judged_by_the_routes_that_the_template_has(self):
        routed: dict[str, set[str]] = {}
        for each in doors().values():
            for event in each["Events"].values():
                properties = event["Properties"]
                if event["Type"] == "HttpApi" and "Path" in properties:
                    routed.setdefault(properties["Path"], set()).add(properties["Method"])

        assert {path: set(methods) for path, methods in HTTP_METHODS.items()} == routed

    @pytest.mark.parametrize(
        ("method", "path", "allow"),
        [
            ("GET", "/v1/codes", "POST"),
            ("PUT", "/v1/codes/verify", "POST"),
            ("POST", "/v1/session", "GET, DELETE"),
            ("GET", "/v1/session/refresh", "POST"),
            ("POST", "/v1/sso/google/callback", "GET"),
            ("GET", "/oauth2/token", "POST"),
            ("DELETE", "/oauth2/authorize", "GET, POST"),
            ("DELETE", "/acme", "GET, HEAD"),
            ("POST", "/assets/words/en.json", "GET, HEAD"),
            ("OPTIONS", "/.well-known/jwks.json", "GET"),
            ("PATCH", "/", "GET"),
        ],
    )
    def test_for_its_method_is_told_which_there_are(self, method, path, allow):
        answer = strays(method, path)

        assert answer.problem == (405, "invalid-request")
        assert answer.headers["allow"] == allow
        assert answer.body["errors"] == [{"field": "method", "reason": "not here"}]

    @pytest.mark.parametrize(
        "path",
        [
            "/v2/codes",
            "/v1/codes/",
            "/acme/more",
            "/assets/",
            "//evil.test",
            "/v1/sso//callback",
            "/oauth2/register",
            "/v1/codes\n",
        ],
    )
    @pytest.mark.parametrize("method", ["POST", "PROPFIND"])
    def test_for_its_address_is_not_found(self, method, path):
        answer = strays(method, path)

        assert answer.problem == (404, "not-found")
        assert "allow" not in answer.headers

    def test_at_a_door_that_does_not_know_it_is_told_the_same(self):
        answer = knock("session", "PUT /v1/session")

        assert answer.problem == (405, "invalid-request")
        assert answer.headers["allow"] == "GET, DELETE"


class TestABrowserThatIsSentHere:
    """It shows what it is answered, so it is sent on to the page, whatever happens."""

    CALLBACK = "GET /v1/sso/{connection}/callback"
    STATE = f"st_acme_{'x' * 22}"

    def returns(self, query: dict[str, str]) -> Answer:
        path = {"connection": "google"}
        return knock("finish_sso", self.CALLBACK, origin=None, query=query, path=path)

    @pytest.mark.parametrize("name", ["code", "error", "iss", "scope"])
    def test_with_more_than_anybody_reads_is_led_to_the_page(self, portal, name):
        answer = self.returns({"state": self.STATE, name: "x" * 4097})

        assert (answer.status, answer.headers["location"]) == (303, "/acme#e=sso-failed")
        assert answer.body is None
        assert answer.cookies == []

    @pytest.mark.parametrize("state", ["x" * 9000, f"st_{'a' * 5000}_{'x' * 22}"])
    def test_with_nothing_that_names_a_workspace_is_led_to_the_plain_page(self, portal, state):
        answer = self.returns({"state": state})

        assert (answer.status, answer.headers["location"]) == (303, "/#e=sso-failed")

    def test_by_a_fault_that_nobody_foresaw_is_told_to_try_later(self, portal):
        # The row of a trip that no version of ours has written.
        key = f"acme#sso#{digest(self.STATE)[:32]}"
        row = {"browser": digest(""), "connection": {"id": "google"}, "expires_at": 2**31}
        portal.writes("sign-in", {"pk": key, "sk": "state", **row})

        answer = self.returns({"state": self.STATE, "code": "x"})

        assert (answer.status, answer.headers["location"]) == (303, "/acme#e=try-later")
