"""The guide that a team hands to its customers: what it says, as HTML and as plain text.

It quotes the sign-in page's own buttons, from the page's own words, so the two cannot part.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from html import escape
from pathlib import Path

from portico.codes.rules import CODE_LENGTH, CODE_LIFETIME
from portico.mail.languages import FIRST_STRONG_ISOLATE, POP_ISOLATE
from portico.passwords.rules import SHORTEST_PASSWORD
from portico.people.directory_rule import DirectoryRule
from portico.people.rules import Workspace
from portico.printable import printable_name

HERE = Path(__file__).parent
WORDS = HERE / "guide_words"
WORDS_OF_PAGE = HERE.parent / "functions/sign_in_page/static/assets/words"
FRAME = HERE / "guide_words" / "frame.html"
ACCENT = "#4f5d75"
"""Where a workspace has no colour of its own."""
CONTINUES = {"facebook"}
"""Providers whose button says "Continue with", as their rules for buttons ask."""

type Values = dict[str, str]
type Sentence = tuple[str, Values]
"""A sentence's name, and what it is filled with."""


@dataclass(frozen=True, slots=True)
class Part:
    """A heading, and what stands under it: steps to take in order, or things to know."""

    title: Sentence
    lines: list[Sentence]
    are_steps: bool = True


