"""Which Portico a command speaks to: a deployed stack, or the one that ``make run`` started."""

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
)

from cli.complaints import Complaint, OutOfReach, Usage
from portico.aws import clients
from portico.clock import SYSTEM

LOCAL_URL = "http://127.0.0.1:8000"
PATIENCE = 5
"""Seconds to wait for the local front, which may be starting."""


@dataclass(frozen=True, slots=True)
class Target:
    """One Portico."""

    stack: str
    people_table: str
    sign_in_table: str
    trail_table: str
    api_url: str
    """Where portal links point, without a slash at its end."""
    portal_origins: frozenset[str] | None = None
    """The origins that may call the API from a browser; ``None``: not told."""
    connection_secrets: str = ""
    """Where client secrets lie: below it by workspace and connection."""
    loopback: bool = False
    """Whether SSO providers may answer on this machine itself."""


def find(stack: str | None, local: str | None) -> Target:
    """Find the Portico that was named, and point the rooms' clients at it.

    Raises:
        Complaint: it is not there, not named, or not to be seen with these credentials.
    """
    if local is None:
        stack = stack or os.environ.get("PORTICO_STACK") or None
    if (stack is None) == (local is None):
        raise Usage("Say which Portico: --stack NAME for a deployed one, or --local.")
    return _deployed(stack) if stack else _running(str(local))


@cache
def formation() -> Any:
    """Return the client of CloudFormation."""
    # The rooms' own session: making a second one takes longer than asking AWS.
    return clients.session().create_client("cloudformation")


def _deployed(name: str) -> Target:
    if "AWS_REGION" in os.environ:
        # botocore knows only the other name.
        os.environ.setdefault("AWS_DEFAULT_REGION", os.environ["AWS_REGION"])
    try:
        answer = formation().describe_stacks(StackName=name)
    except NoRegionError:
        raise Usage("Which region? Set AWS_REGION, or a region in your AWS profile.") from None
    except (NoCredentialsError, ProfileNotFound) as error:
        raise Complaint(f"No AWS credentials: {error}") from None
    except ClientError as error:
        if "does not exist" in str(error):
            region = clients.session().get_config_variable("region")
            raise Complaint(f"There is no stack {name} in {region} of this account.") from None
        raise Complaint(f"AWS refused: {error}") from None
    except BotoCoreError as error:
        raise OutOfReach(f"AWS is out of reach: {error}") from None
    (stack,) = answer["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}
    given = {each["ParameterKey"]: each["ParameterValue"] for each in stack.get("Parameters", [])}
    if not {"PeopleTable", "SignInTable", "TrailTable", "ApiUrl"} <= outputs.keys():
        raise Complaint(f"The stack {name} is no Portico, or is not deployed to its end.")
    origins = frozenset(filter(None, given.get("PortalOrigins", "").split(",")))
    return Target(
        stack["StackName"],
        outputs["PeopleTable"],
        outputs["SignInTable"],
        outputs["TrailTable"],
        outputs["ApiUrl"].rstrip("/"),
        origins,
        f"portico/{stack['StackName']}/connection",
    )


def _running(url: str) -> Target:
    if urlsplit(url).scheme not in ("http", "https"):
        raise Usage(f"--local takes a URL such as {LOCAL_URL}, and {url} is none.")
    try:
        told = _ask(f"{url.rstrip('/')}/_local/stack.json")
        now = datetime.fromisoformat(_ask(f"{url.rstrip('/')}/_local/clock")["now"])
        target = Target(
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
        raise OutOfReach(f"Nothing of ours answers at {url}. Is `make run` running?") from None
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
