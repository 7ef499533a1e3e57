"""The doctor's checks and findings. A refused call is a finding too."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from portico.aws import clients

OK, ATTENTION, BROKEN, NOT_HERE = "ok", "attention", "broken", "not here"

DEPLOY = "docs/deploy.md#updating-and-leaving"
MAKE_IDENTITY = "aws sesv2 create-email-identity --email-identity"
"""Before the name of an identity that SES does not have."""

_DENIED = frozenset(
    "AccessDenied AccessDeniedException AuthorizationError UnauthorizedOperation".split()
)
_UNKNOWN = frozenset("InvalidAction UnknownOperationException NotImplemented 404 501".split())


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report."""

    what: str
    state: str
    said: str
    see: str = ""
    """The section of the docs that says what to do."""


@dataclass(frozen=True, slots=True)
class Patient:
    """One deployed stack."""

    name: str
    outputs: dict[str, str]
    parameters: dict[str, str]
    resources: dict[str, dict[str, str]]
    """By type, then by name in template.yaml: the physical names."""
    emulated: bool
    """Whether it is on an emulated AWS, which lacks parts of the template. That is no fault."""

    @property
    def is_prod(self) -> bool:
        """Whether it is a production stack."""
        return self.parameters.get("Stage") == "prod"

    def of(self, kind: str) -> dict[str, str]:
        """Return the resources of one type, e.g. ``Lambda::Function``."""
        return self.resources.get(f"AWS::{kind}", {})


@dataclass(eq=False)
class Unanswered(Exception):
    """A call to AWS was refused or failed."""

    call: str
    reason: str


def ask(service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
    """Call AWS with the longer timeout.

    Raises:
        Unanswered: the call was refused, or AWS is out of reach.
    """
    try:
        answer: dict[str, Any] = getattr(clients.client(service, patient=True), operation)(
            **parameters
        )
        return answer
    except (ClientError, BotoCoreError) as error:
        raise Unanswered(f"{service}:{operation}", clients.reason(error)) from error


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a stack."""

    what: str
    see: str
    answers: Callable[[], Iterator[tuple[str, str] | tuple[str, str, str]]]
    """Yields a state, a text, and optionally a section of the docs other than *see*."""

    def findings(self) -> Iterator[Finding]:
        """Run the check, and yield its findings."""
        try:
            for state, said, *elsewhere in self.answers():
                see = "" if state in (OK, NOT_HERE) else (elsewhere or [self.see])[0]
                yield Finding(self.what, state, said, see)
        except Unanswered as none:
            yield self._unanswered(none)

    def _unanswered(self, none: Unanswered) -> Finding:
        if none.reason in _DENIED:
            said = f"these credentials may not call {none.call}"
            return Finding(self.what, ATTENTION, said, self.see)
        if none.reason in _UNKNOWN:
            return Finding(self.what, NOT_HERE, f"this AWS has no {none.call}")
        return Finding(self.what, BROKEN, f"{none.call} said {none.reason}", self.see)
