"""The HTTP API in front of the doors, as API Gateway is: payload version 2."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import Client

from local.http import LARGEST_BODY, Gateway
from local.routes import Routes

HOST = "signin.acme.test"


class Door:
    """Remembers its events and answers what it was told to."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.answer: Any = {"statusCode": 204}

    def __call__(self, name: str, event: dict[str, Any]) -> Any:
        self.events.append(event)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    @property
    def event(self) -> dict[str, Any]:
        (event,) = self.events
        return event


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def client(door) -> Client:
    routes = {"GET /{workspace}": "Page", "POST /v1/codes": "Codes", "GET /assets/{proxy+}": "Page"}
    return Client(Gateway(Routes(routes), door, (HOST,)), use_cookies=False)


def visit(client: Client, method: str = "GET", path: str = "/acme", **more: Any) -> Any:
    return client.open(path, method=method, base_url=f"http://{HOST}", **more)


class TestAnEvent:
    def test_says_where_it_came_from_and_which_route_it_takes(self, client, door):
        visit(client, headers={"user-agent": "Firefox"})

        context = door.event["requestContext"]
        assert door.event["version"] == "2.0"
        assert door.event["routeKey"] == context["routeKey"] == "GET /{workspace}"
        assert door.event["rawPath"] == context["http"]["path"] == "/acme"
        assert context["domainName"] == HOST
        assert context["http"]["method"] == "GET"
        assert context["http"]["sourceIp"] == "127.0.0.1"
        assert context["http"]["userAgent"] == "Firefox"
        assert context["requestId"]

    def test_leaves_out_what_is_not_there(self, client, door):
        visit(client)

        absent = {"body", "cookies", "queryStringParameters", "stageVariables"}
        assert not absent & door.event.keys()
        assert door.event["isBase64Encoded"] is False
        assert door.event["rawQueryString"] == ""

    def test_has_cookies_apart_from_headers(self, client, door):
        visit(client, headers={"Cookie": "a=1; b=2;c=x=y"})

        assert door.event["cookies"] == ["a=1", "b=2", "c=x=y"]
        assert "cookie" not in door.event["headers"]

    def test_leaves_to_a_cookies_name_what_only_looks_like_a_blank(self, client, door):
        visit(client, headers={"cookie": "a=1;\xa0a=2;\x85a=3 ;\ta=4"})

        assert door.event["cookies"] == ["a=1", "\xa0a=2", "\x85a=3", "a=4"]

    def test_names_headers_in_lower_case_and_joins_repeated_ones(self, client, door):
        visit(client, headers=[("X-Thing", "one"), ("X-Thing", "two"), ("ACCEPT", "text/html")])

        assert door.event["headers"]["x-thing"].replace(" ", "") == "one,two"
        assert door.event["headers"]["accept"] == "text/html"

    def test_believes_no_header_about_the_address(self, client, door):
        visit(client, headers={"X-Forwarded-For": "198.51.100.1"})

        assert door.event["requestContext"]["http"]["sourceIp"] == "127.0.0.1"
        assert door.event["headers"]["x-forwarded-for"] == "198.51.100.1, 127.0.0.1"

    def test_joins_repeated_query_parameters_and_keeps_the_raw_ones(self, client, door):
        visit(client, path="/acme?to=ticket%3A1&to=b&everywhere=")

        assert door.event["queryStringParameters"] == {"to": "ticket:1,b", "everywhere": ""}
        assert door.event["rawQueryString"] == "to=ticket%3A1&to=b&everywhere="

    def test_has_path_parameters_decoded(self, client, door):
        visit(client, path="/assets/words/d%C3%A9j%C3%A0.json")

        assert door.event["pathParameters"] == {"proxy": "words/déjà.json"}

    @pytest.mark.parametrize(
        "kind", ["application/json", "application/json; charset=utf-8", "text/plain"]
    )
    def test_carries_text_as_it_is(self, client, door, kind):
        visit(client, "POST", "/v1/codes", data='{"é":1}'.encode(), content_type=kind)

        assert door.event["body"] == '{"é":1}'
        assert door.event["isBase64Encoded"] is False

    @pytest.mark.parametrize(
        "headers",
        [
            {"content-type": "application/x-www-form-urlencoded"},
            {"content-type": "application/problem+json"},
            {"content-type": "application/json", "content-encoding": "gzip"},
            {},
        ],
    )
    def test_carries_everything_else_in_base64(self, client, door, headers):
        visit(client, "POST", "/v1/codes", data=b"a=\xff", headers=headers)

        assert base64.b64decode(door.event["body"]) == b"a=\xff"
        assert door.event["isBase64Encoded"] is True


