"""The routes that take a key. Made of docs/openapi.yaml by `make client`: change that, not this."""

from __future__ import annotations

import secrets
from typing import Any, Literal, NotRequired, TypedDict, cast

from portico_team.errors import Problem
from portico_team.pages import Walk
from portico_team.transport import Transport, quoted


class Settings(TypedDict):
    id: str
    name: str
    portal_url: str
    portal_enabled: bool
    paused_until: int
    entrance: bool
    areas: dict[str, str]
    request_flows: list[str]
    portal_origins: list[str]
    locale: Literal["en", "de", "fr", "es", "pt", "it", "ja", "ar"]
    logo: str | None
    accent_color: str | None
    sender_name: str | None
    support_url: str | None
    privacy_url: str | None
    terms_url: str | None
    pause_text: dict[str, str]
    powered_by: bool
    code_method: bool
    sso_method: bool
    password_method: bool
    sign_up: bool
    sign_up_domains: list[str]
    sign_up_blocked: list[str]
    sign_up_disposable: bool
    account_deletion: bool
    directory_rule: Literal["off", "match_required", "sso_only"]
    directory_contacts: bool
    directory_hold: bool
    directory_groups: list[str]
    send_on_open: bool
    code_in_subject: bool
    check_pasted_code: bool
    session_idle_seconds: int
    session_absolute_seconds: int
    link_days: int
    trail_days: int
    office_networks: list[str]
    inbound_addresses: list[str]


class ReadSettings(TypedDict):
    settings: Settings
    etag: str


class MailPreview(TypedDict):
    language: str
    sender: str
    subject: str
    text: str
    html: str


class AskedSettings(TypedDict):
    """As `portico workspace set` takes them; docs/cli.md says what each may be"""

    name: NotRequired[str]
    portal_url: NotRequired[str]
    portal_enabled: NotRequired[bool]
    paused_until: NotRequired[int]
    entrance: NotRequired[bool]
    areas: NotRequired[dict[str, str]]
    request_flows: NotRequired[list[str]]
    portal_origins: NotRequired[list[str]]
    locale: NotRequired[Literal["en", "de", "fr", "es", "pt", "it", "ja", "ar"]]
    logo: NotRequired[str | None]
    accent_color: NotRequired[str | None]
    sender_name: NotRequired[str | None]
    support_url: NotRequired[str | None]
    privacy_url: NotRequired[str | None]
    terms_url: NotRequired[str | None]
    pause_text: NotRequired[dict[str, str]]
    powered_by: NotRequired[bool]
    code_method: NotRequired[bool]
    sso_method: NotRequired[bool]
    password_method: NotRequired[bool]
    sign_up: NotRequired[bool]
    sign_up_domains: NotRequired[list[str]]
    sign_up_blocked: NotRequired[list[str]]
    sign_up_disposable: NotRequired[bool]
    account_deletion: NotRequired[bool]
    directory_rule: NotRequired[Literal["off", "match_required", "sso_only"]]
    directory_contacts: NotRequired[bool]
    directory_hold: NotRequired[bool]
    directory_groups: NotRequired[list[str]]
    send_on_open: NotRequired[bool]
    code_in_subject: NotRequired[bool]
    check_pasted_code: NotRequired[bool]
    session_idle_seconds: NotRequired[int]
    session_absolute_seconds: NotRequired[int]
    link_days: NotRequired[int]
    trail_days: NotRequired[int]
    office_networks: NotRequired[list[str]]
    inbound_addresses: NotRequired[list[str]]


class AskedMailPreview(TypedDict):
    letter: NotRequired[Literal["code", "link", "notice"] | None]
    language: NotRequired[str | None]
    settings: NotRequired[AskedSettings | None]
    logo: NotRequired[str | None]


class Change(TypedDict):
    id: str
    about: str
    at: int
    by: str
    before: dict[str, Any]
    after: dict[str, Any]
    undoes: NotRequired[str]


class ReadChanges(TypedDict):
    changes: list[Change]
    next: str | None


class Portal(TypedDict):
    id: str
    client_id: str
    label: str
    redirect_uris: list[str]
    post_logout_uris: list[str]
    areas: list[str]
    initiate_login_uri: str | None
    backchannel_logout_uri: str | None
    audience: str | None
    without_pkce: bool
    on: bool
    public: bool
    secrets_kept: int
    cautions: list[str]
    etag: str


class Portals(TypedDict):
    portals: list[Portal]


class OnePortal(TypedDict):
    portal: Portal
    change: NotRequired[str]


class ConnectionOfWorkspace(TypedDict):
    id: str
    kind: Literal["microsoft", "google", "facebook", "x", "oidc"]
    label: str
    client_id: str
    issuer: str | None
    discovery_url: str | None
    tenants: list[str]
    hosted_domains: list[str]
    vouches_for: list[str]
    on: bool
    draft: bool
    waits: bool
    redirect_uri: str
    cautions: list[str]
    confirmed: bool
    etag: str


