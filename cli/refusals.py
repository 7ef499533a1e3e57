"""What is said when a command cannot be done, and the exit code that goes with it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from cli import durations
from cli.option_names import name_of
from portico import errors
from portico.people.addresses import UNMAILABLE

_FIELD = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
"""A field's own name in the middle of a reason; plain words are no field names there."""


WORDS = {
    UNMAILABLE: (
        "no mail can be sent to it. Before the @ it may have a-z, 0-9 and signs such as . _ + -, "
        "with no dot at either end or beside another; and its domain is no number"
    ),
}
"""Reasons of the rooms that somebody at a terminal is told in more words."""


REFUSED = {
    "StillOwner": "They are an owner of the team. First: portico team set WORKSPACE WHO --role ..., "
    "or portico team remove WORKSPACE WHO",
    "OnTheTeam": "They are on the team. First: portico team remove WORKSPACE WHO",
    "LastOwner": "A team keeps one owner. Make somebody else an owner first.",
    "NotAnOwner": "Only an owner of the team answers for a key. See: portico team list WORKSPACE",
    "LimitReached": "There are as many of them as there may be.",
}
"""What rooms refuse by a class of its own, which is not loaded for its name alone."""


NOT_MERGED = {
    "survivor-off": "Whoever stays is deactivated, so nobody could sign in. Activate them first.",
    "survivor-without-address": "Whoever stays has no address, and the other one has: merge them "
    "the other way round.",
    "lost-in-directory": "The directory names the other one, and could switch them off no more: "
    "merge them the other way round.",
    "too-many-rows": "There is too much to move at once: {count} accounts, refs, links and former "
    "addresses, and {most} at most. Remove some first.",
    "too-many-refs": "They would have {count} refs, and {most} at most. Detach some first.",
    "too-many-merges": "That would be {count} contacts who were merged into one, and {most} at most.",
}


def in_words(reason: str) -> str:
    """Return a room's reason as a team reads it."""
    return WORDS.get(reason, reason)


@dataclass
class Refusal(Exception):
    """A sentence for the person at the terminal."""

    text: str
    code: int = 1


class NotUnderstood(Refusal):
    """The command cannot be understood."""

    def __init__(self, text: str) -> None:
        super().__init__(text, 2)


class OutOfReach(Refusal):
    """The same command may work later."""

    def __init__(self, text: str) -> None:
        super().__init__(text, 3)


def refusal_of(error: errors.PorticoError, names: Mapping[str, str]) -> Refusal:
    """Say what a room said, for somebody who does not know the rooms.

    Args:
        error: what the room raised.
        names: what the command calls the fields (``option_names``).
    """
    match error:
        case errors.InvalidRequest(field=field, reason=reason):
            return Refusal(told_of_field(field, reason, names))
        case errors.RefConflict(contacts=contacts):
            return Refusal(
                f"The ref is one contact's, and the address another's: {' and '.join(contacts)}."
            )
        case errors.ContactMerged(survivor=survivor):
            return Refusal(f"They were merged into another contact: {survivor}.")
        case errors.CannotMerge(reason=reason, count=count, most=most):
            return Refusal(NOT_MERGED[reason].format(count=count, most=most))
        case errors.AddressJustChanged():
            return Refusal(
                "The last change of their address can still be undone. Until then nobody is erased "
                "or merged: whoever has taken an account over must not take it away for good."
            )
        case errors.TakenAlready(what="workspace"):
            return Refusal("There is already a workspace with this id.")
        case errors.TakenAlready(what=what, until=until) if until is not None:
            return Refusal(
                f"A contact of this workspace has just left this {what}, and can take it back until "
                f"{until:%Y-%m-%d %H:%M} UTC. Until then nobody else gets it."
            )
        case errors.TakenAlready(what=what):
            return Refusal(f"Another contact of this workspace already has this {what}.")
        case errors.TooManyRequests(retry_after=after):
            return Refusal(_too_many(after))
        case errors.NotFound():
            return Refusal("There is no such thing.")
        case errors.TryLater():
            return _fault(error)
        case errors.Invalid():
            return _invalid(error, names)
        case errors.Refused() if type(error).__name__ in REFUSED:
            return Refusal(REFUSED[type(error).__name__])
    return Refusal(type(error).__name__)


def _too_many(after: timedelta | None) -> str:
    wait = f" Try again in {durations.about(after)}." if after else ""
    return f"This was done too often.{wait}"


def _fault(error: errors.TryLater) -> Refusal:
    from portico.aws.retry import is_final

    if is_final(error):
        return Refusal(f"AWS refused: {error.cause}")
    return OutOfReach(f"Out of reach, try again later: {error.cause}")


def _invalid(error: errors.Invalid, names: Mapping[str, str]) -> Refusal:
    from portico.people.workspace_settings import SettingsRefused

    if isinstance(error, SettingsRefused):
        return Refusal("\n".join(told_of_field(field, why, names) for field, why in error.problems))
    return Refusal(type(error).__name__)


def told_of_field(field: str, reason: str, names: Mapping[str, str]) -> str:
    """Say why a field is refused, by the name that the command gives it."""
    said = _FIELD.sub(lambda found: name_of(found[0], names), in_words(reason))
    return f"{name_of(field, names)}: {said}"
