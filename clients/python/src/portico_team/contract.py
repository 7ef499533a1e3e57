"""The routes that take a key. Made of docs/openapi.yaml by `make client`: change that, not this."""

import secrets
from typing import Any, Literal, NotRequired, TypedDict, cast

from portico_team.errors import Problem
from portico_team.pages import Walk
from portico_team.transport import Tagged, Transport, quoted


class ReadSettings(TypedDict):
    settings: dict[str, Any]


class Ref(TypedDict):
    channel: str
    id: str
    confirmed: bool
    attached_at: int


class ContactWithRole(TypedDict):
    id: str
    name: str
    email: str
    language: str | None
    time_zone: str | None
    active: bool
    email_verified: bool
    updated_at: int | None
    suppressed: str | None
    etag: str
    role: Literal["owner", "admin", "agent", "auditor"] | None
    refs: list[Ref]


class OneContact(TypedDict):
    contact: ContactWithRole


class NewContact(TypedDict):
    name: str
    email: str
    language: NotRequired[str | None]
    time_zone: NotRequired[str | None]


class FoundContact(TypedDict):
    contact: ContactWithRole
    found_by: Literal["email", "former-email", "ref"]


class SoughtContact(TypedDict):
    """Either `email`, or `channel` and `id`"""

    email: NotRequired[str | None]
    channel: NotRequired[str | None]
    id: NotRequired[str | None]


class ContactOfTeam(TypedDict):
    id: str
    name: str
    email: str
    language: str | None
    time_zone: str | None
    active: bool
    email_verified: bool
    updated_at: int | None
    suppressed: str | None
    etag: str


class ContactPage(TypedDict):
    contacts: list[ContactOfTeam]
    next: str | None
    complete: bool


class SoughtContacts(TypedDict):
    text: NotRequired[str | None]
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]


class AskedRef(TypedDict):
    channel: str
    id: str
    name: NotRequired[str | None]
    email: NotRequired[str | None]
    verified: NotRequired[bool | None]


class AskedDetaching(TypedDict):
    channel: str
    id: str


class Correction(TypedDict):
    """What is left out stays"""

    name: NotRequired[str | None]
    language: NotRequired[str | None]
    time_zone: NotRequired[str | None]


class ErrorsEntry(TypedDict):
    field: str
    reason: str


class ChangedMeanwhile(Problem):
    kind = "changed-meanwhile"

    @property
    def now(self) -> dict[str, Any] | None:
        return cast("dict[str, Any] | None", self.members.get("now"))


class CrossSite(Problem):
    kind = "cross-site"


class InvalidRequest(Problem):
    kind = "invalid-request"

    @property
    def errors(self) -> list[ErrorsEntry] | None:
        return cast("list[ErrorsEntry] | None", self.members.get("errors"))


class LimitReached(Problem):
    kind = "limit-reached"

    @property
    def what(self) -> Literal["keys", "owners", "refs"] | None:
        return cast("Literal['keys', 'owners', 'refs'] | None", self.members.get("what"))


class NotFound(Problem):
    kind = "not-found"


class NotSignedIn(Problem):
    kind = "not-signed-in"


class OnTheTeam(Problem):
    kind = "on-the-team"


class OtherBody(Problem):
    kind = "other-body"


class PreconditionMissing(Problem):
    kind = "precondition-missing"


class RefConflict(Problem):
    kind = "ref-conflict"

    @property
    def contacts(self) -> list[str] | None:
        return cast("list[str] | None", self.members.get("contacts"))


class RoleTooHigh(Problem):
    kind = "role-too-high"


class RoleTooSmall(Problem):
    kind = "role-too-small"

    @property
    def needs(self) -> list[str] | None:
        return cast("list[str] | None", self.members.get("needs"))


class Taken(Problem):
    kind = "taken"


class TooLarge(Problem):
    kind = "too-large"


class TooManyRequests(Problem):
    kind = "too-many-requests"


class TryLater(Problem):
    kind = "try-later"