class ConnectionsOfWorkspace(TypedDict):
    connections: list[ConnectionOfWorkspace]


class OneConnection(TypedDict):
    connection: ConnectionOfWorkspace
    change: NotRequired[str]


class TrailEntryStepsEntry(TypedDict):
    at: int
    event: str
    by: str
    detail: dict[str, str]


class TrailEntry(TypedDict):
    id: str
    at: int
    event: str
    outcome: Literal["asked", "mailed", "withheld", "refused", "signed-in", "done"]
    way: str | None
    purpose: str | None
    reason: str | None
    delivery: Literal["delayed", "bounced", "rejected", "complained"] | None
    contact: str | None
    subject: str | None
    by: str
    link: str | None
    about: str | None
    label: str | None
    network: str | None
    steps: list[TrailEntryStepsEntry]


class TrailPage(TypedDict):
    entries: list[TrailEntry]
    next: str | None
    searched_until: int
    complete_since: int | None


class SoughtTrail(TypedDict):
    events: NotRequired[list[str] | None]
    outcome: NotRequired[
        Literal["asked", "mailed", "withheld", "refused", "signed-in", "done"] | None
    ]
    way: NotRequired[str | None]
    reason: NotRequired[str | None]
    delivery: NotRequired[Literal["delayed", "bounced", "rejected", "complained"] | None]
    by: NotRequired[str | None]
    contact: NotRequired[str | None]
    email: NotRequired[str | None]
    sign_in: NotRequired[str | None]
    since: NotRequired[int | None]
    until: NotRequired[int | None]
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]


class TrailText(TypedDict):
    format: Literal["csv", "jsonl", "ocsf"]
    text: str
    next: str | None
    searched_until: int
    complete_since: int | None


class SoughtTrailExport(TypedDict):
    format: NotRequired[Literal["csv", "jsonl", "ocsf"] | None]
    events: NotRequired[list[str] | None]
    outcome: NotRequired[
        Literal["asked", "mailed", "withheld", "refused", "signed-in", "done"] | None
    ]
    way: NotRequired[str | None]
    reason: NotRequired[str | None]
    delivery: NotRequired[Literal["delayed", "bounced", "rejected", "complained"] | None]
    by: NotRequired[str | None]
    contact: NotRequired[str | None]
    email: NotRequired[str | None]
    sign_in: NotRequired[str | None]
    since: NotRequired[int | None]
    until: NotRequired[int | None]
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]


class DayCounts(TypedDict):
    day: str
    sign_ins: int
    others: int
    outcomes: dict[str, int]
    ways: dict[str, int]
    reasons: dict[str, int]
    deliveries: dict[str, int]
    mails: dict[str, int]


class TrailCounts(TypedDict):
    days: list[DayCounts]
    next: str | None
    searched_until: int
    complete_since: int | None


class UniversalLogoutAddress(TypedDict):
    connection: str
    label: str
    url: str


class SyncRefusal(TypedDict):
    """What it last sent in vain, for 30 days"""

    at: int
    status: Literal[400, 409]
    reason: str


class SyncingKey(TypedDict):
    id: str
    label: str
    state: Literal["alive", "held", "revoked", "expired"]
    created_at: int
    expires_at: int
    last_used_at: int | None
    last_refusal: SyncRefusal | None


class CountedPeople(TypedDict):
    """Of all keys together"""

    active: int
    inactive: int
    complete: bool


class FileSource(TypedDict):
    source: str
    active: int
    inactive: int


class CountedFiles(TypedDict):
    sources: list[FileSource]
    complete: bool
    last_import_at: int | None


class NamedGroup(TypedDict):
    id: str
    name: str


class DecidingGroup(TypedDict):
    id: str
    name: str | None
    members: int
    complete: bool


class DirectoryReckoning(TypedDict):
    walk: Literal["to-come", "first", "second", "done"]
    since: int | None
    reached: int | None


class DirectoryLeaving(TypedDict):
    """Who has left within an hour, for a day"""

    gone: int
    active: int | None
    since: int
    told_at: int | None


class DirectoryStatus(TypedDict):
    scim_url: str
    token_endpoint: str
    universal_logout: list[UniversalLogoutAddress]
    makes_contacts: bool
    rule: Literal["off", "match_required", "sso_only"]
    keys: list[SyncingKey]
    people: CountedPeople
    files: CountedFiles
    groups: list[NamedGroup]
    groups_complete: bool
    deciding: list[DecidingGroup]
    reckoning: DirectoryReckoning | None
    leaving: DirectoryLeaving | None


class GroupOfPerson(TypedDict):
    id: str
    name: str
    lets_in: bool


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


class DirectoryPerson(TypedDict):
    id: str
    user_name: str
    external_id: str | None
    name: str
    emails: list[str]
    active: bool
    allowed: bool
    held_until: int | None
    kept: bool
    contact: str | None
    changed_at: int
    created_at: int
    groups: list[GroupOfPerson]
    groups_complete: bool
    contacts: list[ContactOfTeam]
    log: list[TrailEntry] | None


