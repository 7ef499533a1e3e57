"""Ask for a code that sets a password or makes a contact."""

from dataclasses import dataclass, field

from portico.codes.request import AskedCode


@dataclass(frozen=True, slots=True)
class AskedProof:
    """POST /v1/passwords/forgot and /v1/sign-up: a link, and the address that a shared one asks for.

    Less than what a code to sign in may be asked with: never by itself, and after no provider.
    """

    workspace: str = ""
    link: str = field(default="", repr=False)
    to: str | None = None
    email: str | None = None

    def code(self) -> AskedCode:
        """Return it as the codes' own request."""
        return AskedCode(self.workspace, self.link, self.to, self.email)
