"""docs/api.md: its routes, and the examples under each."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from jsonschema_rs import Draft202012Validator

from tests.support.openapi import closed, operations, validator

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
ROUTE = re.compile(r"`((?:GET|POST|PUT|PATCH|DELETE) [^`?]+)(?:\?[^`]*)?`")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def routes() -> set[str]:
    """Every route that has a heading."""
    return {route for heading, _ in _sections() for route in ROUTE.findall(heading)}


def examples(language: str) -> Iterator[tuple[str, str]]:
    """The examples in one language, in their order: the first route of the heading, and the text."""
    for heading, text in _sections():
        for kind, block in BLOCK.findall(text):
            if kind == language:
                yield ROUTE.findall(heading)[0], block


@cache
def granted(route: str) -> Draft202012Validator:
    """Return what a request to *route* is answered with if all is well."""
    responses = operations()[route]["responses"]
    (status,) = (each for each in responses if each.startswith("2"))
    content = responses[status].get("content", {"application/json": {"schema": {"const": None}}})
    return validator(closed(content["application/json"]["schema"]))


def _sections() -> list[tuple[str, str]]:
    text = PAGE.read_text().partition("\n## Routes\n")[2].partition("\n## ")[0]
    parts = re.split(r"^### (.+)$", text, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))