class FileRecord(TypedDict):
    source: str
    external_id: str
    user_name: str
    emails: list[str]
    active: bool
    imported_at: int


class FoundPeople(TypedDict):
    people: list[DirectoryPerson]
    complete: bool
    file_record: FileRecord | None
    refused: list[TrailEntry] | None


class SoughtPerson(TypedDict):
    """One of the two"""

    email: NotRequired[str | None]
    external_id: NotRequired[str | None]


class PersonSent(TypedDict):
    id: str
    user_name: str
    external_id: str | None
    name: str
    emails: list[str]
    active: bool
    allowed: bool
    held_until: int | None
    kept: bool
    contact: str | None
    changed_at: int


class PersonPage(TypedDict):
    people: list[PersonSent]
    next: str | None


class AskedPeople(TypedDict):
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]


class Ref(TypedDict):
    channel: str
    id: str
    confirmed: bool
    attached_at: int


class MergeOfContact(TypedDict):
    lost: str
    undo_until: int | None


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
    merged: list[str]
    merges: list[MergeOfContact]


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


class ContactPage(TypedDict):
    contacts: list[ContactOfTeam]
    next: str | None
    complete: bool


class SoughtContacts(TypedDict):
    text: NotRequired[str | None]
    limit: NotRequired[int | None]
    cursor: NotRequired[str | None]


class Import(TypedDict):
    id: str
    state: Literal["open", "read", "finished", "cancelled"]
    size: int
    next: int
    dry_run: bool
    columns: dict[str, str] | None
    left_out: list[str]
    foreign_ids: bool
    waiting: int
    rows: int
    added: int
    changed: int
    unchanged: int
    refused: int
    deactivated: int
    moved: int
    expires_at: int
    part_size: int


OneImport = TypedDict("OneImport", {"import": "Import"})


class AskedImport(TypedDict):
    size: int
    dry_run: NotRequired[bool | None]
    ignore_unknown: NotRequired[bool | None]
    columns: NotRequired[dict[str, str] | None]


class RefusedRow(TypedDict):
    line: int
    column: str | None
    reason: str


TakenPart = TypedDict("TakenPart", {"import": "Import", "refused_rows": "list[RefusedRow]"})


class ImportReport(TypedDict):
    refused_rows: list[RefusedRow]
    next: str | None


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


class ExportOfContactPassword(TypedDict):
    is_set: bool
    changed_at: int | None


class ExportOfContactIdentitiesEntry(TypedDict):
    id: str
    connection: str
    label: str
    linked_at: int


class ExportOfContactSessionsEntry(TypedDict):
    id: str
    device: str | None
    network: str | None
    method: str
    created_at: int
    expires_at: int
    ended_at: int | None


class ExportOfContactEventsEntry(TypedDict):
    at: int
    name: str
    by: str
    network: str | None
    detail: dict[str, str]


class ExportOfContact(TypedDict):
    contact: ContactWithRole
    password: ExportOfContactPassword
    identities: list[ExportOfContactIdentitiesEntry]
    sessions: list[ExportOfContactSessionsEntry]
    former_emails: list[str]
    merged: list[str]
    events: list[ExportOfContactEventsEntry]


class HeldPerson(TypedDict):
    id: str
    state: Literal["held", "kept"]
    user_name: str
    name: str
    external_id: str | None
    emails: list[str]
    contacts: list[str]
    source: Literal["SCIM"]
    by: str
    why: Literal["inactive", "groups"]
    since: int
    until: int | None
    kept_at: int | None
    kept_by: str | None


class HeldPeople(TypedDict):
    people: list[HeldPerson]
    next: str | None


class DiagnosisAbout(TypedDict):
    contact: str | None
    name: str | None
    email: str | None
    sign_in: str | None


class FindingEvidenceEntry(TypedDict):
    what: str
    code: str
    reason: str | None
    values: dict[str, str | int]
    at: int | None
    event: str | None


class PressedEnding(TypedDict):
    kind: Literal["press"]
    remedy: Literal[
        "switch-on",
        "end-pause",
        "take-codes",
        "add-contact",
        "reactivate",
        "new-link",
        "lift",
        "lift-domain",
        "switch-connection-on",
        "test-connection",
        "confirm-connection",
    ]
    route: str
    body: dict[str, Any] | None
    command: str
    then: str | None
    may: bool


class SaidEnding(TypedDict):
    kind: Literal["say"]
    language: str
    text: str


class HandedOverEnding(TypedDict):
    kind: Literal["hand-over"]
    to: Literal["provider", "portal", "directory", "mail-admin", "cloud"]
    task: Literal[
        "add-anew",
        "add-record",
        "switch-record-on",
        "check-texts",
        "check-sender",
        "check-dns",
        "let-mail-through",
        "fetch-tokens",
        "renew-secret",
        "check-application",
    ]
    text: str
    value: str
    values: dict[str, str | int]


