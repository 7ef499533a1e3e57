"""The stream filters of template.yaml, applied as Lambda applies them.

Source: docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html; the rules used
here are text to equal, and ``exists``.
"""

import json
from typing import Any

from tests.support.template import template


def patterns(function: str) -> list[Any]:
    """Return the patterns of a function's stream triggers."""
    events = template()["Resources"][function]["Properties"]["Events"].values()
    streams = [each["Properties"] for each in events if each["Type"] == "DynamoDB"]
    return [
        json.loads(each["Pattern"])
        for stream in streams
        for each in stream["FilterCriteria"]["Filters"]
    ]


def wakes(function: str, record: dict[str, Any]) -> bool:
    """Say whether a stream's *record* starts the function."""
    return any(_matches(pattern, record) for pattern in patterns(function))


def _matches(pattern: Any, value: Any) -> bool:
    if isinstance(pattern, dict):
        inner = value if isinstance(value, dict) else {}
        return all(_matches(each, inner.get(name)) for name, each in pattern.items())
    return any(_meets(rule, value) for rule in pattern)


def _meets(rule: Any, value: Any) -> bool:
    if isinstance(rule, dict):
        (name, wanted), *others = rule.items()
        assert name == "exists", "a rule that this test does not know"
        assert not others
        # Only leaves can be asked for: a map is never there.
        return (value is not None and not isinstance(value, dict)) is wanted
    return bool(rule == value)