class Routes:
    """A method for each route that takes a key, by the name of its ``operationId``.

    Every method raises :class:`~portico_team.Problem` where Portico refuses, as the class of its type,
    and :class:`~portico_team.OutOfReach` where there is no answer.
    """

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    def read_settings(self) -> ReadSettings:
        """Read the settings of a workspace.

        The key needs the scope ``settings:read``.
        """
        return cast("ReadSettings", self.transport.ask("GET", "/settings")[0])

    def add_contact(
        self, body: NewContact, *, idempotency_key: str | None = None
    ) -> Tagged[OneContact]:
        """Add a contact.

        They may sign in at once. A repeat with the same `Idempotency-Key` adds nobody, and answers
        with the contact; 422 if it asks for something else.

        The key needs the scope ``contacts:write``.

        Args:
            body: What is asked for.
            idempotency_key: Made anew for this call if it is not given.
        """
        told, etag = self.transport.ask(
            "POST",
            "/contacts",
            body=body,
            headers={"idempotency-key": idempotency_key or secrets.token_urlsafe(16)},
        )
        return Tagged(cast("OneContact", told), etag)

    def find_contact(self, body: SoughtContact) -> Tagged[FoundContact]:
        """Find one contact by a whole address, or by a ref.

        The address is in the body, so that no log has it. `found_by` is `former-email` for an
        address that its contact has left and nobody has since. A member who may not list contacts
        can ask for 30 unknown addresses an hour.

        The key needs the scope ``contacts:read``.
        """
        told, etag = self.transport.ask("POST", "/contacts/find", body=body)
        return Tagged(cast("FoundContact", told), etag)

    def list_contacts(self, body: SoughtContacts) -> Walk[ContactOfTeam]:
        """List contacts.

        A page of all contacts by address, or of those whom `text` finds: by the beginning of an
        address, or of words of the name. Go on with `next` as `cursor`, until it is null; a page
        may be short before. `complete` is false as long as contacts of an earlier version wait for
        `portico upgrade`.

        The key needs the scope ``contacts:read``.
        """

        def page(cursor: str | None) -> dict[str, Any]:
            return cast(
                "dict[str, Any]",
                self.transport.ask(
                    "POST",
                    "/contacts/list",
                    body={**body, **({"cursor": cursor} if cursor else {})},
                )[0],
            )

        return Walk(page, "contacts")

    def put_contact_by_ref(self, body: AskedRef) -> Tagged[OneContact]:
        """Find or make the contact of a ref.

        A ref is what the help desk calls a person on one of its channels: a note, and never a way
        in. One that has a contact answers with them, and changes nothing of theirs. With the
        `email` of an existing contact, a new ref is theirs, and portals are told it once they have
        proved that address once more, or at once if the caller says `verified`. Otherwise a contact
        is made, without an address if there is no `email`.

        The key needs the scope ``contacts:write``.
        """
        told, etag = self.transport.ask("PUT", "/contacts/by-ref", body=body)
        return Tagged(cast("OneContact", told), etag)

    def detach_ref(self, contact: str, body: AskedDetaching) -> Tagged[OneContact]:
        """Take a ref from a contact.

        The id is free again on its channel.

        The key needs the scope ``contacts:write``.

        Args:
            contact: Its id.
            body: What is asked for.
        """
        told, etag = self.transport.ask(
            "POST", f"/contacts/{quoted(contact)}/refs/detach", body=body
        )
        return Tagged(cast("OneContact", told), etag)

    def read_contact(self, contact: str) -> Tagged[OneContact]:
        """Read a contact.

        The key needs the scope ``contacts:read``.

        Args:
            contact: Its id.
        """
        told, etag = self.transport.ask("GET", f"/contacts/{quoted(contact)}")
        return Tagged(cast("OneContact", told), etag)

    def correct_contact(
        self, contact: str, body: Correction, *, if_match: str | None = None
    ) -> Tagged[OneContact]:
        """Correct a contact.

        Name, language and time zone; the contact stays signed in. An empty language or time zone is
        none of their own. Needs the newest `ETag`.

        The key needs the scope ``contacts:write``.

        Args:
            contact: Its id.
            body: What is asked for.
            if_match: The newest `ETag` of what is changed.
        """
        told, etag = self.transport.ask(
            "PATCH", f"/contacts/{quoted(contact)}", body=body, headers={"if-match": if_match}
        )
        return Tagged(cast("OneContact", told), etag)

    def deactivate_contact(self, contact: str) -> Tagged[OneContact]:
        """Deactivate a contact.

        Their sessions and open codes end. An owner of the team must step down first.

        The key needs the scope ``contacts:write``.

        Args:
            contact: Its id.
        """
        told, etag = self.transport.ask("POST", f"/contacts/{quoted(contact)}/deactivate")
        return Tagged(cast("OneContact", told), etag)
