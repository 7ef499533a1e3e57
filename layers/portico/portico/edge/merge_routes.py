"""The routes that make one contact of two, and two again, for a workspace's team."""

from dataclasses import dataclass

from portico.edge.contact_routes import ContactRoutes
from portico.edge.responses import Response
from portico.edge.seen_contact import showing
from portico.events import Caller
from portico.team.rules import Action


@dataclass(frozen=True, slots=True)
class AskedMerge:
    """POST …/contacts/{contact}/merge: the contact who is merged into that of the path."""

    lost: str
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class AskedSplit:
    """POST …/contacts/{contact}/merge/undo."""

    lost: str


@dataclass(frozen=True, slots=True)
class MergeRoutes:
    """What the door answers about merges."""

    contacts: ContactRoutes

    def merge(self, asked: AskedMerge, path: dict[str, str], caller: Caller) -> Response:
        """Make one contact of two; say what moves, sleeps and ends, or would."""
        # Loaded here: what is done once in a while.
        from portico.account.contact_merge import ContactMerges  # noqa: PLC0415

        routes = self.contacts
        found = routes.access.of_member(path, caller, Action.MERGE_CONTACTS)
        report = ContactMerges(routes.people_table, routes.sign_in_table, routes.clock).merge(
            found.workspace,
            path["contact"],
            asked.lost,
            host=caller.host,
            by=found.by,
            reach=found.reach,
            dry_run=asked.dry_run,
        )
        return showing(routes.seen(found, path), merge=report.answer())

    def undo(self, asked: AskedSplit, path: dict[str, str], caller: Caller) -> Response:
        """Make two contacts of one again; say what goes back, and what stays."""
        # Loaded here, as above.
        from portico.account.merge_undo import MergeUndos  # noqa: PLC0415

        routes = self.contacts
        found = routes.access.of_member(path, caller, Action.MERGE_CONTACTS)
        undone = MergeUndos(routes.people_table, routes.sign_in_table, routes.clock).undo(
            found.workspace,
            path["contact"],
            asked.lost,
            host=caller.host,
            by=found.by,
            reach=found.reach,
        )
        return showing(routes.seen(found, path), merge=undone.answer())