@dataclass(frozen=True, slots=True)
class Guide:
    """How to sign in to one workspace for the first time, in one language."""

    workspace: Workspace
    language: str
    link: str | None = None
    """A shared portal link; without one, the portal is where it begins."""

    @property
    def file(self) -> str:
        """The file's name, but for its ending."""
        return f"sign-in-{self.workspace.id}.{self.language}"

    def html(self) -> str:
        """Return a page that needs nothing but itself."""
        words, parts = _words(self.language), []
        for part in self.parts():
            tag = "ol" if part.are_steps else "ul"
            lines = "\n".join(f"<li>{self._html(each)}</li>" for each in part.lines)
            heading = f"<h2>{self._html(part.title)}</h2>"
            parts.append(f"<section>\n{heading}\n<{tag}>\n{lines}\n</{tag}>\n</section>")
        accent = self.workspace.accent_color or ACCENT
        content = {
            "language": self.language,
            "direction": words["direction"],
            "accent": accent if re.fullmatch(r"#[0-9A-Fa-f]{6}", accent) else ACCENT,
            "workspace": escape(printable_name(self.workspace.name)),
            "title": escape(self._text(("title", {}))),
            "heading": self._html(("title", {})),
            "lead": self._html(("lead", {})),
            "parts": "\n".join(parts),
        }
        frame = FRAME.read_text(encoding="utf-8")
        return re.sub(r"\{(\w+)\}", lambda found: content[found[1]], frame)

    def text(self) -> str:
        """Return the same for a mail or a chat."""
        blocks = [self._text(("title", {})).upper(), self._text(("lead", {}))]
        for part in self.parts():
            marks = (f"{n}. " if part.are_steps else "- " for n in range(1, len(part.lines) + 1))
            lines = [f"{mark}{self._text(each)}" for mark, each in zip(marks, part.lines)]  # noqa: B905 - as many
            blocks.append("\n".join([self._text(part.title), *lines]))
        return "\n\n".join(blocks) + "\n"

    def parts(self) -> Iterator[Part]:
        """Yield what this workspace offers, and nothing else."""
        workspace = self.workspace
        yield self._opening()
        if workspace.takes_codes():
            facts = {
                "length": str(CODE_LENGTH),
                "minutes": str(CODE_LIFETIME // timedelta(minutes=1)),
            }
            lines = [("code_1", self._quoted("email_me")), ("code_2", {})]
            lines.append(("code_3", facts | {"next": _of_page(self.language)["continue"]}))
            yield Part(("code_title", {}), lines)
        if workspace.takes_passwords():
            yield self._password()
        for each in workspace.connections:
            if workspace.offers(each["id"]):
                yield self._provider(each["kind"], {"provider": each["label"]})
        if workspace.takes_sign_ups():
            yield self._sign_up()
        yield Part(("personal_title", {}), [("personal_1", {}), ("personal_2", {})], False)
        yield self._trouble()

    def _opening(self) -> Part:
        if self.link:
            lines: list[Sentence] = [("open_link", {"url": self.link})]
        else:
            lines = [("open_portal", {"url": self.workspace.portal_url} | self._quoted("sign_in"))]
        lines.append(("open_switch", {}))
        rule = self.workspace.rule
        if rule is not DirectoryRule.OFF:
            labels = [
                e["label"] for e in self.workspace.connections if self.workspace.offers(e["id"])
            ]
            lines.append((f"directory_{rule}", {"providers": ", ".join(labels)}))
        return Part(("open_title", {}), lines, False)

    def _password(self) -> Part:
        page = _of_page(self.language)
        lines: list[Sentence] = []
        if self.workspace.takes_codes():
            lines.append(("password_1", self._quoted("use_password")))
        lines.append(("password_2", {"forgot": page["forgot_password"]}))
        lines.append(
            ("password_3", {"shortest": str(SHORTEST_PASSWORD), "set": page["password_set"]})
        )
        lines.append(("password_4", {}))
        return Part(("password_title", {}), lines)

    def _provider(self, kind: str, provider: Values) -> Part:
        label = "continue_with" if kind in CONTINUES else "sign_in_with"
        button = _of_page(self.language)[label].format_map(provider)
        lines: list[Sentence] = [("sso_1", provider | {"button": button})]
        if self.workspace.rule is DirectoryRule.OFF:
            lines.append(("sso_2", provider))
        return Part(("sso_title", provider), lines)

    def _sign_up(self) -> Part:
        lines: list[Sentence] = [("sign_up_1", self._quoted("need_account")), ("sign_up_2", {})]
        if self.workspace.sign_up_domains:
            lines.append(
                ("sign_up_domains", {"domains": ", ".join(self.workspace.sign_up_domains)})
            )
        return Part(("sign_up_title", {}), lines)

    def _trouble(self) -> Part:
        workspace = self.workspace
        is_mailed = (
            workspace.takes_codes() or workspace.takes_passwords() or workspace.takes_sign_ups()
        )
        lines: list[Sentence] = [("trouble_mail", {})] if is_mailed else []
        lines.append(("trouble_link", {}))
        lines.append(("trouble_shared", {"shared": _of_page(self.language)["shared_computer"]}))
        lines.append(("trouble_phishing", {}))
        return Part(("trouble_title", {}), lines, False)

    def _quoted(self, label: str) -> Values:
        return {label: _of_page(self.language)[label]}

    def _text(self, sentence: Sentence) -> str:
        name, values = sentence[0], self._values(sentence)
        words = _words(self.language)
        if words["direction"] == "rtl":
            # So that a Latin name does not drag the full stop behind it to the wrong side.
            values = {k: f"{FIRST_STRONG_ISOLATE}{v}{POP_ISOLATE}" for k, v in values.items()}
        return words[name].format_map(values)

    def _values(self, sentence: Sentence) -> Values:
        # A row may be older than the rule that its texts are kept by.
        values = {"workspace": self.workspace.name, **sentence[1]}
        return {name: printable_name(value) for name, value in values.items()}

    def _html(self, sentence: Sentence) -> str:
        name, values = sentence[0], self._values(sentence)
        shown = {each: _dressed(each, value) for each, value in values.items()}
        return escape(_words(self.language)[name], quote=False).format_map(shown)


def _dressed(name: str, value: str) -> str:
    safe = escape(value)
    if name == "url":
        return f'<a href="{safe}"><bdi>{safe}</bdi></a>'
    is_plain = name in ("workspace", "provider", "providers", "length", "minutes", "shortest")
    return f"<bdi>{safe}</bdi>" if is_plain else f"<b><bdi>{safe}</bdi></b>"


@cache
def _words(language: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((WORDS / f"{language}.json").read_text(encoding="utf-8"))
    return found


@cache
def _of_page(language: str) -> dict[str, str]:
    """Read what the sign-in page's buttons say."""
    text = (WORDS_OF_PAGE / f"{language}.json").read_text(encoding="utf-8")
    found: dict[str, str] = json.loads(text)
    return found
