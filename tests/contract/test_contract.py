"""docs/openapi.yaml: what the template routes, what the doors answer, and what it says are one."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from portico.edge.problems import PROBLEMS
from tests.contract import api_page
from tests.support import openapi
from tests.support.doors import door
from tests.support.openapi import Json, closed, contract, followed, operations, validator
from tests.support.template import doors

ELSEWHERE = "$default"
"""The route of whatever no route takes: no path of a contract can say that."""


def routed() -> dict[str, set[str]]:
    """The template's routes, by door."""
    found: dict[str, set[str]] = {}
    for name, properties in doors().items():
        for event in properties["Events"].values():
            if event["Type"] == "HttpApi":
                asked = event["Properties"]
                route = f"{asked['Method']} {asked['Path']}" if "Path" in asked else ELSEWHERE
                found.setdefault(name, set()).add(route)
    return found


def bodies() -> Iterator[tuple[str, str, Json]]:
    """Every body that the contract describes: where, of which type, and how."""
    for route, operation in operations().items():
        for kind, body in operation.get("requestBody", {}).get("content", {}).items():
            yield f"{route}, the request", kind, body
        for status, response in operation["responses"].items():
            for kind, body in response.get("content", {}).items():
                yield f"{route}, {status}", kind, body


def with_examples() -> Iterator[tuple[str, Json, list[Any]]]:
    """Every parameter, header and schema that has examples: where, its schema, and they."""
    for route, operation in operations().items():
        for each in operation.get("parameters", []):
            yield f"{route}, {each['name']}", each["schema"], [each["example"]]
        for status, response in operation["responses"].items():
            for name, each in response.get("headers", {}).items():
                yield f"{route}, {status}, {name}", each["schema"], [each["example"]]
    yield from _schemas(followed(contract()["components"]["schemas"]), "")


def _schemas(node: Any, where: str) -> Iterator[tuple[str, Json, list[Any]]]:
    if isinstance(node, dict):
        if isinstance(node.get("examples"), list):
            yield where, node, node["examples"]
        for name, each in node.items():
            yield from _schemas(each, f"{where}/{name}")


def problems(schema: Json) -> list[Json]:
    either: list[Json] = schema.get("oneOf", [schema])
    return either


@pytest.mark.usefixtures("cloud")
class TestARoute:
    def test_is_in_the_template_at_its_door_and_in_the_contract(self):
        in_template = routed()
        at_doors = {name: set(door(name).handler.routes) for name in in_template}
        assert at_doors == in_template
        assert set(operations()) == set().union(*in_template.values()) - {ELSEWHERE}

    def test_has_a_name_of_its_own(self):
        names = [each["operationId"] for each in operations().values()]
        assert len(set(names)) == len(names)


class TestTheFile:
    def test_says_nothing_twice(self):
        # A loader takes the last of two members with one name, and nobody sees the first.
        nodes = [yaml.compose(openapi.FILE.read_text(), yaml.CSafeLoader)]
        while nodes:
            node = nodes.pop()
            if isinstance(node, yaml.MappingNode):
                names = [name.value for name, _ in node.value]
                assert len(set(names)) == len(names), node.start_mark
                nodes += [each for _, each in node.value]
            elif isinstance(node, yaml.SequenceNode):
                nodes += node.value


class TestAnExample:
    def test_is_given_of_every_body(self):
        without = [
            (where, kind)
            for where, kind, body in bodies()
            if not (
                {"example", "examples"} & body.keys()
                or kind.startswith(("image/", "application/octet"))
            )
        ]
        assert without == []

    def test_is_as_its_body_is_described(self):
        for where, kind, body in bodies():
            is_asked = where.endswith("request")
            schema = body.get("schema", {}) if is_asked else closed(body.get("schema", {}))
            judged = validator(schema)
            for name, example in _named(body).items():
                found = [error.message for error in judged.iter_errors(example)]
                assert found == [], f"{where}, {kind}, {name}"

    def test_is_as_its_field_or_header_is_described(self):
        seen = 0
        for where, schema, examples in with_examples():
            for example in examples:
                seen += 1
                assert validator(schema).is_valid(example), f"{where}: {example}"
        assert seen > 50

    def test_of_a_problem_is_given_for_each_type(self):
        for where, kind, body in bodies():
            if kind == "application/problem+json":
                types = {each["properties"]["type"]["const"] for each in problems(body["schema"])}
                assert {each["type"] for each in _named(body).values()} == types, where


