"""``python -m clients.generator``: the Python client's routes, bodies and problems, of the API's description.

``make client`` writes ``contract.py`` with it. A route that takes a key (``x-portico-scopes``) becomes a
method, what it needs of the schemas becomes types, and each problem an exception.
"""

import keyword
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
SPEC = ROOT / "docs" / "openapi.yaml"
TARGET = ROOT / "clients" / "python" / "src" / "portico_team" / "contract.py"
BASE = "/v1/workspaces/{workspace}"
NOT_GIVEN = ("Origin",)
"""Headers that browsers alone send."""

HEAD = '''"""The routes that take a key. Made of docs/openapi.yaml by `make client`: change that, not this."""

from __future__ import annotations

import secrets
from typing import Any, Literal, NotRequired, TypedDict, cast

from portico_team.errors import Problem
from portico_team.pages import Walk
from portico_team.transport import Transport, quoted

'''
METHODS = '''
class Routes:
    """A method for each route that takes a key, by the name of its ``operationId``.

    Every method raises :class:`~portico_team.Problem` where Portico refuses, as the class of its type,
    and :class:`~portico_team.OutOfReach` where there is no answer.
    """

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
'''

IN_EVERY_PROBLEM = frozenset("type title status detail instance retry_after".split())

type Schema = dict[str, Any]


