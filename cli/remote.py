"""``--url``: a Portico that is asked over HTTP with a workspace's key, and not with AWS credentials."""

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.option_names import LINK
from cli.refusals import NotUnderstood, OutOfReach, Refusal, in_words, told_of_field

if TYPE_CHECKING:
    from portico_team import Portico, Problem

URL, KEY, KEY_FILE = "PORTICO_URL", "PORTICO_KEY", "PORTICO_KEY_FILE"
NO_ROUTE = (
    "With a key this command does not work, or not yet. Use --stack NAME, with AWS credentials, or "
    "--local."
)
OURS_ALONE = 0o077
"""Permissions that a file with a key must give to nobody."""


def with_url_first(args: list[str]) -> list[str]:
    """Return *args* with ``--url`` before the command, where it may also stand behind it."""
    rest: list[str] = []
    for n, each in enumerate(args):
        if each == "--":
            break
        if each == "--url" and n + 1 < len(args):
            return [each, args[n + 1], *rest, *args[n + 2 :]]
        if each.startswith("--url="):
            return [each, *rest, *args[n + 1 :]]
        rest.append(each)
    return args


@dataclass
class Said:
    """What stands before the command, of which commands themselves see nothing."""

    url: str | None = None
    """By ``--url``."""


SAID = Said()


def url_of(stack: str | None, local: str | None) -> str | None:
    """Return where to ask over HTTP; ``None``: with AWS credentials, or at the local Portico.

    Args:
        stack: by ``--stack``.
        local: by ``--local``.

    Raises:
        NotUnderstood: two are said.
    """
    said = SAID.url
    if said and (stack or local):
        raise NotUnderstood("Say which Portico: --stack NAME, --local or --url URL, not two.")
    if stack or local:
        return None
    url = said or os.environ.get(URL) or None
    if (
        url
        and not said
        and any(os.environ.get(each) for each in ("PORTICO_STACK", "PORTICO_LOCAL"))
    ):
        raise NotUnderstood(
            f"{URL} and another are both set. Say which Portico: --stack NAME, --local or --url URL."
        )
    return url


@contextmanager
def asked(url: str, workspace_id: str, names: Mapping[str, str]) -> Iterator["Portico"]:
    """Ask a workspace's routes, and say what they refuse as a command says it.

    Raises:
        Refusal: it cannot be done.
    """
    from portico_team import OutOfReach as NoAnswer
    from portico_team import Portico, Problem, Unwelcome

    try:
        portico = Portico(url, _key())
        if portico.workspace != workspace_id:
            raise Refusal(
                f"The key is of the workspace {portico.workspace}, not of {workspace_id}."
            )
        yield portico
    except Unwelcome as error:
        raise NotUnderstood(f"{error}.") from None
    except NoAnswer as error:
        raise OutOfReach(f"Out of reach, try again later: {error}") from None
    except Problem as problem:
        raise _refusal(problem, names) from None


def _key() -> str:
    if key := os.environ.get(KEY):
        return key.strip()
    if not (file := os.environ.get(KEY_FILE)):
        raise NotUnderstood(
            f"With --url, {KEY} has the workspace's key, or {KEY_FILE} names a file that has it. "
            "See: portico key add --help"
        )
    path = Path(file)
    try:
        mode = path.stat().st_mode
        text = path.read_text().strip()
    except (OSError, UnicodeDecodeError):
        raise NotUnderstood(f"{KEY_FILE}: {file} cannot be read.") from None
    if stat.S_IMODE(mode) & OURS_ALONE:
        raise NotUnderstood(f"{KEY_FILE}: others may read {file}. First: chmod 600 {file}")
    return text


def refusal_of_one(problem: Mapping[str, Any], who: str) -> Refusal:
    """Say why one of several has failed: *who* is whom it was for."""
    if problem["type"] == "not-found":
        return Refusal(f"There is no contact {who}.")
    if errors := problem.get("errors"):
        return Refusal(
            "\n".join(told_of_field(each["field"], each["reason"], LINK) for each in errors)
        )
    return Refusal(problem["detail"])


def _refusal(problem: "Problem", names: Mapping[str, str]) -> Refusal:
    after = f" Try again in {problem.retry_after} seconds." if problem.retry_after else ""
    match problem.name:
        case "not-signed-in":
            return Refusal(
                "The key is not accepted: it is not one of this Portico, or it was revoked, is held, "
                "or has ended. See: portico key list"
            )
        case "role-too-small":
            needs = " or ".join(map(str, problem.members.get("needs", [])))
            return Refusal(f"The key may not do this: it needs the scope {needs}.")
        case "too-many-requests":
            return Refusal(f"This was done too often.{after}")
        case "try-later":
            return OutOfReach(f"Out of reach, try again later: {problem.detail}")
        case "contact-merged":
            survivor = problem.members.get("survivor")
            return Refusal(f"They were merged into another contact: {survivor}.")
        case "not-found":
            return Refusal("There is no such thing.")
        case "invalid-request":
            lines = [
                told_of_field(each["field"], in_words(each["reason"]), names)
                for each in problem.members.get("errors", [])
            ]
            return Refusal("\n".join(lines) or problem.detail)
        case _ if problem.status >= 500:
            return OutOfReach(f"Out of reach, try again later: {problem}")
    return Refusal(problem.detail or str(problem))