class Finding(TypedDict):
    cause: Literal[
        "portal-off",
        "portal-paused",
        "no-contact",
        "mistyped",
        "former-address",
        "erased",
        "merged",
        "deactivated",
        "method-off",
        "left-directory",
        "no-record",
        "leaving-held",
        "leaving-kept",
        "domain-refuses",
        "suppressed",
        "bounced",
        "delayed",
        "rejected",
        "mailbox-budget",
        "withheld",
        "network-budget",
        "link-expired",
        "link-revoked",
        "attempts-spent",
        "wrong-code",
        "wrong-password",
        "older-code",
        "code-late",
        "code-waits",
        "code-refused",
        "our-fault",
        "provider-refused",
        "secret-ended",
        "other-browser",
        "address-asked",
        "cookies-blocked",
        "session-ended",
        "portal-unfetched",
        "passed",
        "never-tried",
        "nothing-wrong",
    ]
    reason: str | None
    values: dict[str, str | int]
    said: str
    since: int | None
    evidence: list[FindingEvidenceEntry]
    ending: PressedEnding | SaidEnding | HandedOverEnding


class Diagnosis(TypedDict):
    about: DiagnosisAbout
    findings: list[Finding]


class AskedDiagnosis(TypedDict):
    """One of `email`, `contact` and `sign_in`"""

    email: NotRequired[str | None]
    contact: NotRequired[str | None]
    sign_in: NotRequired[str | None]


class LinkOfWorkspace(TypedDict):
    id: str
    kind: Literal["shared", "personal"]
    state: Literal["alive", "expired", "revoked", "replaced"]
    contact: str | None
    email_hint: str | None
    to: str | None
    label: str | None
    break_glass: bool
    portal: str | None
    entrance: bool
    replaced_by: str | None
    created_at: int
    expires_at: int | None
    revoked_at: int | None


class Links(TypedDict):
    links: list[LinkOfWorkspace]
    next: str | None


class NewLink(TypedDict):
    link: LinkOfWorkspace
    token: str
    url: str


class ProblemOfOneErrorsEntry(TypedDict):
    field: str
    reason: str


class ProblemOfOne(TypedDict):
    """Why one of several has failed, as if it had been asked for alone"""

    type: Literal[
        "invalid-request", "not-found", "role-too-small", "role-too-high", "taken", "try-later"
    ]
    title: str
    status: int
    detail: str
    instance: str
    errors: NotRequired[list[ProblemOfOneErrorsEntry]]
    needs: NotRequired[list[str]]


class NewLinksLinksEntry2(TypedDict):
    problem: ProblemOfOne
    made: NotRequired[str]


class NewLinks(TypedDict):
    links: list[NewLink | NewLinksLinksEntry2]


class AskedLink(TypedDict):
    contact: NotRequired[str | None]
    to: NotRequired[str | None]
    days: NotRequired[int | None]
    label: NotRequired[str | None]


class AskedLinks(TypedDict):
    links: list[AskedLink | Any]


class ReadLinkUsesEntry(TypedDict):
    contact: str
    at: int
    method: str


class ReadLink(TypedDict):
    link: LinkOfWorkspace
    uses: list[ReadLinkUsesEntry]
    next: str | None


class RotatedLink(TypedDict):
    link: LinkOfWorkspace
    token: str
    url: str
    replaced: LinkOfWorkspace


class AskedRotation(TypedDict):
    overlap_days: NotRequired[int | None]
    days: NotRequired[int | None]


class OneLink(TypedDict):
    link: LinkOfWorkspace


class SessionsOfContactSessionsEntry(TypedDict):
    id: str
    state: str
    portal: str | None
    parent: str | None
    device: str | None
    network: str | None
    method: str
    shared_computer: bool
    signed_in_at: int
    last_used_at: int
    ends_at: int


class SessionsOfContact(TypedDict):
    sessions: list[SessionsOfContactSessionsEntry]
    next: str | None


class ErrorsEntry(TypedDict):
    field: str
    reason: str


class ChangedMeanwhile(Problem):
    kind = "changed-meanwhile"

    @property
    def now(self) -> dict[str, Any] | None:
        return cast("dict[str, Any] | None", self.members.get("now"))


class ContactMerged(Problem):
    kind = "contact-merged"

    @property
    def survivor(self) -> str | None:
        return cast("str | None", self.members.get("survivor"))


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


