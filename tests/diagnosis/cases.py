"""Facts of one contact, as the tests of the rules put them together."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Formatter
from typing import Any

from portico.diagnosis.diagnose import diagnose
from portico.diagnosis.facts import DiagnosisSubject, Facts
from portico.people.rules import Contact, Workspace
from portico.trail.lookup import Line

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ACME = Workspace("acme", "Acme Support", "https://portal.acme.test", entrance=True)
ANN = Contact("ct_ann", "acme", "Ann Archer", "ann@example.com")
HOST = "signin.acme.test"
PAGE = Path(__file__).parents[2] / "functions/sign_in_page/static/assets"
WORDS: dict[str, str] = json.loads((PAGE / "words/findings/en.json").read_text())


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
    """The decisive finding; its ending is of any kind. All of them can be said in other languages."""
    found = diagnose(facts(*lines, **more))
    for each in found:
        names_its_values(each.answer())
    return found[0]


def names_its_values(finding: dict[str, Any]) -> None:
    """Hold that a finding has what the console's sentences for its codes name."""
    cause, reason = finding["cause"], finding["reason"]
    exact = f"{cause}_{reason}".replace("-", "_")
    sentence = WORDS.get(exact) or WORDS[cause.replace("-", "_")]
    assert named(sentence) <= set(finding["values"]), finding
    ending = finding["ending"]
    if ending["kind"] == "hand-over":
        task = WORDS[f"task_{ending['task']}".replace("-", "_")]
        assert named(task) <= set(ending["values"]), finding
    for seen in finding["evidence"]:
        assert named(evidence_words(seen)) <= set(seen["values"]), seen


def evidence_words(seen: dict[str, Any]) -> str:
    """The console's whole sentence for what a finding rests on."""
    code, reason = seen["code"], seen["reason"]
    exact = f"{code}_{reason}" if reason else code
    own = WORDS.get(f"seen_{code}".replace("-", "_"))
    return own or WORDS[exact.replace("-", "_")]


def named(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
