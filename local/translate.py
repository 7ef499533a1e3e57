"""Translate template.yaml to CloudFormation with SAM's own translator.

``python local/translate.py template.yaml [Parameter=value …]`` runs in the ``local`` environment,
which has the translator. ``Session=s3://bucket/key`` says where a function's or a layer's code is. The emulator deploys its output, cfn-lint checks it, and local routes and
environments come from it.

A translation takes longer than all else of a start, so the environment keeps what it has made.
"""

import hashlib
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

CODE = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}
PINS = Path(__file__).parents[1] / "requirements" / "local.txt"
KEPT = 32
"""Translations: a handful of each state of the template."""

type Parameters = dict[str, str]
type Template = dict[str, Any]


def kept(
    text: str, given: Parameters, folder: Path, make: Callable[[str, Parameters], Template]
) -> str:
    """Return a translation in JSON: the one in *folder* of the same text, parameters and translator.

    Args:
        text: a template.
        given: values of its parameters, and addresses of its code.
        folder: where translations are kept; it need not be there, nor be writable.
        make: makes one that is not there.
    """
    translator = [PINS.read_text(), Path(__file__).read_text(), sys.version]
    asked = json.dumps([text, given, translator])
    file = folder / f"{hashlib.sha256(asked.encode()).hexdigest()}.json"
    with suppress(OSError):
        return file.read_text()
    made = json.dumps(make(text, given), indent=1)
    with suppress(OSError):
        folder.mkdir(exist_ok=True)
        # Whoever reads it at the same time sees all of it or nothing.
        part = file.with_suffix(f".{os.getpid()}")
        part.write_text(made)
        part.replace(file)
        known = sorted(folder.glob("*.json"), key=lambda each: (each == file, each.stat().st_mtime))
        for old in known[:-KEPT]:
            old.unlink()
    return made


def translate(text: str, parameters: Parameters) -> Template:
    """Return the CloudFormation template of *text*. All code has one address, unless it is given.

    SAM writes the values of parameters into its output, so it needs them here too.
    """
    # Most of a second, for nothing where a translation is kept.
    import boto3  # noqa: PLC0415
    from samtranslator.parser.parser import (  # type: ignore[import-not-found, unused-ignore]  # noqa: PLC0415
        Parser,
    )
    from samtranslator.translator.translator import (  # type: ignore[import-not-found, unused-ignore]  # noqa: PLC0415
        Translator,
    )
    from samtranslator.yaml_helper import (  # type: ignore[import-not-found, unused-ignore]  # noqa: PLC0415
        yaml_parse,
    )

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
    translated: Template = Translator({}, Parser(), boto_session=session).translate(
        template, values
    )
    return translated


if __name__ == "__main__":
    given = dict(each.split("=", 1) for each in sys.argv[2:])
    here = Path(sys.prefix) / "translated"
    sys.stdout.write(kept(Path(sys.argv[1]).read_text(), given, here, translate))
