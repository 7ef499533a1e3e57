"""Translate template.yaml to CloudFormation with SAM's own translator.

``python local/translate.py template.yaml [Parameter=value …]`` runs in the ``local`` environment,
which has the translator. ``Session=s3://bucket/key`` says where a function's or a layer's code is. The emulator deploys its output, cfn-lint checks it, and local routes and
environments come from it.
"""

import json
import sys
from pathlib import Path
from typing import Any

import boto3
from samtranslator.parser.parser import Parser  # type: ignore[import-not-found, unused-ignore]
from samtranslator.translator.translator import (  # type: ignore[import-not-found, unused-ignore]
    Translator,
)
from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-not-found, unused-ignore]

CODE = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}


def translate(text: str, parameters: dict[str, str]) -> dict[str, Any]:
    """Return the CloudFormation template of *text*. All code has one address, unless it is given.

    SAM writes the values of parameters into its output, so it needs them here too.
    """
    template = yaml_parse(text)
    kinds = {name: each["Type"] for name, each in template.get("Parameters", {}).items()}
    # CloudFormation passes lists to its macros as lists.
    values = {
        name: value.split(",") if kinds[name] == "CommaDelimitedList" else value
        for name, value in parameters.items()
        if name in kinds
    }
    template.get("Globals", {}).get("Function", {}).pop("CodeUri", None)
    for name, resource in template["Resources"].items():
        if resource["Type"] in CODE:
            address = parameters.get(name, "s3://nowhere/nothing")
            resource.setdefault("Properties", {})[CODE[resource["Type"]]] = address
    session = boto3.session.Session(region_name="eu-west-1")
    translated: dict[str, Any] = Translator({}, Parser(), boto_session=session).translate(
        template, values
    )
    return translated


if __name__ == "__main__":
    given = dict(each.split("=", 1) for each in sys.argv[2:])
    json.dump(translate(Path(sys.argv[1]).read_text(), given), sys.stdout, indent=1)
