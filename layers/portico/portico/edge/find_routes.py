"""The route that finds one contact by a whole address or a ref, for a team and its keys."""

from dataclasses import dataclass, field

from portico.aws.tables import get_many
from portico.edge.contact_routes import Anyone, ContactRoutes
from portico.edge.responses import Response
from portico.edge.seen_contact import showing
from portico.errors import NotFound
from portico.events import Caller
from portico.people.addresses import normalise
from portico.people.pointers import Pointer, pointer_key
from portico.team.look_ups import LookUps
from portico.team.rules import Action


@dataclass(frozen=True, slots=True)
class SoughtContact:
    """POST …/contacts/find: a whole address, or a ref."""

    email: str | None = field(default=None, repr=False)
    channel: str | None = None
    id: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class FindRoutes:
    """What the door answers to whoever looks for somebody."""

    contacts: ContactRoutes

    def find(self, asked: SoughtContact, path: dict[str, str], caller: Caller) -> Response:
        """Answer with the contact who has a ref or an address, or who had the address last."""
        routes = self.contacts
        found = routes.access.of_anyone(path, caller, Action.READ_CONTACT)
        look_ups = routes.look_ups(found, caller)
        if asked.email is not None:
            pointer = self._pointer(found, normalise(asked.email), look_ups)
            id_ = pointer.contact or pointer.former
            by = "email" if pointer.contact else "former-email"
        else:
            channel, named, by = asked.channel or "", asked.id or "", "ref"
            if look_ups:
                look_ups.read_room()
            id_ = routes.refs.contact_at(found.workspace, channel, named)
        seen = routes.read(found, id_) if id_ else None
        if seen is None:
            if look_ups:
                look_ups.count_miss()
            raise NotFound
        routes.note_visit(found, seen.contact.id, caller)
        return showing(seen, found_by=by)

    def _pointer(self, found: Anyone, email: str, look_ups: LookUps | None) -> Pointer:
        id_ = found.workspace.id
        wanted = [(self.contacts.people(found).rows, *pointer_key(id_, email))]
        if look_ups:
            wanted.append((look_ups.rows, *look_ups.key))
        row, *misses = get_many(wanted, consistent=True)
        if look_ups:
            look_ups.demand_room(misses[0])
        return Pointer.from_row(row)
