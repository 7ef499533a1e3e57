"""``portico upgrade``: bring a stack's rows to the version that is deployed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from cli.command import Command, running
from cli.deployments import Deployment
from cli.refusals import Refusal
from cli.shared_options import AsJson, Local, Stack
from cli.way_back import too_far_back
from portico import __version__
from portico.aws.deadline import OneByOne

if TYPE_CHECKING:
    from portico.people.search_upgrade import SearchUpgrade

app = typer.Typer(add_completion=False)

PAGE = "UPGRADING.md"


@dataclass(frozen=True, slots=True)
class Step:
    """Work on rows that a version needs. What is left to do is read from the rows themselves.

    So a step that was interrupted goes on where it ended, and one that is done finds nothing.
    """

    version: str
    """The first version that needs it, e.g. ``0.5.0``."""
    what: str
    """What it does, as a sentence without a full stop."""
    left: Callable[[Command], Iterator[str]]
    """Yields a key of each row that is not as this version wants it."""
    mend: Callable[[Command, str], None]
    """Brings one row up to date, by a write whose condition says that it still needs it."""


def _search_rows(command: Command) -> "SearchUpgrade":
    from portico.people.search_upgrade import SearchUpgrade

    return SearchUpgrade(command.deployment.people_table)


def _misplaced_links(command: Command) -> Iterator[str]:
    from portico.links.store import Links

    for workspace_id, _ in command.team.workspaces():
        links = Links(command.deployment.people_table, workspace_id)
        yield from (f"{workspace_id}#{link}" for link in links.misplaced())


def _place_link(command: Command, key: str) -> None:
    from portico.links.store import Links

    workspace_id, _, link = key.partition("#")
    Links(command.deployment.people_table, workspace_id).put_in_place(link)


STEPS: tuple[Step, ...] = (
    Step(
        "0.5.0",
        "Contacts are found by name and address",
        lambda command: _search_rows(command).left(),
        lambda command, key: _search_rows(command).mend(key),
    ),
    Step(
        "0.5.0",
        "Personal links are listed by their contact",
        _misplaced_links,
        _place_link,
    ),
)
"""All steps, oldest first. Every version reads the rows of the ones before."""


@app.command()
def upgrade(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what is left to do; change nothing.")
    ] = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Do to the rows what the deployed version needs, and say what is left.

    Run it after every deployment. It may be interrupted and run again at any time, while people
    sign in. Ends with 1 if something is left.
    """
    with running(stack, local, as_json, {}) as command:
        _refuse_another(command.deployment)
        rest = OneByOne()
        done = 0 if dry_run else sum(_mended(command, step, rest) for step in STEPS)
        left = {step.what: sum(1 for _ in step.left(command)) for step in STEPS}
        remaining = sum(left.values())
        shown = {"rows mended": done, **{f"left: {what}": rows for what, rows in left.items()}}
        command.card(f"The rows of {__version__}", shown, mended=done, left=left)
        rest.end()
        if remaining:
            raise Refusal(f"{remaining:,} rows are left: run portico upgrade again.")
        command.say(f"Nothing is left to do to rows. {PAGE} says what else this version asks.")


def _mended(command: Command, step: Step, rest: OneByOne) -> int:
    done = 0
    for key in step.left(command):
        with rest.each():
            step.mend(command, key)
            done += 1
    return done


def _refuse_another(deployment: Deployment) -> None:
    deployed = deployment.version
    if deployed in (None, __version__):
        return
    told = {"Version": deployed or "", "SafeBackTo": deployment.safe_back_to}
    if back := too_far_back(__version__, told):
        raise Refusal(back)
    raise Refusal(
        f"The stack runs {deployed or 'a version before 0.5.0'}, and this command is {__version__}. "
        f"Deploy first, or take the command of the stack's version. To go back, see {PAGE}."
    )