class NotNext(Problem):
    kind = "not-next"

    @property
    def now(self) -> dict[str, Any] | None:
        return cast("dict[str, Any] | None", self.members.get("now"))


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
        return cast("ReadSettings", self.transport.ask("GET", "/settings"))

    def preview_mail(self, body: AskedMailPreview) -> MailPreview:
        """Show a mail before its look is changed.

        Answers a mail as it would be sent, with settings that are not saved yet and sample values.
        Its code can be nobody's. Changes nothing and mails nothing.

        The key needs the scope ``settings:read``.

        Args:
            body: What is asked for.
        """
        return cast("MailPreview", self.transport.ask("POST", "/mail-preview", body=body))

    def read_changes(self, *, limit: int | None = None) -> Walk[Change]:
        """List what was changed in the last 30 days.

        The key needs the scope ``settings:read``.

        Args:
            limit: The most entries of a page.
        """

        def page(cursor: str | None) -> dict[str, Any]:
            return cast(
                "dict[str, Any]",
                self.transport.ask("GET", "/changes", query={"limit": limit, "cursor": cursor}),
            )

        return Walk(page, "changes")

    def read_portals(self) -> Portals:
        """List the portals of a workspace.

        The key needs the scope ``settings:read``.
        """
        return cast("Portals", self.transport.ask("GET", "/portals"))

    def read_portal(self, portal: str) -> OnePortal:
        """Read a portal.

        The key needs the scope ``settings:read``.

        Args:
            portal: Its id.
        """
        return cast("OnePortal", self.transport.ask("GET", f"/portals/{quoted(portal)}"))

    def read_connections(self) -> ConnectionsOfWorkspace:
        """List the SSO connections of a workspace.

        The key needs the scope ``settings:read``.
        """
        return cast("ConnectionsOfWorkspace", self.transport.ask("GET", "/connections"))

    def read_connection(self, connection: str) -> OneConnection:
        """Read a connection.

        The key needs the scope ``settings:read``.

        Args:
            connection: Its id.
        """
        return cast(
            "OneConnection", self.transport.ask("GET", f"/connections/{quoted(connection)}")
        )

    def list_trail(self, body: SoughtTrail) -> Walk[TrailEntry]:
        """List what happened.

        A page of the workspace's sign-ins and of everything else that happened, newest first. A
        call does a bounded amount of work: a page may have few rows, or none, and `searched_until`
        says how far it looked. Go on with `next` as `cursor`, until it is null. `contact`, `email`
        and `sign_in` are indexed; everything else filters.

        The key needs the scope ``trail:read``.

        Args:
            body: What is asked for.
        """

        def page(cursor: str | None) -> dict[str, Any]:
            return cast(
                "dict[str, Any]",
                self.transport.ask(
                    "POST", "/trail/list", body={**body, **({"cursor": cursor} if cursor else {})}
                ),
            )

        return Walk(page, "entries")

    def export_trail(self, body: SoughtTrailExport) -> TrailText:
        """Export what happened.

        A page of the same list as text: CSV, JSON Lines, or events of OCSF's class Authentication
        (3002), which are sign-ins alone. Put the texts of all pages one behind the other. CSV names
        its columns in the first page.

        The key needs the scope ``trail:read``.

        Args:
            body: What is asked for.
        """
        return cast("TrailText", self.transport.ask("POST", "/trail/export", body=body))

    def count_trail(self, body: SoughtTrail) -> Walk[DayCounts]:
        """Count what happened, by day.

        Counts of a page of the list, for charts. Pages add up: a day that two pages have a part of
        is in both, with different rows.

        The key needs the scope ``trail:read``.

        Args:
            body: What is asked for.
        """

        def page(cursor: str | None) -> dict[str, Any]:
            return cast(
                "dict[str, Any]",
                self.transport.ask(
                    "POST",
                    "/trail/overview",
                    body={**body, **({"cursor": cursor} if cursor else {})},
                ),
            )

        return Walk(page, "days")

    def read_directory(self) -> DirectoryStatus:
        """Show how the directory is doing.

        Who syncs and when they came last, how many people there are, which groups decide, how far a
        change of them has come, whether many have left, and the addresses that a directory is
        given. Counts stop at a bound, and say so.

        The key needs the scope ``contacts:read``.
        """
        return cast("DirectoryStatus", self.transport.ask("GET", "/directory"))

    def find_person(self, body: SoughtPerson) -> FoundPeople:
        """Find somebody in the directory.

        By a whole address, or by the directory's own id; both are in the body, so that no log has
        them. What the directory has sent, what was done, and why not. With a key, logs need the
        scope `trail:read`, and are null without it. A member who may not list contacts can ask for
        30 unknown ones an hour, and read 200 different contacts.

        The key needs the scope ``contacts:read``.

        Args:
            body: One of the two.
        """
        return cast("FoundPeople", self.transport.ask("POST", "/directory/people/find", body=body))

    def list_people(self, body: AskedPeople) -> Walk[PersonSent]:
        """List the people of the directory.

        A page of all people whom a directory syncs, by their ids. Go on with `next` as `cursor`,
        until it is null.

        The key needs the scope ``contacts:read``.

        Args:
            body: What is asked for.
        """

        def page(cursor: str | None) -> dict[str, Any]:
            return cast(
                "dict[str, Any]",
                self.transport.ask(
                    "POST",
                    "/directory/people/list",
                    body={**body, **({"cursor": cursor} if cursor else {})},
                ),
            )

        return Walk(page, "people")

    def add_contact(self, body: NewContact, *, idempotency_key: str | None = None) -> OneContact:
        """Add a contact.

        They may sign in at once. A repeat with the same `Idempotency-Key` adds nobody, and answers
        with the contact; 422 if it asks for something else.

        The key needs the scope ``contacts:write``.

        Args:
            body: What is asked for.
            idempotency_key: Made anew for this call if it is not given.
        """
        return cast(
            "OneContact",
            self.transport.ask(
                "POST",
                "/contacts",
                body=body,
                headers={"idempotency-key": idempotency_key or secrets.token_urlsafe(16)},
            ),
        )

    def find_contact(self, body: SoughtContact) -> FoundContact:
        """Find one contact by a whole address, or by a ref.

        The address is in the body, so that no log has it. `found_by` is `former-email` for an
        address that its contact has left and nobody has since. A member who may not list contacts
        can ask for 30 unknown addresses or refs an hour, and read 200 different contacts.

        The key needs the scope ``contacts:read``.

        Args:
            body: Either `email`, or `channel` and `id`.
        """
        return cast("FoundContact", self.transport.ask("POST", "/contacts/find", body=body))

    def list_contacts(self, body: SoughtContacts) -> Walk[ContactOfTeam]:
        """List contacts.

        A page of all contacts by address, or of those whom `text` finds: by the beginning of an
        address, or of words of the name. Go on with `next` as `cursor`, until it is null; a page
        may be short before. `complete` is false as long as contacts of an earlier version wait for
        `portico upgrade`.

        The key needs the scope ``contacts:read``.

        Args:
            body: What is asked for.
        """

        def page(cursor: str | None) -> dict[str, Any]:
            return cast(
                "dict[str, Any]",
                self.transport.ask(
                    "POST",
                    "/contacts/list",
                    body={**body, **({"cursor": cursor} if cursor else {})},
                ),
            )

        return Walk(page, "contacts")

    def begin_import(self, body: AskedImport, *, idempotency_key: str | None = None) -> OneImport:
        """Begin an import of contacts.

        The file itself comes in parts, as it is: CSV in UTF-8 or UTF-16, with comma, semicolon or
        tab. Its first line names the columns, which are guessed by common headers unless `columns`
        says them. A dry run writes no contact. A repeat with the same `Idempotency-Key` answers
        with the import; 422 if it asks for something else. Nothing of it can be asked after 24
        hours.

        The key needs the scope ``contacts:write``.

        Args:
            body: What is asked for.
            idempotency_key: Made anew for this call if it is not given.
        """
        return cast(
            "OneImport",
            self.transport.ask(
                "POST",
                "/contacts/imports",
                body=body,
                headers={"idempotency-key": idempotency_key or secrets.token_urlsafe(16)},
            ),
        )

    def read_import(self, import_id: str) -> OneImport:
        """Say how far an import has come.

        The rows so far by what became of them, which column each field is read from, and where the
        next part begins.

        The key needs the scope ``contacts:write``.

        Args:
            import_id: Its id.
        """
        return cast(
            "OneImport", self.transport.ask("GET", f"/contacts/imports/{quoted(import_id)}")
        )

    def take_import_part(self, import_id: str, at: str, data: bytes) -> TakenPart:
        """Send a part of an import's file.

        `part_size` bytes of the file from the place `next`, or all that is left. It may end within
        a row, and there may be no time for all of it: go on at the new `next`, as long as the
        import is `open`. A repeat gets the answer of the first time, and writes nothing. Sixty
        requests of imports a minute go through, of the whole workspace.

        The key needs the scope ``contacts:write``.

        Args:
            import_id: Its id.
            at: Its id.
            data: The bytes, as they are.
        """
        return cast(
            "TakenPart",
            self.transport.ask(
                "PUT", f"/contacts/imports/{quoted(import_id)}/parts/{quoted(at)}", data=data
            ),
        )

    def finish_import(self, import_id: str) -> OneImport:
        """Finish an import.

        Writes the rows that waited for the end of the file: those that would deactivate a contact
        by an address that they have left. Ask until the import is `finished`.

        The key needs the scope ``contacts:write``.

        Args:
            import_id: Its id.
        """
        return cast(
            "OneImport", self.transport.ask("POST", f"/contacts/imports/{quoted(import_id)}/finish")
        )

    def cancel_import(self, import_id: str) -> OneImport:
        """End an import where it is.

        What it has written stays. One that is finished stays finished.

        The key needs the scope ``contacts:write``.

        Args:
            import_id: Its id.
        """
        return cast(
            "OneImport", self.transport.ask("POST", f"/contacts/imports/{quoted(import_id)}/cancel")
        )

    def report_import(self, import_id: str, *, limit: int | None = None) -> Walk[RefusedRow]:
        """List the refused rows of an import.

        By the order of the file, those that waited for its end last. A page ends with a part, so it
        may have more rows than `limit`.

        The key needs the scope ``contacts:write``.

        Args:
            import_id: Its id.
            limit: The most entries of a page.
        """

        def page(cursor: str | None) -> dict[str, Any]:
            return cast(
                "dict[str, Any]",
                self.transport.ask(
                    "GET",
                    f"/contacts/imports/{quoted(import_id)}/report",
                    query={"limit": limit, "cursor": cursor},
                ),
            )

        return Walk(page, "refused_rows")

    def put_contact_by_ref(self, body: AskedRef) -> OneContact:
        """Find or make the contact of a ref.

        A ref is what the help desk calls a person on one of its channels: a note, and never a way
        in. One that has a contact answers with them, and changes nothing of theirs. With the
        `email` of an existing contact, a new ref is theirs. Otherwise a contact is made, without an
        address if there is no `email`. What comes with an `email` is told to portals once the
        contact has proved that address since, or at once if the caller says `verified`. A member
        who may not list contacts is answered of 200 different contacts an hour, and of 30 addresses
        of nobody, as by `contacts/find`.

        The key needs the scope ``contacts:write``.

        Args:
            body: What is asked for.
        """
        return cast("OneContact", self.transport.ask("PUT", "/contacts/by-ref", body=body))

    def detach_ref(self, contact: str, body: AskedDetaching) -> OneContact:
        """Take a ref from a contact.

        The id is free again on its channel.

        The key needs the scope ``contacts:write``.

        Args:
            contact: Its id.
            body: What is asked for.
        """
        return cast(
            "OneContact",
            self.transport.ask("POST", f"/contacts/{quoted(contact)}/refs/detach", body=body),
        )

    def read_contact(self, contact: str) -> OneContact:
        """Read a contact.

        The key needs the scope ``contacts:read``.

        Args:
            contact: Its id.
        """
        return cast("OneContact", self.transport.ask("GET", f"/contacts/{quoted(contact)}"))

    def correct_contact(
        self, contact: str, body: Correction, *, if_match: str | None = None
    ) -> OneContact:
        """Correct a contact.

        Name, language and time zone; the contact stays signed in. An empty language or time zone is
        none of their own. Needs the newest `ETag`.

        The key needs the scope ``contacts:write``.

        Args:
            contact: Its id.
            body: What is left out stays.
            if_match: The newest `ETag` of what is changed.
        """
        return cast(
            "OneContact",
            self.transport.ask(
                "PATCH", f"/contacts/{quoted(contact)}", body=body, headers={"if-match": if_match}
            ),
        )

    def read_contact_trail(self, contact: str, *, limit: int | None = None) -> Walk[TrailEntry]:
        """List what happened to a contact.

        A page of the contact's sign-ins and of everything else that happened to them, newest first.
        Also of one who was erased.

        The key needs the scope ``trail:read``.

        Args:
            contact: Its id.
            limit: The most entries of a page.
        """

        def page(cursor: str | None) -> dict[str, Any]:
            return cast(
                "dict[str, Any]",
                self.transport.ask(
                    "GET",
                    f"/contacts/{quoted(contact)}/trail",
                    query={"limit": limit, "cursor": cursor},
                ),
            )

        return Walk(page, "entries")

    def export_contact(self, contact: str) -> ExportOfContact:
        """Hand out all data of a contact.

        For a contact who asks for it. Without secrets; the newest 5,000 lines of their trail.

        The key needs the scope ``contacts:read``.

        Args:
            contact: Its id.
        """
        return cast(
            "ExportOfContact", self.transport.ask("GET", f"/contacts/{quoted(contact)}/export")
        )

    def deactivate_contact(self, contact: str) -> OneContact:
        """Deactivate a contact.

        Their sessions and open codes end, and no directory switches them on again. An owner of the
        team must step down first.

        The key needs the scope ``contacts:write``.

        Args:
            contact: Its id.
        """
        return cast(
            "OneContact", self.transport.ask("POST", f"/contacts/{quoted(contact)}/deactivate")
        )

    def list_held(self, *, limit: int | None = None) -> Walk[HeldPerson]:
        """List whose access is held.

        People whom a directory has put out among many, and who are still in: those whose moment
        comes first at the head, and those whom the team keeps behind them. Whose moment has passed
        is out, and no longer listed.

        The key needs the scope ``contacts:read``.

        Args:
            limit: The most entries of a page.
        """

        def page(cursor: str | None) -> dict[str, Any]:
            return cast(
                "dict[str, Any]",
                self.transport.ask(
                    "GET", "/directory/held", query={"limit": limit, "cursor": cursor}
                ),
            )

        return Walk(page, "people")

    def diagnose(self, body: AskedDiagnosis) -> Diagnosis:
        """Say why somebody does not get in.

        Of an address, also one that nobody has, of a contact, or of a sign-in by the name that its
        lines in the trail share. The decisive finding comes first. A member who may not list
        contacts can ask for 30 unknown addresses an hour and read 200 different contacts, together
        with those of `contacts/find`, and sees the addresses of others masked.

        The key needs the scope ``diagnosis``.

        Args:
            body: One of `email`, `contact` and `sign_in`.
        """
        return cast("Diagnosis", self.transport.ask("POST", "/diagnosis", body=body))

    def list_links(
        self, *, contact: str | None = None, ended: bool | None = None, limit: int | None = None
    ) -> Walk[LinkOfWorkspace]:
        """List the links of a workspace, or of one contact.

        Newest first: shared ones, then personal ones by contact. The entrances of portals are among
        them. Ended ones are left out unless `ended` is `true`, so a page can have fewer links than
        `limit`, or none: go on while there is `next`. The list lags by a moment.

        The key needs the scope ``links``.

        Args:
            contact: Only the links of this contact.
            ended: Also those that have ended.
            limit: The most entries of a page.
        """

        def page(cursor: str | None) -> dict[str, Any]:
            return cast(
                "dict[str, Any]",
                self.transport.ask(
                    "GET",
                    "/links",
                    query={"contact": contact, "ended": ended, "limit": limit, "cursor": cursor},
                ),
            )

        return Walk(page, "links")

    def add_links(self, body: AskedLinks, *, idempotency_key: str | None = None) -> NewLinks:
        """Make up to a hundred links.

        Each link is answered by itself, in the order asked: with its token, or with a problem. A
        link with a `contact` is personal; an agent and a key make no others, and nobody makes one
        for a member whose role is as high as their own or higher. A token is answered only this
        once: a repeat with the same `Idempotency-Key` answers `taken` for each link that is there,
        and makes those that are missing.

        The key needs the scope ``links``.

        Args:
            body: What is asked for.
            idempotency_key: Made anew for this call if it is not given.
        """
        return cast(
            "NewLinks",
            self.transport.ask(
                "POST",
                "/links",
                body=body,
                headers={"idempotency-key": idempotency_key or secrets.token_urlsafe(16)},
            ),
        )

    def read_link(
        self, link: str, *, limit: int | None = None, cursor: str | None = None
    ) -> ReadLink:
        """Show a link, and who has signed in by it.

        `uses` has a page of the sign-ins by this link, newest first, as long as the workspace keeps
        its trail. Other lines of the trail lie between, so a page can have fewer than `limit`, or
        none: go on while there is `next`.

        The key needs the scope ``links``.

        Args:
            link: Its id.
            limit: The most entries of a page.
            cursor: `next` of the page before.
        """
        return cast(
            "ReadLink",
            self.transport.ask(
                "GET", f"/links/{quoted(link)}", query={"limit": limit, "cursor": cursor}
            ),
        )

    def rotate_link(self, link: str, body: AskedRotation) -> RotatedLink:
        """Put another link in the place of one.

        The old one works for `overlap_days` more, seven at most, and never longer than it would
        have. Then it is `replaced`, and the page says so. A link is rotated once: a repeat is 409
        `taken`; rotate the link that `replaced_by` names. Entrances and break-glass links are not
        rotated.

        The key needs the scope ``links``.

        Args:
            link: Its id.
            body: What is asked for.
        """
        return cast(
            "RotatedLink", self.transport.ask("POST", f"/links/{quoted(link)}/rotate", body=body)
        )

    def revoke_link(self, link: str) -> OneLink:
        """Revoke a link.

        It opens nothing from now on. Whoever has signed in by it stays signed in. A repeat changes
        nothing. An entrance is closed by its portal or by the settings.

        The key needs the scope ``links``.

        Args:
            link: Its id.
        """
        return cast("OneLink", self.transport.ask("POST", f"/links/{quoted(link)}/revoke"))

    def list_sessions_of_contact(
        self, contact: str, *, ended: bool | None = None, limit: int | None = None
    ) -> Walk[SessionsOfContactSessionsEntry]:
        """List the sessions of a contact.

        Of browsers, and of portals that came from them; newest first within a page. Ended ones are
        left out unless `ended` is `true`, so a page can have fewer than `limit`, or none: go on
        while there is `next`. A member who may not list contacts reads 200 different contacts an
        hour, by their sessions too.

        The key needs the scope ``sessions``.

        Args:
            contact: Its id.
            ended: Also those that have ended.
            limit: The most entries of a page.
        """

        def page(cursor: str | None) -> dict[str, Any]:
            return cast(
                "dict[str, Any]",
                self.transport.ask(
                    "GET",
                    f"/contacts/{quoted(contact)}/sessions",
                    query={"ended": ended, "limit": limit, "cursor": cursor},
                ),
            )

        return Walk(page, "sessions")

    def end_sessions_of_contact(self, contact: str) -> None:
        """End all sessions of a contact.

        And their open codes. Portals are told by back-channel logout; one that holds an access
        token may take it for ten more minutes.

        The key needs the scope ``sessions``.

        Args:
            contact: Its id.
        """
        self.transport.ask("POST", f"/contacts/{quoted(contact)}/sessions/end")

    def end_session_of_contact(self, contact: str, session: str) -> None:
        """End one session of a contact.

        A browser's session ends with those of portals that came from it. One that has ended does
        not change, and is no error.

        The key needs the scope ``sessions``.

        Args:
            contact: Its id.
            session: Its id.
        """
        self.transport.ask("POST", f"/contacts/{quoted(contact)}/sessions/{quoted(session)}/end")