class TestAProblem:
    def test_is_said_as_the_doors_say_it(self):
        described = {}
        for name, each in contract()["components"]["schemas"].items():
            members = each.get("properties", {})
            if "title" in members and "const" in members.get("type", {}):
                said = contract()["components"]["examples"][name]["value"]
                described[said["type"], said["status"]] = (said["title"], said["detail"])
        table = {(one.type, one.status): (one.title, one.detail) for one in PROBLEMS.values()}
        # No answer says this one: its doors have the protocol's own words.
        del table["protocol-refused", 400]
        # The two statuses that HTTP has a word of its own for.
        of_requests = table["invalid-request", 400]
        table |= {("invalid-request", status): of_requests for status in (405, 415)}
        assert described == table

    def test_is_described_under_its_own_status(self):
        for where, kind, body in bodies():
            if kind == "application/problem+json":
                statuses = {
                    each["properties"]["status"]["const"] for each in problems(body["schema"])
                }
                assert {str(each) for each in statuses} == {where.rpartition(", ")[2]}


class TestThePageInWords:
    """docs/api.md, which a portal's developer reads first."""

    def test_shows_answers_that_fit(self):
        shown = list(api_page.examples("json"))
        for route, text in shown:
            found = [
                error.message for error in api_page.granted(route).iter_errors(json.loads(text))
            ]
            assert found == [], f"{route}: {text}"
        assert len(shown) >= 7

    def test_has_every_route(self):
        without_head = {each for each in operations() if not each.startswith("HEAD")}
        assert {each.replace("/assets/…", "/assets/{proxy+}") for each in api_page.routes()} == (
            without_head - {"GET /"}
        )


class TestTheGateway:
    @pytest.mark.parametrize("status", ["429", "431", "500", "503"])
    def test_may_answer_in_words_of_its_own_on_every_route(self, status):
        for route, operation in operations().items():
            content = operation["responses"][status]["content"]
            assert "application/json" in content, route


class TestTheJudge:
    """Every answer that the tests get from a door is judged, so the judge must be able to say no."""

    ROUTE = "POST /v1/codes/verify"

    @pytest.fixture
    def refused(self, portal) -> Json:
        """An answer that is as it should be."""
        portal.browser.asks_for_a_code()
        answer: Json = portal.browser.types("0000000").event
        assert openapi.complaints(self.ROUTE, answer) == []
        return answer

    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            ({"statusCode": 418}, "status 418 is not described"),
            ({"statusCode": 410}, "challenge-closed"),
            ({"cookies": ["a=b"]}, "header set-cookie is not described"),
            ({"headers": {"content-type": "text/html"}}, "content type text/html"),
            ({"headers": {"content-type": "application/problem+json", "x": "y"}}, "header x is not"),
            ({"headers": {"content-type": "application/problem+json", "cache-control": "public"}}, "header cache-control"),
            ({"body": ""}, "a body is described"),
        ],
    )  # fmt: skip
    def test_says_what_is_not_described(self, refused, change, complaint):
        assert any(complaint in each for each in openapi.complaints(self.ROUTE, refused | change))

    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            ('"attempts_left":4', '"attempts_left":"4"'),
            ('"attempts_left":4', '"left":4'),
            ('"attempts_left":4', '"attempts_left":4,"email":"ann@example.com"'),
            ("code-not-accepted", "cross-site"),
            ("code-not-accepted", "bad-code"),
        ],
    )
    def test_reads_every_member(self, refused, change, complaint):
        body = refused["body"].replace(change, complaint)
        assert body != refused["body"]
        assert openapi.complaints(self.ROUTE, refused | {"body": body}) != []

    def test_wants_the_headers_that_must_be_there(self, portal):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()
        granted = portal.browser.types_the_mailed_code().event
        without = {name: each for name, each in granted.items() if name != "cookies"}
        assert openapi.complaints(self.ROUTE, granted) == []
        assert openapi.complaints(self.ROUTE, without) == ["header set-cookie is missing"]

    def test_takes_no_route_for_granted(self, refused):
        assert openapi.complaints("GET /v1/everything", refused) == ["status 401 is not described"]

    def test_says_when_more_is_granted_than_may_be_asked(self, portal):
        granted = portal.browser.asks_for_a_code().event
        asked = '{"workspace": "acme", "link": 7, "email": "ann@example.com"}'
        assert openapi.complaints("POST /v1/codes", granted, asked=asked) != []

    def test_fails_the_test_that_has_asked(self, refused, monkeypatch):
        described = operations()[self.ROUTE]["responses"]
        monkeypatch.delitem(described, "400")
        with pytest.raises(AssertionError, match="status 400 is not described"):
            openapi.hold({"routeKey": self.ROUTE}, refused | {"statusCode": 400})


def _named(body: Json) -> dict[str, Any]:
    if "example" in body:
        return {"example": body["example"]}
    return {name: each["value"] for name, each in body.get("examples", {}).items()}
