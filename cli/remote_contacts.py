"""``portico contact`` over HTTP, with a key."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cli.command import Told, asking
from cli.output import without
from cli.refusals import NotUnderstood, Refusal

if TYPE_CHECKING:
    from portico_team import Portico

KEYS_LEAVE_ADDRESSES = (
    "--email: a key changes no address. Use --stack NAME, with AWS credentials, or --local."
)


@dataclass(frozen=True, slots=True)
class RemoteContacts:
    """The contacts of a workspace, as its routes tell of them."""

    told: Told
    portico: "Portico"

    def of(self, who: str) -> dict[str, Any]:
        """Find a contact by id or by an address.

        Raises:
            Refusal: there is no such contact.
        """
        from portico_team.contract import NotFound

        try:
            if "@" not in who:
                return dict(self.portico.read_contact(who)["contact"])
            found = self.portico.find_contact({"email": who})
        except NotFound:
            raise Refusal(f"There is no contact {who} in {self.portico.workspace}.") from None
        contact = dict(found["contact"])
        if found["found_by"] != "email":
            self.told.note(
                f"{who} is an address that {contact['id']} had before; theirs is {contact['email']}."
            )
        return contact

    def all(self, *, starting: str, inactive: bool) -> Iterator[dict[str, Any]]:
        """Yield contacts by their primary emails, of all that begin with *starting*."""
        asked: Any = {"limit": 100} | ({"text": starting} if starting else {})
        walk = self.portico.list_contacts(asked)
        found: Iterable[Any] = walk
        if starting:
            # The API finds by names as well, and then in the order of what it found.
            begins = (each for each in walk if each["email"].startswith(starting))
            found = sorted(begins, key=lambda each: each["email"])
        for each in found:
            if not (inactive and each["active"]):
                yield shown(dict(each))
        if walk.page and not walk.page["complete"]:
            self.told.note(
                "Some contacts of an earlier version are missing, until portico upgrade."
            )

    def add(self, name: str, email: str, language: str | None) -> dict[str, Any]:
        """Add a contact.

        Raises:
            Refusal: somebody has the address.
        """
        from portico_team.contract import Taken

        try:
            return dict(
                self.portico.add_contact({"name": name, "email": email, "language": language})[
                    "contact"
                ]
            )
        except Taken:
            raise Refusal("Another contact of this workspace already has this email.") from None

    def correct(self, who: str, changes: dict[str, Any], *, email: str | None) -> dict[str, Any]:
        """Change a contact's name, language or time zone.

        Raises:
            Refusal: there is no such contact, or a value cannot be set.
        """
        if email is not None:
            raise NotUnderstood(KEYS_LEAVE_ADDRESSES)
        before = self.of(who)
        # None of their own is said by an empty text; what is left out stays.
        asked: Any = {name: value or "" for name, value in changes.items()}
        after = self.portico.correct_contact(before["id"], asked, if_match=before["etag"])[
            "contact"
        ]
        if after["etag"] == before["etag"]:
            self.told.note("Nothing changed: the values are the same as before.")
        return dict(after)

    def put_ref(
        self, channel: str, id_: str, *, name: str | None, email: str | None, verified: bool
    ) -> dict[str, Any]:
        """Find or make the contact of a ref.

        Raises:
            Refusal: the ref is one contact's and the address another's, or is reserved for one; or
                they have too many.
        """
        from portico_team.contract import RefConflict, Taken

        asked: Any = {"channel": channel, "id": id_, "verified": verified}
        asked |= {"name": name} if name is not None else {}
        asked |= {"email": email} if email is not None else {}
        try:
            return dict(self.portico.put_contact_by_ref(asked)["contact"])
        except RefConflict as conflict:
            both = " and ".join(conflict.members.get("contacts", []))
            raise Refusal(f"The ref is one contact's, and the address another's: {both}.") from None
        except Taken:
            raise Refusal(
                "A contact of this workspace has just left this email, and can take it back."
            ) from None

    def deactivate(self, who: str) -> dict[str, Any]:
        """Deactivate a contact, who may be deactivated already."""
        contact = self.of(who)
        if not contact["active"]:
            return contact
        return dict(self.portico.deactivate_contact(contact["id"])["contact"])


@contextmanager
def over_http(
    url: str, workspace_id: str, as_json: bool, names: Mapping[str, str]
) -> Iterator[RemoteContacts]:
    """Do one command over HTTP, as :func:`cli.command.asking` does it."""
    with asking(url, workspace_id, as_json, names) as (told, portico):
        yield RemoteContacts(told, portico)


def shown(contact: dict[str, Any]) -> dict[str, Any]:
    """Return what a terminal shows of a contact."""
    return without(contact, ["etag"])
