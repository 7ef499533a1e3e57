"""``python -m release.before_deploy``: refuse to deploy what is too far behind the stack that runs.

``make deploy`` asks it first. It needs boto3 alone, which the SAM CLI brings.
"""

import argparse
import sys
import tomllib
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from cli.way_back import too_far_back
from portico import __version__


def main() -> int:
    """Say nothing, and end with 0, unless the running stack is known to be too far ahead."""
    asked = argparse.ArgumentParser(prog="python -m release.before_deploy")
    asked.add_argument("--answers", type=Path, required=True, help="SAM's file of answers")
    asked.add_argument("--stage", required=True)
    given = asked.parse_args()
    stage = tomllib.loads(given.answers.read_text()).get(given.stage, {})
    answers = stage.get("deploy", {}).get("parameters", {})
    refused = too_far_back(__version__, outputs_of(answers))
    if refused:
        print(refused, file=sys.stderr)
    return 1 if refused else 0


def outputs_of(answers: dict[str, Any]) -> dict[str, str]:
    """Return the outputs of the stack that the answers name; none where it is not to be seen.

    There may be no answers or no stack yet, or no credentials: SAM says that better a moment later.
    """
    if "stack_name" not in answers:
        return {}
    try:
        session = boto3.Session(
            profile_name=answers.get("profile"), region_name=answers.get("region")
        )
        found = session.client("cloudformation").describe_stacks(StackName=answers["stack_name"])
    except (BotoCoreError, ClientError):
        return {}
    return {
        each["OutputKey"]: each["OutputValue"] for each in found["Stacks"][0].get("Outputs", [])
    }


if __name__ == "__main__":
    sys.exit(main())
