"""Which Portico a command speaks to: a deployed stack, or the one that ``make run`` started."""

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
)

from cli.local_option import local_url, url_in
from cli.refusals import NotUnderstood, OutOfReach, Refusal
from portico.aws import clients
from portico.clock import SYSTEM

PATIENCE = 5
"""Seconds to wait for the local front, which may be starting."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """One Portico."""

    stack: str
    people_table: str
    sign_in_table: str
    trail_table: str
    api_url: str
    """Where portal links point, without a slash at its end."""
    connection_secrets: str = ""
    """Where client secrets lie: below it by workspace and connection."""
    version: str | None = None
    """The version that is deployed; empty: older than 0.5.0. ``None``: the working copy."""
    safe_back_to: str = ""
    """The oldest version that may be deployed over it; empty: it does not say."""
    loopback: bool = False
    """Whether SSO providers may answer on this machine itself."""


def find(stack: str | None, local: str | None) -> Deployment:
    """Find the Portico that was named, and point the rooms' clients at it.

    Raises:
        Refusal: it is not there, not named, or not to be seen with these credentials.
    """
    if stack is None and local is None:
        stack = os.environ.get("PORTICO_STACK") or None
        local = url_in(os.environ.get("PORTICO_LOCAL"))
        if stack and local:
            raise NotUnderstood(
                "PORTICO_STACK and PORTICO_LOCAL are both set. Say which Portico: --stack NAME or "
                "--local."
            )
    if stack and local:
        raise NotUnderstood("Say which Portico: --stack NAME or --local, not both.")
    if local:
        return _local(local_url(local, "--local"))
    if not stack:
        raise NotUnderstood("Say which Portico: --stack NAME for a deployed one, or --local.")
    return _deployed(stack)


@cache
def formation() -> Any:
    """Return the client of CloudFormation."""
    # The rooms' own session: making a second one takes longer than asking AWS.
    return clients.session().create_client("cloudformation")


def _deployed(name: str) -> Deployment:
    if "AWS_REGION" in os.environ:
        # botocore knows only the other name.
        os.environ.setdefault("AWS_DEFAULT_REGION", os.environ["AWS_REGION"])
    try:
        answer = formation().describe_stacks(StackName=name)
    except NoRegionError:
        raise NotUnderstood(
            "Which region? Set AWS_REGION, or a region in your AWS profile."
        ) from None
    except (NoCredentialsError, ProfileNotFound) as error:
        raise Refusal(f"No AWS credentials: {error}") from None
    except ClientError as error:
        if "does not exist" in str(error):
            region = clients.session().get_config_variable("region")
            raise Refusal(f"There is no stack {name} in {region} of this account.") from None
        raise Refusal(f"AWS refused: {error}") from None
    except BotoCoreError as error:
        raise OutOfReach(f"AWS is out of reach: {error}") from None
    (stack,) = answer["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}
    if not {"PeopleTable", "SignInTable", "TrailTable", "ApiUrl"} <= outputs.keys():
        raise Refusal(f"The stack {name} is not a Portico, or its deployment has not finished.")
    return Deployment(
        stack["StackName"],
        outputs["PeopleTable"],
        outputs["SignInTable"],
        outputs["TrailTable"],
        outputs["ApiUrl"].rstrip("/"),
        f"portico/{stack['StackName']}/connection",
        outputs.get("Version", ""),
        outputs.get("SafeBackTo", ""),
    )


def _local(url: str) -> Deployment:
    try:
        told = _ask(f"{url}/_local/stack.json")
        now = datetime.fromisoformat(_ask(f"{url}/_local/clock")["now"])
        target = Deployment(
            told["stack"],
            told["people_table"],
            told["sign_in_table"],
            told["trail_table"],
            told["api_url"].rstrip("/"),
            connection_secrets=f"portico/{told['stack']}/connection",
            loopback=True,
        )
        environment = {
            "AWS_ENDPOINT_URL": told["endpoint"],
            "AWS_DEFAULT_REGION": told["region"],
            "AWS_ACCESS_KEY_ID": told["access_key_id"],
            "AWS_SECRET_ACCESS_KEY": told["secret_access_key"],
            # Whoever has a profile of a real account must not write to it by saying --local.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }
    except (URLError, TimeoutError, ValueError, KeyError):
        raise OutOfReach(
            f"No Portico answers at {url}. Start it with `make run`. If it runs at another port, "
            "name that port: --local 8010, or PORTICO_LOCAL=8010."
        ) from None
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        os.environ.pop(name, None)
    os.environ.update(environment)
    # The rooms make their clients from the environment, at first use.
    clients.client.cache_clear()
    clients.session.cache_clear()
    # Its clock can be moved, and links are judged by it.
    SYSTEM.offset = max(now - datetime.now(UTC), timedelta())
    return target


def _ask(url: str) -> Any:
    with urlopen(url, timeout=PATIENCE) as answer:  # noqa: S310 - http or https, as was looked at
        return json.load(answer)
