"""Moments as people write them: ``2h`` from now, or a date and a time with its zone."""

from datetime import UTC, datetime, timedelta

import typer

from cli import durations
from cli.refusals import Refusal

LONGEST_PAUSE = timedelta(days=366)
"""A pause that is longer is a typing error, or a portal that should be switched off."""


def seconds(text: str, *, at: datetime) -> int:
    """Read a moment, as seconds since 1970.

    Raises:
        typer.BadParameter: it is none.
        Refusal: it is over, or more than a year away.
    """
    until = _read(text.strip(), at)
    if until <= at:
        raise Refusal(f"{text}: this time has passed. To end a pause: --reset paused-until")
    if until > at + LONGEST_PAUSE:
        raise Refusal(f"{text}: a year at most. For longer: --portal-disabled")
    return int(until.timestamp())


def written(whole: int) -> str:
    """Return seconds since 1970 as a date and a time in UTC."""
    return datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%MZ")


def _read(text: str, at: datetime) -> datetime:
    try:
        until = datetime.fromisoformat(text)
    except ValueError:
        try:
            return at + durations.parse(text)
        except typer.BadParameter:
            raise _no_moment() from None
    if until.tzinfo is None:
        raise _no_moment()
    return until.astimezone(UTC)


def _no_moment() -> typer.BadParameter:
    return typer.BadParameter("as 2h, or a date and a time with its zone: 2026-12-24T18:00+01:00")
