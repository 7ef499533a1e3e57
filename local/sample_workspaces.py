"""The sample workspaces. Ids and tokens are readable, so that nobody takes them for secrets."""

from local.providers.people import ACME_TENANT, object_id
from local.sample_logos import bars, globe, palm, peak
from local.sample_types import (
    SampleConnection,
    SampleContact,
    SampleKey,
    SampleLink,
    SampleRecord,
    SampleRegistration,
    SampleWorkspace,
)
from portico.people.memberships import Role
from portico.team.workspace_key import Scope, key_text

UNKNOWN_EMAIL = "nobody@example.com"
"""The address of no contact. The page must look the same for it."""


def contact_id(workspace_id: str, key: str) -> str:
    """Return a contact id of the right shape, e.g. ``ct_demo-acme-ann-00000000``."""
    return "ct_" + f"demo-{workspace_id}-{key}-".ljust(22, "0")[:22]


def link_token(workspace_id: str, key: str) -> str:
    """Return a link token of the right shape, e.g. ``lnk_demo-acme-shared-000…``."""
    return "lnk_" + f"demo-{workspace_id}-{key}-".ljust(43, "0")


def portal_secret(workspace_id: str, name: str) -> str:
    """Return a client secret of the right shape, e.g. ``pos_demo-harbor-help-center-000…``."""
    return "pos_" + f"demo-{workspace_id}-{name}-".ljust(43, "0")


def workspace_key(workspace_id: str, key: str) -> tuple[str, str]:
    """Return the id and the text of a workspace's key, both readable but for the checksum."""
    id_, secret = (f"demo-{workspace_id}-{key}-".ljust(n, "0") for n in (22, 43))
    return id_, key_text(workspace_id, id_, secret)


ACME = SampleWorkspace(
    id="acme",
    name="Acme Support",
    accent_color="#2456e6",
    logo=peak,
    about="An ordinary workspace, in English, connected with all five providers. Its address alone "
    "opens a sign-in, and page and mail say whom to ask.",
    settings={
        "request_flows": ["new-laptop", "access"],
        "locale": "en",
        "entrance": True,
        "directory_contacts": True,
    },
    words={
        "support_url": "mailto:help@acme.example",
        "privacy_url": "https://acme.example/privacy",
        "terms_url": "https://acme.example/terms",
    },
    contacts=(
        SampleContact("ann", "Ann Archer", "ann@example.com"),
        SampleContact("ben", "Ben Okafor", "ben@example.com"),
        SampleContact("chloe", "Chloé Durand", "chloe@example.com", language="fr"),
        SampleContact("dora", "Dora Gone", "dora@example.com", active=False),
        SampleContact("olga", "Olga Ortiz", "olga@example.com", role=Role.OWNER),
        SampleContact("adam", "Adam Novak", "adam@example.com", role=Role.ADMIN),
        SampleContact("grace", "Grace Lind", "grace@example.com", role=Role.AGENT),
        SampleContact("iris", "Iris Moreau", "iris@example.com", role=Role.AUDITOR),
    ),
    links=(
        SampleLink("shared", "For everybody"),
        SampleLink("tickets", "For everybody, to the tickets", to="tickets"),
        SampleLink("ann-ticket", "For Ann, to ticket 123", "ann@example.com", "ticket:123"),
        SampleLink("ann", "For Ann", "ann@example.com"),
        SampleLink("ben-laptop", "For Ben, to order a laptop", "ben@example.com", "request:new-laptop"),
        SampleLink("dora", "For Dora, who is deactivated", "dora@example.com"),
        SampleLink("expired", "For everybody, expired", state="expired"),
        SampleLink("ann-expired", "For Ann, expired", "ann@example.com", "ticket:77", "expired"),
        SampleLink("ben-ended", "For Ben, who can have a new one", "ben@example.com", state="ended"),
        SampleLink("revoked", "For everybody, revoked", state="revoked"),
        SampleLink("replaced", "For everybody, replaced by a newer one", state="replaced"),
        SampleLink("ben-revoked", "For Ben, revoked", "ben@example.com", state="revoked"),
    ),
    keys=(
        SampleKey(
            "desk", "Help desk", "olga", (Scope.READ_SETTINGS, Scope.READ_CONTACTS, Scope.LINKS)
        ),
        SampleKey("scim", "Directory", "olga", (Scope.SCIM,)),
    ),
    connections=(
        SampleConnection("microsoft", "Microsoft", ("example.com",), (ACME_TENANT,)),
        SampleConnection("google", "Google", ("example.com",)),
        # Ben's Facebook sends no address. His account is connected, so it signs him in anyway.
        SampleConnection("facebook", "Facebook", linked=(("ben", "ben"),)),
        # An id has two characters at least.
        SampleConnection("x", "X", id="twitter"),
        SampleConnection("oidc", "Acme ID", ("example.com",)),
    ),
)  # fmt: skip

