"""The newest line that decides, and when somebody got in last."""

from portico.diagnosis.facts import Facts
from portico.trail.lookup import Line

OF_A_TRY = ("code.", "session.", "sso.", "mail.", "password.refused")


def decisive(facts: Facts) -> Line | None:
    """Return the newest line of a try to get in; ``None``: nobody has tried."""
    return next((each for each in facts.lines if _decides(each)), None)


def got_in(facts: Facts) -> Line | None:
    """Return the line of their last sign-in, if nothing was tried since."""
    newest = decisive(facts)
    return newest if newest is not None and newest.name == "session.started" else None


def requested(facts: Facts) -> Line | None:
    """Return the line of the newest mail that they asked for."""
    return facts.newest("code.requested", "code.resent")


def _decides(line: Line) -> bool:
    if "parent" in line.detail:
        # What a portal's tokens do says nothing of whether somebody can sign in.
        return False
    return line.name.startswith(OF_A_TRY) or line.name == "contact.signed-out"
