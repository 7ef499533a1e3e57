"""Who lives in the local world. Ids and tokens are spelled out, so that nobody takes them for secrets."""

from dataclasses import dataclass, field
from typing import Any

from local.picture import Shape, bars, globe, palm, peak

UNKNOWN_EMAIL = "nobody@example.com"
"""A contact of no workspace: the page must look the same for it."""


@dataclass(frozen=True, slots=True)
class KnownContact:
    """A contact; *key* is the readable part of the id."""

    key: str
    name: str
    email: str
    active: bool = True
    language: str | None = None


@dataclass(frozen=True, slots=True)
class KnownLink:
    """A link; *key* is the readable part of the token, *state* what became of it."""

    key: str
    label: str
    contact: str | None = None
    """The email of the contact of a personal link."""
    to: str | None = None
    state: str = "alive"


@dataclass(frozen=True, slots=True)
class KnownWorkspace:
    """A workspace with what a team has set, its people and its links."""

    id: str
    name: str
    accent_color: str
    logo: Shape
    about: str
    """For the pages of the local house alone."""
    settings: dict[str, Any] = field(default_factory=dict)
    contacts: tuple[KnownContact, ...] = ()
    links: tuple[KnownLink, ...] = ()


def contact_id(workspace: str, key: str) -> str:
    """Return a contact id of the right shape, e.g. ``ct_demo-acme-ann-00000000``."""
    return "ct_" + f"demo-{workspace}-{key}-".ljust(22, "0")[:22]


def link_token(workspace: str, key: str) -> str:
    """Return a link token of the right shape, e.g. ``lnk_demo-acme-shared-000…``."""
    return "lnk_" + f"demo-{workspace}-{key}-".ljust(43, "0")


ACME = KnownWorkspace(
    id="acme",
    name="Acme Support",
    accent_color="#2456e6",
    logo=peak,
    about="An ordinary workspace, in English.",
    settings={"request_flows": ["new-laptop", "access"], "locale": "en"},
    contacts=(
        KnownContact("ann", "Ann Archer", "ann@example.com"),
        KnownContact("ben", "Ben Okafor", "ben@example.com"),
        KnownContact("chloe", "Chloé Durand", "chloe@example.com", language="fr"),
        KnownContact("dora", "Dora Gone", "dora@example.com", active=False),
    ),
    links=(
        KnownLink("shared", "For everybody"),
        KnownLink("tickets", "For everybody, to the tickets", to="tickets"),
        KnownLink("ann-ticket", "For Ann, to ticket 123", "ann@example.com", "ticket:123"),
        KnownLink("ann", "For Ann", "ann@example.com"),
        KnownLink("ben-laptop", "For Ben, to order a laptop", "ben@example.com", "request:new-laptop"),
        KnownLink("dora", "For Dora, who is deactivated", "dora@example.com"),
        KnownLink("expired", "For everybody, expired", state="expired"),
        KnownLink("ann-expired", "For Ann, expired", "ann@example.com", "ticket:77", "expired"),
        KnownLink("revoked", "For everybody, revoked", state="revoked"),
        KnownLink("ben-revoked", "For Ben, revoked", "ben@example.com", state="revoked"),
    ),
)  # fmt: skip

GLOBEX = KnownWorkspace(
    id="globex",
    name="Globex Service Desk",
    accent_color="#475569",
    logo=globe,
    about="The portal is switched off.",
    settings={"portal_enabled": False},
    contacts=(KnownContact("ann", "Ann Archer", "ann@example.com"),),
    links=(
        KnownLink("shared", "For everybody"),
        KnownLink("ann", "For Ann", "ann@example.com", "tickets"),
    ),
)

FABRIK = KnownWorkspace(
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
        KnownContact("jurgen", "Jürgen Müßig", "juergen@example.com"),
        KnownContact("ann", "Ann Archer", "ann@example.com", language="en"),
        KnownContact("karl", "Karl Ehemals", "karl@example.com", active=False),
    ),
    links=(
        KnownLink("shared", "Für alle"),
        KnownLink(
            "jurgen-ticket", "Für Jürgen, zum Ticket 2024", "juergen@example.com", "ticket:2024"
        ),
        KnownLink("expired", "Für alle, abgelaufen", state="expired"),
    ),
)

WAHA = KnownWorkspace(
    id="waha",
    name="واحة الدعم",
    accent_color="#0f766e",
    logo=palm,
    about="In Arabic, from right to left.",
    settings={"locale": "ar", "request_flows": ["access"]},
    contacts=(
        KnownContact("layla", "ليلى حداد", "layla@example.com"),
        KnownContact("omar", "عمر ناصر", "omar@example.com"),
    ),
    links=(
        KnownLink("shared", "للجميع"),
        KnownLink("layla-tickets", "لليلى، إلى التذاكر", "layla@example.com", "tickets"),
        KnownLink("revoked", "للجميع، ملغى", state="revoked"),
    ),
)

WORKSPACES = (ACME, GLOBEX, FABRIK, WAHA)
