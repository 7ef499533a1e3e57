"""When a connection is a draft: what a team sets in it waits for a test, and for an owner.

A draft is offered once its test has passed and an owner has confirmed it. Whoever has the stack's
credentials stands above all roles, so what they set waits for no owner.
"""

from dataclasses import replace

from portico.people.memberships import connection_stamp
from portico.sso.rules import Connection
from portico.team.weaknesses import CONNECTION_WEAKENS, weakened


def stamp_of(connection: Connection) -> str:
    """Return what an owner confirms of a connection: it changes with whom it signs in."""
    return connection_stamp(connection.row())


def set_by_team(before: Connection | None, after: Connection) -> Connection:
    """Return *after* as it is kept when a member of the team has set it.

    A change that signs in somebody else makes a draft of it. One that takes something away, such as
    a domain, does not. What it was when it last waited for nobody is good again at once, so that a
    change can be undone; that is known by its stamp, since undoing one of several changes may make
    something that never was.

    Args:
        before: as it was read; ``None``: there was none.
        after: as the member wants it.
    """
    good = None
    if before:
        good = before.agreed if before.waits else stamp_of(before)
    if stamp_of(after) == good:
        return _ready(replace(after, waits=False, agreed=None))
    if before and stamp_of(after) == stamp_of(before):
        draft = before.draft or after.draft
        return _ready(replace(after, draft=draft, waits=before.waits, agreed=before.agreed))
    if before and not before.waits and not _signs_in_others(before, after):
        return _ready(replace(after, draft=before.draft, waits=False, agreed=None))
    return _ready(replace(after, draft=True, waits=True, agreed=good))


def confirmed(connection: Connection) -> Connection:
    """Return a connection that waits for an owner as it is once one has confirmed it."""
    return replace(connection, waits=False, agreed=None, on=not connection.draft)


def tested(connection: Connection, *, by_team: bool) -> Connection:
    """Return a connection as it is once its test has passed.

    Args:
        connection: as it was read.
        by_team: whether a member of the team has tested it, who ends no waiting.
    """
    if by_team and connection.waits:
        return replace(connection, draft=False)
    if connection.draft or connection.waits:
        return confirmed(replace(connection, draft=False))
    return connection


def _ready(connection: Connection) -> Connection:
    """Only what waits for nothing is on."""
    return replace(connection, on=connection.on and not (connection.draft or connection.waits))


def _signs_in_others(before: Connection, after: Connection) -> bool:
    was, becomes = before.values(), after.values()
    fields = becomes.keys() - {"on", "draft", "waits", "label"}
    return bool(weakened(CONNECTION_WEAKENS, was, {name: becomes[name] for name in fields}))