GLOBEX = SampleWorkspace(
    id="globex",
    name="Globex Service Desk",
    accent_color="#475569",
    logo=globe,
    about="The portal is switched off.",
    settings={"portal_enabled": False},
    contacts=(SampleContact("ann", "Ann Archer", "ann@example.com"),),
    links=(
        SampleLink("shared", "For everybody"),
        SampleLink("ann", "For Ann", "ann@example.com", "tickets"),
    ),
)

FABRIK = SampleWorkspace(
    id="fabrik",
    name="Fabrik Kundendienst",
    accent_color="#b4400f",
    logo=bars,
    about="In German. Personal links wait for a press; the code stands in the subject.",
    settings={
        "locale": "de",
        "send_on_open": False,
        "code_in_subject": True,
        "request_flows": ["ersatzteil"],
    },
    contacts=(
        SampleContact("jurgen", "Jürgen Müßig", "juergen@example.com"),
        SampleContact("ann", "Ann Archer", "ann@example.com", language="en"),
        SampleContact("karl", "Karl Ehemals", "karl@example.com", active=False),
    ),
    links=(
        SampleLink("shared", "Für alle"),
        SampleLink(
            "jurgen-ticket", "Für Jürgen, zum Ticket 2024", "juergen@example.com", "ticket:2024"
        ),
        SampleLink("expired", "Für alle, abgelaufen", state="expired"),
    ),
)

WAHA = SampleWorkspace(
    id="waha",
    name="واحة الدعم",
    accent_color="#0f766e",
    logo=palm,
    about="In Arabic, from right to left. It has a support page, and says nothing of Portico.",
    settings={"locale": "ar", "request_flows": ["access"], "entrance": True},
    words={"support_url": "https://waha.example/help", "powered_by": False},
    contacts=(
        SampleContact("layla", "ليلى حداد", "layla@example.com"),
        SampleContact("omar", "عمر ناصر", "omar@example.com"),
    ),
    links=(
        SampleLink("shared", "للجميع"),
        SampleLink("layla-tickets", "لليلى، إلى التذاكر", "layla@example.com", "tickets"),
        SampleLink("revoked", "للجميع، ملغى", state="revoked"),
    ),
)

VERDE = SampleWorkspace(
    id="verde",
    name="Verde Helpdesk",
    accent_color="#15803d",
    logo=peak,
    about="SSO needs a match with the directory; others use a code. Ann matches by her Microsoft "
    "object id, Ben by his address, Chloé's record is inactive, and Erik has none.",
    settings={"directory_rule": "match_required"},
    contacts=(
        SampleContact("ann", "Ann Archer", "ann@example.com"),
        SampleContact("ben", "Ben Okafor", "ben@example.com"),
        SampleContact("chloe", "Chloé Durand", "chloe@example.com"),
        SampleContact("erik", "Erik Outside", "erik@example.com"),
    ),
    links=(
        SampleLink("shared", "For everybody"),
        SampleLink("ann-ticket", "For Ann, to ticket 123", "ann@example.com", "ticket:123"),
    ),
    connections=(
        SampleConnection("microsoft", "Microsoft", ("example.com",), (ACME_TENANT,)),
        SampleConnection("google", "Google", ("example.com",)),
    ),
    directory=(
        SampleRecord("ann@example.com", object_id(1)),
        SampleRecord("ben@example.com"),
        SampleRecord("chloe@example.com", object_id(3), active=False),
    ),
)

