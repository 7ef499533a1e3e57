"""Durations as people write them: ``90s``, ``30m``, ``8h``, ``7d``."""

import re
from datetime import timedelta

import typer

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

_WRITTEN = re.compile(r"(\d{1,6})([smhd])\Z")


def parse(text: str) -> timedelta:
    """Read a duration with its unit; a bare number could be anything.

    Raises:
        typer.BadParameter: it is none.
    """
    written = _WRITTEN.match(text.strip().lower())
    if written is None:
        raise typer.BadParameter("a number with its unit, such as 30m, 8h or 7d")
    return timedelta(**{UNITS[written[2]]: int(written[1])})


def seconds(text: str) -> int:
    """Return the seconds of a duration."""
    return int(parse(text).total_seconds())


def about(span: timedelta) -> str:
    """Return roughly how long, as in *5 min ago*."""
    seconds = max(0, int(span.total_seconds()))
    for unit, size in (("day", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size or seconds == size:
            count = seconds // size
            return f"{count} {unit}{'s' if unit == 'day' and count > 1 else ''}"
    return f"{seconds} s"
