"""The doctor's check of portals: which of them may sign in without PKCE."""

from collections.abc import Iterator

from cli.findings import ATTENTION, OK, Check, Patient, Unanswered
from portico.errors import TryLater

SEE = "docs/cli.md#portals"


def checks(patient: Patient) -> list[Check]:
    """Return the check of all workspaces' portals."""
    return [Check("portals", SEE, lambda: _without_pkce(patient.outputs["PeopleTable"]))]


def _without_pkce(table: str) -> Iterator[tuple[str, str]]:
    from portico.openid.store import RegisteredClients
    from portico.people.flow import TeamPeople

    count = found = 0
    try:
        for workspace_id, _ in TeamPeople(table).workspaces():
            for portal in RegisteredClients(table, workspace_id).all():
                count += portal.on
                if portal.on and portal.may_leave_pkce_out:
                    found += 1
                    change = f"portico portal set {workspace_id} {portal.id} --with-pkce"
                    yield (
                        ATTENTION,
                        (
                            f"{portal.client_id} may sign in without PKCE. If its library can send "
                            f"it: {change}"
                        ),
                    )
    except TryLater as away:
        call, _, reason = away.cause.partition(": ")
        raise Unanswered(call.replace(".", ":"), reason or "nothing") from away
    if not found:
        yield OK, f"all {count:,} send PKCE"
