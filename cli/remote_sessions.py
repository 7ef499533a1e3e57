"""``portico session`` over HTTP, with a key."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cli.command import Told
from cli.refusals import Refusal
from cli.remote_contacts import RemoteContacts
from portico.clock import moment

if TYPE_CHECKING:
    from portico_team import Portico


@dataclass(frozen=True, slots=True)
class RemoteSessions:
    """The sessions of contacts, as their routes tell of them."""

    told: Told
    portico: "Portico"

    def contact(self, who: str) -> dict[str, Any]:
        """Return whom an id or an address names: all of them, or of an id that alone.

        A key for sessions need not be one for contacts, so nobody is asked who an id is.

        Raises:
            Refusal: there is no such contact.
        """
        if "@" in who:
            return RemoteContacts(self.told, self.portico).of(who)
        return {"id": who, "name": who, "email": who}

    def of(self, contact: dict[str, Any], *, ended: bool = True) -> list[dict[str, Any]]:
        """List a contact's sessions, each portal's after the browser's that it came from.

        Raises:
            Refusal: there is no such contact.
        """
        from portico_team.contract import NotFound

        try:
            found: list[dict[str, Any]] = [
                dict(each)
                for each in self.portico.list_sessions_of_contact(
                    contact["id"], ended=ended, limit=100
                )
            ]
        except NotFound:
            raise Refusal(
                f"There is no contact {contact['email']} in {self.portico.workspace}."
            ) from None
        for row in found:
            for name in ("signed_in_at", "last_used_at", "ends_at"):
                row[name] = moment(row[name])
        return sorted(found, key=_place, reverse=True)

    def end(self, contact: dict[str, Any], session: str | None) -> int:
        """End one session, or all of them; return how many ran.

        Raises:
            Refusal: there is no such contact or session, or it has ended.
        """
        found = {row["id"]: row for row in self.of(contact)}
        if session is None:
            self.portico.end_sessions_of_contact(contact["id"])
            return sum(row["state"] == "alive" for row in found.values())
        if session not in found:
            raise Refusal(f"There is no session {session} of {contact['email']}.")
        if found[session]["state"] != "alive":
            raise Refusal(f"The session has ended already: {found[session]['state']}.")
        self.portico.end_session_of_contact(contact["id"], session)
        return 1


def _place(row: dict[str, Any]) -> tuple[Any, ...]:
    # A page has its own order, newest first; a list of all pages has that of the whole.
    return row["signed_in_at"], row["parent"] or row["id"], row["portal"] is None, row["id"]
