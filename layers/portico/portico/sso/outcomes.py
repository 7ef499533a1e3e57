"""A provider's answer, and the ways in which a trip ends."""

from dataclasses import dataclass, field

from portico.links.destinations import ReturnTo
from portico.sessions.proof import SignedIn


@dataclass(frozen=True, slots=True)
class Answered:
    """A provider's answer, which the browser brings back."""

    connection: str
    state: str = field(repr=False)
    code: str = field(default="", repr=False)
    error: str = ""
    issuer: str | None = None


@dataclass(frozen=True, slots=True)
class Arrived:
    """The contact is signed in, and goes to the portal."""

    signed_in: SignedIn
    return_to: ReturnTo
    trip: tuple[str, str] | None = None
    """Workspace and connection, as soon as a state proves both."""
    step: str = "arrived"


@dataclass(frozen=True, slots=True)
class ToPage:
    """The contact is not signed in: our page continues, with one key in its fragment.

    *fragment_key* is ``e`` (a reason), ``c`` (a challenge to type a code for), ``p`` (the page must
    ask for an address first) or ``account`` (``linked``, or a reason why not).
    """

    workspace_id: str
    fragment_key: str
    value: str = field(repr=False)
    trip: tuple[str, str] | None = None

    @property
    def step(self) -> str:
        """How far the trip came: ``proof``, ``address``, or why it ended."""
        steps = {"c": "proof", "p": "address"}
        return steps.get(self.fragment_key, self.value.removeprefix("sso-"))


class Refusal(Exception):
    """Why a contact may not sign in: a word for the page, and one for the trail."""

    def __init__(self, reason: str, detail: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail or reason
        self.contact: str | None = None
        """Whom the provider has named, if the link did not."""
