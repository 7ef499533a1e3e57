"""What the client is made of: the API's description (clients/generator.py)."""

import ast
import inspect
import re
import tomllib
import typing
from typing import Any

import pytest
import yaml

from clients.generator import SPEC, TARGET, Contract, made
from portico import __version__
from portico.edge.problems import PROBLEMS
from portico_team import Portico, Problem, contract
from release.last import ROOT
from tests.support.openapi import operations


@pytest.fixture(scope="module")
def spec():
    return yaml.load(SPEC.read_text(), yaml.CSafeLoader)


def a_route(**more):
    """A description of one route, which takes a key."""
    route = {
        "operationId": "doIt",
        "summary": "Do it",
        "x-portico-scopes": ["links"],
        "responses": {"204": {"description": "Done"}},
        **more,
    }
    return {"paths": {"/v1/workspaces/{workspace}/it/{thing}": {"post": route}}, "components": {}}


def of_json(schema):
    return {"content": {"application/json": {"schema": schema}}}


class TestTheClient:
    def test_is_made_of_the_description_as_it_is(self, spec):
        assert TARGET.read_text() == made(spec), "make client"

    def test_has_a_method_for_each_route_that_takes_a_key_and_no_more(self):
        wanted = {
            re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", each["operationId"]).lower()
            for each in operations().values()
            if each.get("x-portico-scopes")
        }

        methods = {name for name, _ in inspect.getmembers(Portico, inspect.isfunction)}

        assert wanted
        assert {each for each in methods if not each.startswith("_")} == wanted

    def test_has_an_exception_for_each_problem_of_these_routes(self):
        known = {each.type for each in PROBLEMS.values()}

        assert set(Problem.kinds) <= known
        assert {"not-signed-in", "role-too-small", "too-many-requests", "try-later"} <= set(
            Problem.kinds
        )

    def test_knows_the_types_that_it_names(self):
        for _, method in inspect.getmembers(contract.Routes, inspect.isfunction):
            typing.get_type_hints(method, vars(contract))

    def test_is_of_the_products_version(self):
        project = tomllib.loads((ROOT / "clients/python/pyproject.toml").read_text())["project"]

        assert project["version"] == __version__


class TestAMethod:
    def text(self, description):
        text = Contract(description).text()
        ast.parse(text)
        return " ".join(text.split())

    def test_takes_ids_a_body_and_what_a_change_needs(self):
        body = of_json({"type": "object", "properties": {"role": {"enum": ["a", "b"]}}})
        parameters = [
            {"name": "workspace", "in": "path", "schema": {"type": "string"}},
            {"name": "thing", "in": "path", "schema": {"type": "string"}},
            {"name": "Origin", "in": "header", "schema": {"type": "string"}},
            {"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}},
            {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}},
        ]

        text = self.text(a_route(requestBody=body, parameters=parameters))

        assert (
            "def do_it(self, thing: str, body: DoItBody, *, if_match: str, "
            "idempotency_key: str | None = None) -> None:"
        ) in text
        assert 'f"/it/{quoted(thing)}"' in text
        assert '"if-match": if_match' in text
        assert "idempotency_key or secrets.token_urlsafe(16)" in text
        assert "class DoItBody(TypedDict): role: NotRequired[Literal['a', 'b']]" in text

    def test_has_the_tag_of_what_it_shows_in_its_answer(self):
        tagged = {"type": "object", "properties": {"etag": {"type": "string"}}}
        inside = {"type": "object", "properties": {"contact": tagged}}
        for schema in (tagged, inside):
            answer = of_json(schema) | {"headers": {"ETag": {}}}
            assert "-> DoItAnswer:" in self.text(a_route(responses={"200": answer}))

        answer = of_json({"type": "object"}) | {"headers": {"ETag": {}}}
        with pytest.raises(ValueError, match="do_it: no member"):
            self.text(a_route(responses={"200": answer}))

    @pytest.mark.parametrize("where", ["query", "body"])
    def test_walks_through_a_list_in_pages(self, where):
        page = {
            "type": "object",
            "properties": {
                "things": {"type": "array", "items": {"type": "string"}},
                "next": {"type": ["string", "null"]},
            },
        }
        more: dict[str, Any] = {"responses": {"200": of_json(page)}}
        cursor = {"name": "cursor", "in": "query", "schema": {"type": "string"}}
        if where == "query":
            more["parameters"] = [cursor]
        else:
            filters = {"q": {"type": "string"}, "cursor": {"type": "string"}}
            more["requestBody"] = of_json({"type": "object", "properties": filters})

        text = self.text(a_route(**more))

        assert "-> Walk[str]:" in text
        assert "return Walk(page, 'things')" in text
        sent = {"query": "query={'cursor': cursor}", "body": "{'cursor': cursor} if cursor else {}"}
        assert sent[where] in text

    def test_of_what_shows_more_than_a_list_gives_a_page(self):
        page = {
            "type": "object",
            "required": ["link"],
            "properties": {
                "link": {"type": "object"},
                "uses": {"type": "array", "items": {}},
                "next": {"type": "string"},
            },
        }
        cursor = {"name": "cursor", "in": "query", "schema": {"type": "string"}}

        text = self.text(a_route(responses={"200": of_json(page)}, parameters=[cursor]))

        assert "def do_it(self, *, cursor: str | None = None) -> DoItAnswer:" in text

    @pytest.mark.parametrize(
        ("schema", "told"),
        [
            ({"type": ["string", "null"]}, "str | None"),
            ({"type": "array", "items": {"type": "integer"}}, "list[int]"),
            ({"enum": ["x", None]}, "Literal['x'] | None"),
            ({"const": 1}, "Literal[1]"),
            ({"oneOf": [{"type": "number"}, {"type": "boolean"}]}, "float | bool"),
            ({"type": "object", "additionalProperties": {"type": "string"}}, "dict[str, str]"),
            ({}, "Any"),
        ],
    )
    def test_names_the_type_of_an_answer(self, schema, told):
        assert Contract({}).shape(schema, "X") == told

    def test_of_a_route_without_scopes_is_not_made(self):
        description = a_route()
        del description["paths"]["/v1/workspaces/{workspace}/it/{thing}"]["post"][
            "x-portico-scopes"
        ]

        assert "def do_it" not in self.text(description)
