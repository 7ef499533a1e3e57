"""Request a code that sets a password or signs a contact up."""

from dataclasses import dataclass, field

from portico.codes.request import AskedCode


@dataclass(frozen=True, slots=True)
class AskedProof:
    """POST /v1/passwords/forgot and /v1/sign-up: a link, and the address that a shared one asks for.

    It has fewer members than the request of a sign-in code: the page never sends it by itself, and
    no provider comes before it.
    """

    workspace: str = ""
    link: str = field(default="", repr=False)
    to: str | None = None
    email: str | None = None
    language: str | None = None

    def code(self) -> AskedCode:
        """Return it as the request that the codes room takes."""
        return AskedCode(self.workspace, self.link, self.to, self.email, language=self.language)
