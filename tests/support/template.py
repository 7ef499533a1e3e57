"""template.yaml as Python values: short tags become the long form, ``!Ref X`` is ``{"Ref": "X"}``."""

import json
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "template.yaml"
LOCAL = ROOT / ".venv" / "local" / "bin"
"""Where SAM's own translator is."""


class _Loader(yaml.CSafeLoader):
    """The one in C: this is read once in every process that tests."""


def _long_form(loader: yaml.CSafeLoader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _long_form)


@cache
def template(path: Path = TEMPLATE) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(path.read_text(), _Loader)  # noqa: S506  # a SafeLoader
    return loaded


@cache
def translated(*given: str, template: Path = TEMPLATE) -> dict[str, Any]:
    """What CloudFormation will see: the template after SAM.

    Args:
        given: parameters, ``"Stage=prod"``, and addresses of code, ``"Session=s3://bucket/key"``.
        template: another template than ours.
    """
    # -P: the script's folder holds modules named like the standard library's.
    command = [
        LOCAL / "python",
        "-P",
        ROOT / "local" / "translate.py",
        template,
        *given,
    ]
    done = subprocess.run(
        [str(each) for each in command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """The properties of every resource of one type, by logical id."""
    return {
        name: each.get("Properties", {})
        for name, each in template()["Resources"].items()
        if each["Type"] == kind
    }


def doors() -> dict[str, dict[str, Any]]:
    """The functions by the name of their folder."""
    return {folder(name): each for name, each in resources("AWS::Serverless::Function").items()}


def door_of(route: str) -> str:
    """The door that answers *route*, e.g. ``"GET /v1/session"``."""
    method, path = route.split(" ")
    for name, each in doors().items():
        for event in each.get("Events", {}).values():
            told = event["Properties"]
            if event["Type"] == "HttpApi" and (told["Method"], told["Path"]) == (method, path):
                return name
    raise LookupError(route)


def folder(logical_id: str) -> str:
    return re.sub(r"(?<=[a-z])([A-Z])", r"_\1", logical_id).lower()


def statements() -> list[tuple[str, dict[str, Any]]]:
    """Every statement that grants something to a door: (role, statement)."""
    return [
        (name, each)
        for name, role in resources("AWS::IAM::Role").items()
        for policy in role.get("Policies", [])
        for each in policy["PolicyDocument"]["Statement"]
    ]


def resolved(value: Any, parameters: dict[str, str]) -> Any:
    """Decide conditions and references to *parameters*, and leave out what has no value; all else keeps its long form."""
    if isinstance(value, list):
        return [each for each in (resolved(one, parameters) for one in value) if each is not None]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((name, inner),) = value.items()
        match name:
            case "Ref" if inner == "AWS::NoValue":
                return None
            case "Ref" if inner in parameters:
                return parameters[inner]
            case "Fn::If":
                chosen = inner[1] if holds(inner[0], parameters) else inner[2]
                return resolved(chosen, parameters)
            case "Fn::Split":
                divider, text = inner[0], resolved(inner[1], parameters)
                if isinstance(text, str):
                    return text.split(divider)
            case "Fn::Select":
                choices = resolved(inner[1], parameters)
                if isinstance(choices, list):
                    return choices[int(inner[0])]
    decided = {key: resolved(each, parameters) for key, each in value.items()}
    return {key: each for key, each in decided.items() if each is not None}


def holds(condition: str, parameters: dict[str, str]) -> bool:
    return _decided(template()["Conditions"][condition], parameters)


def _decided(value: Any, parameters: dict[str, str]) -> bool:
    ((name, inner),) = value.items()
    match name:
        case "Condition":
            return holds(inner, parameters)
        case "Fn::Not":
            return not _decided(inner[0], parameters)
        case "Fn::And":
            return all(_decided(each, parameters) for each in inner)
        case "Fn::Or":
            return any(_decided(each, parameters) for each in inner)
        case "Fn::Equals":
            first, second = (resolved(each, parameters) for each in inner)
            return bool(first == second)
    raise NotImplementedError(name)
