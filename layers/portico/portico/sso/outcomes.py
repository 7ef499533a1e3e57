"""What a provider sent a browser back with, and how its trip ends."""

from dataclasses import dataclass, field

from portico.links.destinations import ReturnTo
from portico.sessions.proof import SignedIn


@dataclass(frozen=True, slots=True)
class Answered:
    """What a provider sent the browser back with."""

    connection: str
    state: str = field(repr=False)
    code: str = field(default="", repr=False)
    error: str = ""
    issuer: str | None = None


@dataclass(frozen=True, slots=True)
class Arrived:
    """Signed in: the portal is next."""

    signed_in: SignedIn
    return_to: ReturnTo
    trip: tuple[str, str] | None = None
    """Workspace and connection, once a state has vouched for both."""
    step: str = "arrived"


@dataclass(frozen=True, slots=True)
class ToPage:
    """Not yet, or not at all: the sign-in page goes on, told by one key in its fragment.

    *fragment_key* is ``e`` (a reason), ``c`` (a challenge to type a code for), ``p`` (an address is
    needed first) or ``account`` (``linked``, or a reason why not).
    """

    workspace_id: str
    fragment_key: str
    value: str = field(repr=False)
    trip: tuple[str, str] | None = None

    @property
    def step(self) -> str:
        """How far the trip got: ``proof``, ``address``, or why it ended."""
        steps = {"c": "proof", "p": "address"}
        return steps.get(self.fragment_key, self.value.removeprefix("sso-"))


class Refusal(Exception):
    """Why a contact is not let in: a word for the page, and one for the trail."""

    def __init__(self, reason: str, detail: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail or reason