NORDEN = SampleWorkspace(
    id="norden",
    name="Norden IT",
    accent_color="#6d28d9",
    logo=bars,
    about="SSO only, for people of the directory: Ann is in it, Ben is not. No code is mailed, "
    "but to whoever holds the break-glass link.",
    settings={"directory_rule": "sso_only"},
    contacts=(
        SampleContact("ann", "Ann Archer", "ann@example.com"),
        SampleContact("ben", "Ben Okafor", "ben@example.com"),
    ),
    links=(
        SampleLink("shared", "For everybody"),
        SampleLink("tickets", "For everybody, to the tickets", to="tickets"),
        SampleLink("ben", "For Ben", "ben@example.com"),
        SampleLink("ben-glass", "For Ben, break glass", "ben@example.com", break_glass=True),
    ),
    connections=(SampleConnection("microsoft", "Microsoft", ("example.com",), (ACME_TENANT,)),),
    directory=(SampleRecord("ann@example.com", object_id(1)),),
)

LUMEN = SampleWorkspace(
    id="lumen",
    name="Lumen Help Center",
    accent_color="#a21caf",
    logo=globe,
    about="Every way in: code, password, social sign-on and sign-up. Ann has a password, Eve has "
    "only ever written by email, and anybody may sign up.",
    settings={"password_method": True, "sign_up": True, "account_deletion": True},
    contacts=(
        SampleContact(
            "ann",
            "Ann Archer",
            "ann@example.com",
            password="two quiet lamps by the harbour",  # noqa: S106 - of the demo world
        ),
        SampleContact("eve", "Eve Mailer", "eve@example.com"),
        SampleContact("ben", "Ben Okafor", "ben@example.com"),
        SampleContact("zoe", "Zoe Once", "zoe@example.com"),
    ),
    links=(
        SampleLink("shared", "For everybody"),
        SampleLink("ann-ticket", "For Ann, to ticket 123", "ann@example.com", "ticket:123"),
    ),
    connections=(
        SampleConnection("google", "Google", ("example.com",)),
        SampleConnection("facebook", "Facebook"),
        SampleConnection("x", "X", id="twitter"),
    ),
)

HARBOR = SampleWorkspace(
    id="harbor",
    name="Harbor Help",
    accent_color="#0e7490",
    logo=peak,
    about="Its portal is on another site, an ordinary OpenID client: the page sends whoever has "
    "signed in there, to the ticket of their link.",
    settings={"request_flows": ["berth", "crane"], "account_deletion": True},
    contacts=(
        SampleContact("ann", "Ann Archer", "ann@example.com"),
        SampleContact("ben", "Ben Okafor", "ben@example.com", language="de"),
        SampleContact("dora", "Dora Gone", "dora@example.com", active=False),
    ),
    links=(
        SampleLink("shared", "For everybody"),
        SampleLink("tickets", "For everybody, to the tickets", to="tickets"),
        SampleLink("ann-ticket", "For Ann, to ticket 4711", "ann@example.com", "ticket:4711"),
        SampleLink("ben-berth", "For Ben, to ask for a berth", "ben@example.com", "request:berth"),
        SampleLink("dora", "For Dora, who is deactivated", "dora@example.com"),
    ),
    connections=(
        SampleConnection("microsoft", "Microsoft", ("example.com",), (ACME_TENANT,)),
        SampleConnection("google", "Google", ("example.com",)),
    ),
    portals=(
        SampleRegistration(
            "help-center",
            "Harbor help center",
            callback="/callback",
            login="/login",
            signed_out="/signed-out",
            backchannel_logout="/backchannel-logout",
        ),
        SampleRegistration(
            "spa", "Harbor in the browser", callback="/spa/callback", is_public=True
        ),
    ),
)

WORKSPACES = (ACME, GLOBEX, FABRIK, WAHA, VERDE, NORDEN, LUMEN, HARBOR)
