"""The routes that let addresses get mail again, for a workspace's team."""

from dataclasses import asdict, dataclass

from portico.aws.tables import TransactionRefused
from portico.edge.contact_routes import ContactRoutes
from portico.edge.responses import Response
from portico.edge.seen_contact import showing
from portico.errors import RoleTooHigh
from portico.events import Caller
from portico.people.addresses import domain_of
from portico.team.rules import Action


@dataclass(frozen=True, slots=True)
class AskedDomain:
    """POST …/contacts/lift-domain: a domain that refused mails."""

    domain: str


@dataclass(frozen=True, slots=True)
class LiftRoutes:
    """What the door answers about addresses that get no mail."""

    contacts: ContactRoutes

    def lift(self, path: dict[str, str], caller: Caller) -> Response:
        """Let a contact's address get mail again; say whether a code or a link is mailed."""
        # Loaded here: few addresses come back.
        from portico.deliveries.lifts import Lifts  # noqa: PLC0415
        from portico.notices.mailed_link import mailed_link  # noqa: PLC0415

        routes = self.contacts
        found = routes.access.of_member(path, caller, Action.LIFT_SUPPRESSION)
        seen = routes.reached(found, path, caller)
        lifts = Lifts(routes.people_table, routes.sign_in_table, routes.clock)
        rows = routes.people(found).rows
        guard = found.reach.checking(rows, found.workspace.id, seen.contact.id)
        link = mailed_link(
            routes.sign_in_table,
            found.workspace,
            seen.contact,
            host=caller.host,
            at=routes.clock.now(),
        )
        try:
            lifted = lifts.lift(found.workspace, seen.contact, by=found.by, also=guard, link=link)
        except TransactionRefused:
            raise RoleTooHigh from None
        return showing(routes.seen(found, path), lifted=str(lifted))

    def lift_domain(self, asked: AskedDomain, path: dict[str, str], caller: Caller) -> Response:
        """Let all addresses of a domain that refused get mail again."""
        # Loaded here, as above.
        from portico.deliveries.lifts import Lifts  # noqa: PLC0415

        routes = self.contacts
        found = routes.access.of_member(path, caller, Action.LIFT_SUPPRESSION)
        domain = domain_of(asked.domain)
        rows, id_ = routes.people(found).rows, found.workspace.id
        done = Lifts(routes.people_table, routes.sign_in_table, routes.clock).lift_domain(
            found.workspace,
            domain,
            by=found.by,
            guard=lambda contact: found.reach.checking(rows, id_, contact.id),
        )
        return Response(200, {"domain": domain, **asdict(done)})