class Contract:
    """The description, and what of its schemas was asked for."""

    def __init__(self, spec: Schema) -> None:
        self.spec = spec
        self.shapes: dict[str, str] = {}
        """The text of each type, by its name."""

    def text(self) -> str:
        """Return the module's text, not formatted yet."""
        methods = [self._method(*each) for each in self._routes()]
        problems = [self._problem(*each) for each in sorted(self._problems().items())]
        parts = [HEAD, *self.shapes.values(), *problems]
        return "\n\n".join([*parts, METHODS + "\n".join(methods)])

    def resolved(self, node: Schema) -> Schema:
        """Follow a reference."""
        while "$ref" in node:
            found: Any = self.spec
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            node = found
        return node

    def _routes(self) -> Iterator[tuple[str, str, Schema]]:
        for path, methods in self.spec["paths"].items():
            for method, operation in methods.items():
                if isinstance(operation, dict) and operation.get("x-portico-scopes"):
                    yield path, method, operation

    def _problems(self) -> dict[str, Schema]:
        """Return the members of each problem that these routes answer with, by its type."""
        found: dict[str, Schema] = {}
        for _, _, operation in self._routes():
            for answer in map(self.resolved, operation["responses"].values()):
                content = answer.get("content", {}).get("application/problem+json", {})
                for schema in self._alternatives(content.get("schema", {})):
                    members = schema["properties"]
                    found.setdefault(members["type"]["const"], {}).update(members)
        return found

    def _alternatives(self, schema: Schema) -> Iterator[Schema]:
        schema = self.resolved(schema)
        many = schema.get("oneOf") or schema.get("anyOf")
        for each in many or []:
            yield from self._alternatives(each)
        if not many and "properties" in schema:
            yield schema

    # ------------------------------------------------------------ types
    def shape(self, schema: Schema, name: str) -> str:
        """Return the annotation of a schema; an object gets a type of its own, by *name*."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            schema = self.resolved(schema)
        if "const" in schema:
            return f"Literal[{schema['const']!r}]"
        if "enum" in schema:
            values = [each for each in schema["enum"] if each is not None]
            null = " | None" if None in schema["enum"] else ""
            return f"Literal[{', '.join(map(repr, values))}]{null}"
        for many in ("oneOf", "anyOf"):
            if many in schema:
                each = [self.shape(one, f"{name}{n}") for n, one in enumerate(schema[many], 1)]
                return " | ".join(dict.fromkeys(each))
        kinds = schema.get(
            "type", "object" if "properties" in schema or "allOf" in schema else None
        )
        found = [self._of_kind(kind, schema, name) for kind in _listed(kinds)]
        return " | ".join(dict.fromkeys(found)) or "Any"

    def _of_kind(self, kind: str, schema: Schema, name: str) -> str:
        match kind:
            case "array":
                return f"list[{self.shape(schema.get('items', {}), f'{name}Entry')}]"
            case "object":
                return self._object(schema, name)
            case _:
                plain = {"string": "str", "integer": "int", "number": "float", "null": "None"}
                return {**plain, "boolean": "bool"}.get(kind, "Any")

    def _object(self, schema: Schema, name: str) -> str:
        parts = [schema, *map(self.resolved, schema.get("allOf", []))]
        members = {key: each for part in parts for key, each in part.get("properties", {}).items()}
        if not members:
            more = schema.get("additionalProperties")
            return f"dict[str, {self.shape(more, name) if isinstance(more, dict) else 'Any'}]"
        if name in self.shapes:
            return name
        self.shapes[name] = ""  # it may name itself
        needed = {key for part in parts for key in part.get("required", [])}
        lines = []
        for key, each in members.items():
            told = self.shape(each, name + _camel(key))
            lines.append((key, told if key in needed else f"NotRequired[{told}]"))
        # Behind what it is made of, which Python must have read before.
        del self.shapes[name]
        if all(key.isidentifier() and not keyword.iskeyword(key) for key, _ in lines):
            body = "\n".join(f"    {key}: {told}" for key, told in lines)
            said = _docstring(schema.get("description"), "    ")
            self.shapes[name] = f"class {name}(TypedDict):\n{said}{body}\n"
        else:
            body = ", ".join(f"{key!r}: {told!r}" for key, told in lines)
            self.shapes[name] = f"{name} = TypedDict({name!r}, {{{body}}})\n"
        return name

    def _problem(self, type_: str, members: Schema) -> str:
        name = _camel(type_)
        own = {key: each for key, each in members.items() if key not in IN_EVERY_PROBLEM}
        lines = [f"class {name}(Problem):", f'    kind = "{type_}"']
        for key, each in own.items():
            # What is told is another thing by route, so an object keeps no name of its own.
            schema = self.resolved(each)
            is_object = "properties" in schema or "oneOf" in schema
            told = "dict[str, Any]" if is_object else self.shape(each, name + _camel(key))
            lines += [
                "",
                "    @property",
                f"    def {key}(self) -> {told} | None:",
                f'        return cast("{told} | None", self.members.get({key!r}))',
            ]
        return "\n".join(lines) + "\n"

    # ------------------------------------------------------------ methods
    def _method(self, path: str, method: str, operation: Schema) -> str:
        name = _snake(operation["operationId"])
        given = [self.resolved(each) for each in operation.get("parameters", [])]
        given = [each for each in given if each["name"] not in NOT_GIVEN]
        ids = [
            each["name"] for each in given if each["in"] == "path" and each["name"] != "workspace"
        ]
        query = [each for each in given if each["in"] == "query" and each["name"] != "cursor"]
        headers = {each["name"]: each for each in given if each["in"] == "header"}
        body = operation.get("requestBody")
        kinds = self.resolved(body)["content"] if body else {}
        asked = kinds.get("application/json", {}).get("schema")
        is_file = "application/octet-stream" in kinds
        answer = next(each for code, each in operation["responses"].items() if code[0] == "2")
        answer = self.resolved(answer)
        content = answer.get("content", {}).get("application/json")
        told = self.shape(content["schema"], f"{_camel(name)}Answer") if content else "None"
        if "ETag" in answer.get("headers", {}) and not (
            content and self._has_etag(content["schema"])
        ):
            raise ValueError(f"{name}: no member of the answer has its ETag")
        pages = self._pages(given, asked, content["schema"]) if content else None
        if not pages:
            # What shows more than a list is read by page: `Walk` walks through that as well.
            query = [each for each in given if each["in"] == "query"]

        arguments = ["self", *(f"{each}: str" for each in ids)]
        if asked:
            arguments.append(f"body: {self.shape(asked, f'{_camel(name)}Body')}")
        if is_file:
            arguments.append("data: bytes")
        named: list[str] = []
        notes: list[tuple[str, str]] = []
        if is_file:
            notes.append(("data", "The bytes, as they are"))
        if asked:
            notes.append(("body", self.resolved(asked).get("description", "What is asked for")))
        for each in query:
            kind = self.shape(each["schema"], _camel(each["name"]))
            named.append(
                f"{each['name']}: {kind}" + ("" if each.get("required") else " | None = None")
            )
            notes.append((each["name"], each.get("description", "")))
        if "If-Match" in headers:
            needed = headers["If-Match"].get("required")
            named.append("if_match: str" + ("" if needed else " | None = None"))
            notes.append(("if_match", headers["If-Match"].get("description", "")))
        if "Idempotency-Key" in headers:
            named.append("idempotency_key: str | None = None")
            notes.append(("idempotency_key", "Made anew for this call if it is not given"))
        if named:
            arguments += ["*", *named]

        place = re.sub(r"\{(\w+)\}", lambda m: f"{{quoted({m[1]})}}", path.removeprefix(BASE))
        asks = [repr(method.upper()), f'f"{place}"' if "{" in place else repr(place)]
        queried = ", ".join(f"{each['name']!r}: {each['name']}" for each in query)
        sent = []
        if "If-Match" in headers:
            sent.append('"if-match": if_match')
        if "Idempotency-Key" in headers:
            sent.append('"idempotency-key": idempotency_key or secrets.token_urlsafe(16)')
        cursor_in_body = pages is not None and pages[2] == "body"
        if pages and not cursor_in_body:
            queried = ", ".join(filter(None, [queried, "'cursor': cursor"]))
        if queried:
            asks.append(f"query={{{queried}}}")
        if asked:
            asks.append(
                "body={**body, **({'cursor': cursor} if cursor else {})}"
                if cursor_in_body
                else "body=body"
            )
        if is_file:
            asks.append("data=data")
        if sent:
            asks.append(f"headers={{{', '.join(sent)}}}")
        call = f"self.transport.ask({', '.join(asks)})"
        said = self._said(operation, ids, notes)
        if pages:
            member, entry, _ = pages
            back = f"Walk[{entry}]"
            lines = [
                "def page(cursor: str | None) -> dict[str, Any]:",
                f'    return cast("dict[str, Any]", {call})',
                "",
                f"return Walk(page, {member!r})",
            ]
        elif told == "None":
            back, lines = "None", [call]
        else:
            back, lines = told, [f'return cast("{told}", {call})']
        text = "\n".join(f"        {line}".rstrip() for line in lines)
        return f"\n    def {name}({', '.join(arguments)}) -> {back}:\n{said}{text}\n"

    def _has_etag(self, schema: Schema) -> bool:
        """Say whether an answer has the tag of the state that it shows, in itself or in its one thing."""
        members = self.resolved(schema).get("properties", {})
        inner = [self.resolved(each).get("properties", {}) for each in members.values()]
        return any("etag" in each for each in (members, *inner))

    def _pages(
        self, given: list[Schema], asked: Schema | None, content: Schema
    ) -> tuple[str, str, str] | None:
        """Say of a list in pages which member has the entries, of what type, and where the cursor goes."""
        in_query = any(each["name"] == "cursor" for each in given)
        in_body = asked is not None and "cursor" in self.resolved(asked).get("properties", {})
        page = self.resolved(content).get("properties", {})
        kinds = {key: self.resolved(each).get("type", "object") for key, each in page.items()}
        lists = [key for key, kind in kinds.items() if kind == "array"]
        is_list = "next" in page and len(lists) == 1 and "object" not in kinds.values()
        if not (in_query or in_body) or not is_list:
            return None
        (member,) = lists
        name = content.get("$ref", "").rpartition("/")[2]
        entry = self.shape(self.resolved(page[member])["items"], f"{name}{_camel(member)}Entry")
        return member, entry, "query" if in_query else "body"

    def _said(self, operation: Schema, ids: list[str], notes: list[tuple[str, str]]) -> str:
        scopes = ", ".join(f"``{each}``" for each in operation["x-portico-scopes"])
        parts = [operation["summary"] + "."]
        if operation.get("description"):
            parts.append(" ".join(operation["description"].split()))
        parts.append(f"The key needs the scope {scopes}.")
        text = "\n\n".join(parts)
        told = [(each, "Its id") for each in ids] + notes
        if told:
            text += "\n\nArgs:\n" + "\n".join(
                f"    {name}: {_sentence(what)}" for name, what in told
            )
        return _docstring(text, "        ")


def _docstring(text: str | None, indent: str) -> str:
    if not text:
        return ""
    width = 100 - len(indent)
    lines = []
    for line in text.strip().replace("\\", "\\\\").splitlines():
        deeper = " " * (len(line) - len(line.lstrip()) + 4 * line.startswith("    "))
        lines += textwrap.wrap(line, width, subsequent_indent=deeper) or [""]
    said = "\n".join(f"{indent}{line}".rstrip() for line in lines).lstrip()
    end = f"\n{indent}" if len(lines) > 1 else ""
    return f'{indent}"""{said}{end}"""\n'


def _sentence(text: str) -> str:
    said = " ".join(text.split()).rstrip(".")
    return f"{said}." if said else "As the API's description says."


def _listed(kinds: object) -> list[str]:
    return [kinds] if isinstance(kinds, str) else list(kinds or [])  # type: ignore[call-overload]


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def _camel(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name))


def made(spec: Schema) -> str:
    """Return the module that a description makes, as the formatter leaves it."""
    text = _ruff(Contract(spec).text(), "check", "--select", "F401,I001", "--fix-only")
    return _ruff(text, "format")


def _ruff(text: str, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "--quiet", "--stdin-filename", str(TARGET), "-"],
        input=text,
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return done.stdout


if __name__ == "__main__":
    TARGET.write_text(made(yaml.safe_load(SPEC.read_text())))
