"""The parts of a sample workspace: settings, people, links, connections and portals."""

from dataclasses import dataclass, field
from typing import Any

from local.sample_logos import Shape
from portico.people.memberships import Role
from portico.team.workspace_key import Scope


@dataclass(frozen=True, slots=True)
class SampleContact:
    """A contact. *key* is the readable part of the id."""

    key: str
    name: str
    email: str
    active: bool = True
    language: str | None = None
    password: str | None = None
    """Not a secret: it works only in this machine's sample world."""
    role: Role | None = None
    """On the workspace's team; ``None``: they are not on it."""


@dataclass(frozen=True, slots=True)
class SampleKey:
    """A workspace's key. *key* is the readable part of its id and text."""

    key: str
    label: str
    owner: str
    """The key of the contact who answers for it."""
    scopes: tuple[Scope, ...]


@dataclass(frozen=True, slots=True)
class SampleLink:
    """A link; *key* is the readable part of the token, *state* what became of it: ``ended`` by itself,
    so that its contact can have a new one; else ``expired``, by the team.
    """

    key: str
    label: str
    contact: str | None = None
    """For a personal link, its contact's email."""
    to: str | None = None
    state: str = "alive"
    break_glass: bool = False
    """Lets its contact sign in with a code, once, whatever the directory rule says."""


@dataclass(frozen=True, slots=True)
class SampleConnection:
    """A connection to one of the fake providers, which are named by kind."""

    kind: str
    label: str
    vouches_for: tuple[str, ...] = ()
    tenants: tuple[str, ...] = ()
    id: str = ""
    """The connection's id; if empty, the kind."""
    linked: tuple[tuple[str, str], ...] = ()
    """Contacts with a connected account: the contact's key, and the account's."""


@dataclass(frozen=True, slots=True)
class SampleRecord:
    """A person in the workspace's directory."""

    email: str
    object_id: str | None = None
    """In the company's own Microsoft tenant."""
    active: bool = True


@dataclass(frozen=True, slots=True)
class SampleRegistration:
    """A portal that is an OpenID client, with its paths on the other site. *id* is its name."""

    id: str
    label: str
    callback: str
    login: str | None = None
    signed_out: str | None = None
    backchannel_logout: str | None = None
    is_public: bool = False


@dataclass(frozen=True, slots=True)
class SampleWorkspace:
    """A workspace with its settings, people and links."""

    id: str
    name: str
    accent_color: str
    logo: Shape
    about: str
    """A description for the local pages."""
    settings: dict[str, Any] = field(default_factory=dict)
    words: dict[str, Any] = field(default_factory=dict)
    """What page and mail show beside the settings."""
    contacts: tuple[SampleContact, ...] = ()
    keys: tuple[SampleKey, ...] = ()
    links: tuple[SampleLink, ...] = ()
    connections: tuple[SampleConnection, ...] = ()
    directory: tuple[SampleRecord, ...] = ()
    portals: tuple[SampleRegistration, ...] = ()
    """If there is one, the workspace has its portal on the other site."""
