"""How a mail looks: its subject, its text and its HTML."""

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from portico.mail.devices import KNOWN_DEVICES
from portico.mail.languages import Words, best_language, words_of
from portico.mail.letters import Change, CodeLetter, Letter, NoticeLetter, Purpose
from portico.mail.mail_logo import Logo, usable_logo
from portico.mail.plain import plain_name, unlinked

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES_FOLDER = Path(__file__).parent / "templates"
COLOR_SHAPE = re.compile(r"#[0-9A-Fa-f]{6}")
DEFAULT_ACCENT = "#4f5d75"


@dataclass(frozen=True, slots=True)
class RenderedLetter:
    """A mail in words, not yet in bytes."""

    language: str
    subject: str
    text: str
    html: str
    logo: Logo | None
    """The picture that the HTML shows as ``cid:`` + `logo_id`."""
    logo_id: str


def render(letter: Letter) -> RenderedLetter:
    """Put a mail into words.

    A malformed logo, accent colour or device is left out, and an unknown language becomes
    English: none of them may keep a contact from signing in.
    """
    words = words_of(best_language(letter.language))
    logo = usable_logo(letter.logo)
    logo_id = f"logo@{letter.host.partition(':')[0]}"
    if isinstance(letter, NoticeLetter):
        template, sentences = "notice", _notice(letter, words)
    else:
        template, sentences = "code", _code(letter) | _sentences(letter, words)
    look = {
        "language": words.language,
        "direction": words.direction,
        "accent": _accent(letter.accent_color),
        "logo": logo,
        "logo_id": logo_id,
        "foot": [
            {"text": words.say(each.kind), "url": each.url, "shown": each.shown}
            for each in letter.foot
            if each.is_good
        ],
        **sentences,
    }
    return RenderedLetter(
        language=words.language,
        subject=sentences["subject"],
        text=_environment().get_template(f"{template}.txt").render(look),
        html=_environment().get_template(f"{template}.html").render(look),
        logo=logo,
        logo_id=logo_id,
    )


def _notice(letter: NoticeLetter, words: Words) -> dict[str, str]:
    what = letter.change.value.replace("-", "_")
    name = unlinked(_workspace_name(letter))
    account = unlinked(plain_name(letter.account, otherwise=words.say("link", "account")))
    intro = words.say(what, "intro", account=account, workspace=name)
    removed = _removed(letter, words)
    # What a team has changed offers no undo: an address that was mistyped may be a stranger's.
    is_teams = letter.change is Change.EMAIL_CHANGED and letter.undo_url is None
    not_you = words.say("email_restored" if is_teams else what, "not_you")
    return {
        "subject": words.say(what, "subject", workspace=_workspace_name(letter)),
        "preheader": intro,
        "heading": words.say(what, "heading"),
        "intro": f"{intro} {removed}" if removed else intro,
        "happened": _happened(letter, words),
        "not_you": not_you,
        **_press(letter, words),
        "automatic": words.say("automatic"),
    }


def _press(letter: NoticeLetter, words: Words) -> dict[str, str]:
    """Return the one button of a notice, and where it leads; empty where there is none."""
    if letter.console_url:
        return {"press": words.say("team_joined", "open"), "press_url": letter.console_url}
    if letter.sign_in_url:
        return {"press": words.say("link_renewed", "open"), "press_url": letter.sign_in_url}
    return {"press": words.say("email_changed", "undo"), "press_url": letter.undo_url or ""}


def _removed(letter: NoticeLetter, words: Words) -> str:
    """Say which ways in an undo removed."""
    if letter.change is not Change.EMAIL_RESTORED:
        return ""
    what = letter.change.value.replace("-", "_")
    # Each by itself: joined, the last of many would be cut off.
    accounts = (unlinked(plain_name(each)) for each in letter.account.split(", "))
    ways = [words.say(what, "password")] if letter.took_password else []
    ways += filter(None, accounts)
    return words.say(what, "removed", ways=", ".join(ways)) if ways else ""


def _happened(letter: NoticeLetter, words: Words) -> str:
    when = words.moment(letter.happened_at, zone=letter.time_zone)
    if letter.change is Change.LINK_RENEWED:
        return words.say("asked", when=when)
    own = "identity_linked" if letter.change is Change.IDENTITY_LINKED else "notice"
    if letter.device in KNOWN_DEVICES:
        return words.say(own, "happened_with", when=when, device=letter.device)
    return words.say(own, "happened", when=when)


def _code(letter: CodeLetter) -> dict[str, str]:
    return {"code": letter.shown_code, "label": letter.label, "bound_line": letter.bound_line}


def _sentences(letter: CodeLetter, words: Words) -> dict[str, str]:
    purpose = letter.purpose.value
    name = unlinked(_workspace_name(letter))
    minutes = words.minutes(letter.lifetime // timedelta(minutes=1))
    return {
        "subject": _subject(letter, words),
        "preheader": words.say("preheader", minutes=minutes),
        "heading": words.say(purpose, "heading", workspace=name),
        "intro": words.say(purpose, "intro", workspace=name, **_account(letter, words)),
        "label_word": words.say("label"),
        "same_label": words.say("same_label", label=letter.label),
        "validity": words.say("validity", minutes=minutes),
        "asked": _asked(letter, words),
        "not_you": words.say(purpose, "not_you"),
        "keep_secret": words.say("keep_secret"),
        "automatic": words.say("automatic"),
    }


def _subject(letter: CodeLetter, words: Words) -> str:
    # The label in the subject tells two codes apart, and keeps them out of one thread.
    subject = words.say(
        letter.purpose.value, "subject", workspace=_workspace_name(letter), label=letter.label
    )
    if letter.code_in_subject:
        return words.say("subject_with_code", code=letter.shown_code, subject=subject)
    return subject


def _asked(letter: CodeLetter, words: Words) -> str:
    when = words.moment(letter.asked_at, zone=letter.time_zone)
    if letter.device in KNOWN_DEVICES:
        return words.say("asked_with", when=when, device=letter.device)
    return words.say("asked", when=when)


def _account(letter: CodeLetter, words: Words) -> dict[str, str]:
    if letter.purpose is not Purpose.LINK:
        return {}
    otherwise = words.say(letter.purpose.value, "account")
    return {"account": unlinked(plain_name(letter.account or "", otherwise=otherwise))}


def _workspace_name(letter: Letter) -> str:
    return plain_name(letter.workspace_name, otherwise=letter.host)


def _accent(color: str | None) -> str:
    return color if color and COLOR_SHAPE.fullmatch(color) else DEFAULT_ACCENT


@cache
def _environment() -> "Environment":
    # Loaded at the first mail: an invocation that sends none needs no templates, and a door
    # whose layer has no Jinja2 can still import this room's values.
    from jinja2 import (  # noqa: PLC0415
        Environment,
        FileSystemLoader,
        StrictUndefined,
        select_autoescape,
    )

    return Environment(
        loader=FileSystemLoader(TEMPLATES_FOLDER),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