class TestAnAnswer:
    def test_sets_each_cookie_in_a_header_of_its_own(self, client, door):
        door.answer = {"statusCode": 200, "cookies": ["a=1; Path=/", "b=2; HttpOnly"]}

        assert visit(client).headers.getlist("set-cookie") == ["a=1; Path=/", "b=2; HttpOnly"]

    def test_is_decoded_if_it_says_so(self, client, door):
        body = base64.b64encode(b"\x89PNG").decode()
        door.answer = {
            "statusCode": 200,
            "headers": {"content-type": "image/png"},
            "body": body,
            "isBase64Encoded": True,
        }

        answer = visit(client)

        assert answer.data == b"\x89PNG"
        assert answer.headers["content-type"] == "image/png"

    def test_without_a_status_is_json_and_200(self, client, door):
        door.answer = {"a": 1}

        answer = visit(client)

        assert (answer.status_code, answer.json) == (200, {"a": 1})

    def test_without_a_type_is_text(self, client, door):
        door.answer = {"statusCode": 418, "body": "tea"}

        answer = visit(client)

        assert answer.headers["content-type"] == "text/plain;charset=UTF-8"

    def test_to_head_has_the_headers_of_get_and_no_body(self, door):
        door.answer = {"statusCode": 200, "body": "four"}
        client = Client(Gateway(Routes({"HEAD /{w}": "Page"}), door, (HOST,)))

        answer = visit(client, "HEAD")

        assert answer.headers["content-length"] == "4"
        assert answer.data == b""

    def test_of_a_door_that_raises_says_nothing_of_it(self, client, door, capsys):
        door.answer = RuntimeError("the secret")

        answer = visit(client)

        assert answer.status_code == 500
        assert answer.json == {"message": "Internal Server Error"}
        assert "the secret" in capsys.readouterr().err

    @pytest.mark.parametrize(
        "url",
        ["https://portal.acme.test/tickets#", "/acme#e=sso-denied", "https://portal.acme.test/"],
    )
    def test_sends_the_browser_to_the_very_address(self, client, door, url):
        # Where an empty fragment is dropped, the browser takes along the one that it had.
        door.answer = {"statusCode": 303, "headers": {"location": url}}

        assert visit(client).headers["location"] == url


class TestTheGateway:
    def test_knows_only_its_routes(self, client, door):
        for method, path in [("GET", "/"), ("PUT", "/acme"), ("GET", "/v1/codes"), ("GET", "/a/b")]:
            answer = visit(client, method, path)
            assert (answer.status_code, answer.json) == (404, {"message": "Not Found"})
        assert not door.events

    def test_hands_the_rest_to_the_default_route(self, door):
        client = Client(Gateway(Routes({"$default": "Page"}), door, (HOST,)))

        visit(client, "PUT", "/any/thing")

        assert door.event["routeKey"] == "$default"
        assert "pathParameters" not in door.event

    def test_refuses_bodies_over_its_limit(self, client, door):
        answer = visit(client, "POST", "/v1/codes", data=b"a" * (LARGEST_BODY + 1))

        assert (answer.status_code, answer.json) == (413, {"message": "Request Entity Too Large"})
        assert not door.events

    def test_refuses_headers_over_its_limit(self, client, door):
        assert visit(client, headers={"cookie": "a" * 9_000}).status_code == 204
        assert visit(client, headers={"cookie": "a" * 10_240}).status_code == 431
        assert visit(client, path="/acme?" + "a" * 10_240).status_code == 431
        assert len(door.events) == 1

    def test_answers_for_its_own_names_only(self, client, door):
        answer = client.get("/acme", base_url="http://evil.test")

        assert (answer.status_code, answer.json) == (403, {"message": "Forbidden"})
        assert not door.events

    def test_tells_of_every_answer_and_how_long_it_took(self, door):
        told: list[tuple[str, int, timedelta]] = []
        gateway = Gateway(
            Routes({"GET /{workspace}": "Page"}),
            door,
            (HOST,),
            answered=lambda request, response, took: told.append(
                (request.path, response.status_code, took)
            ),
        )

        visit(Client(gateway), path="/acme?secret")
        visit(Client(gateway), path="/nobody/knows")

        assert [each[:2] for each in told] == [("/acme", 204), ("/nobody/knows", 404)]
        assert all(timedelta() <= took < timedelta(seconds=5) for _, _, took in told)

    def test_carries_json_both_ways(self, client, door):
        door.answer = {
            "statusCode": 202,
            "headers": {"content-type": "application/json"},
            "body": json.dumps({"label": "KQ"}),
        }

        answer = visit(client, "POST", "/v1/codes", json={"workspace": "acme"})

        assert json.loads(door.event["body"]) == {"workspace": "acme"}
        assert answer.json == {"label": "KQ"}
