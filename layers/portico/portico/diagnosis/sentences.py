"""What the team says to the person: a sentence in their language, to copy."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path

from portico.diagnosis.facts import Facts
from portico.diagnosis.findings import Say
from portico.mail.languages import Words, words_of

SENTENCES = Path(__file__).parent / "words"


def say(facts: Facts, sentence: str, *, until: datetime | None = None, **values: str) -> Say:
    """Return a sentence with its values filled in.

    Args:
        facts: whose language it is in, and what ``page``, ``portal`` and ``host`` are.
        sentence: its name in ``words/``.
        until: a time that it names, by the person's own clock where that is known.
        values: further values that it has.
    """
    known = {"page": facts.page, "portal": facts.workspace.name, "host": facts.host}
    if until is not None:
        zone = facts.contact.time_zone if facts.contact else None
        known["until"] = words_of(facts.language).moment(until, zone=zone)
    words = _sentences(facts.language)
    return Say(facts.language, words.say(sentence, **known, **values))


@cache
def _sentences(language: str) -> Words:
    entries = json.loads((SENTENCES / f"{language}.json").read_text(encoding="utf-8"))
    return Words(language, {"direction": words_of(language).direction, **entries})
