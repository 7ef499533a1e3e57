"""Facts of one contact, as the tests of the rules put them together."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from portico.diagnosis.diagnose import diagnose
from portico.diagnosis.facts import DiagnosisSubject, Facts
from portico.people.rules import Contact, Workspace
from portico.trail.lookup import Line

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ACME = Workspace("acme", "Acme Support", "https://portal.acme.test", entrance=True)
ANN = Contact("ct_ann", "acme", "Ann Archer", "ann@example.com")
HOST = "signin.acme.test"


def line(name: str, *, minutes: float = 5, by: str = "contact", **detail: str) -> Line:
    """Something that happened to Ann so many minutes ago."""
    at = NOW - timedelta(minutes=minutes)
    return Line(f"evt_{name}", name, at, ANN.id, by, "203.0.113.7", detail)


def facts(
    *lines: Line, contact: Contact | None = ANN, home: Workspace = ACME, **more: Any
) -> Facts:
    """What is known of her; newest line first."""
    subject = DiagnosisSubject("ann@example.com", contact, trail=("ct_ann",))
    return replace(Facts(home, HOST, NOW, subject, lines=list(lines)), **more)


def first(*lines: Line, **more: Any) -> Any:
    """The decisive finding; its ending is of any kind."""
    return diagnose(facts(*lines, **more))[0]
