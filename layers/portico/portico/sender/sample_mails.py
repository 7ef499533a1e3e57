"""What a mail will look like: a letter with sample values, put into words as the sender does it.

Nothing of it is anybody's. The code has letters that no code has, and the link's token opens nothing.
"""

from base64 import b64encode
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum

from portico.clock import epoch
from portico.codes.challenge import Challenge
from portico.events import origin_of
from portico.mail.letters import Change, Letter, Purpose
from portico.mail.plain import plain_name
from portico.mail.render import RenderedLetter, render
from portico.notices.store import Notice
from portico.people.rules import Contact, Workspace
from portico.people.workspace_words import WorkspaceWords
from portico.sender.mail_content import code_letter, notice_letter

SAMPLE_CODE = "SAMPLE0"
"""`CODE_ALPHABET` has no vowels, so no challenge can have this code."""
SAMPLE_TOKEN = f"lnk_{'SAMPLE-' * 6}S"
SAMPLE_DEVICE = "Firefox (Windows)"


class SampleLetter(StrEnum):
    """A mail that a contact gets, as the route and the command name it."""

    CODE = "code"
    LINK = "link"
    """A new personal link in the place of one that has ended."""
    NOTICE = "notice"
    """A password was changed. All notices of a change look like this one."""


def sample_mail(
    kind: SampleLetter,
    workspace: Workspace,
    words: WorkspaceWords,
    *,
    language: str | None,
    host: str,
    logo: bytes | None,
    at: datetime,
) -> RenderedLetter:
    """Return a mail in words, by the function that renders each one that is sent.

    Args:
        kind: which mail.
        workspace: the workspace as it is, or would be.
        words: its links, likewise.
        language: a language tag; ``None``, or one that we do not have: the workspace's.
        host: of the sign-in page.
        logo: a PNG; anything else is left out.
        at: when it would be asked for.
    """
    contact = Contact("ct_sample", workspace.id, "Sample", "sample@example.com", language=language)
    return render(_letter(kind, workspace, words, contact, host, logo, at))


def sample_answer(mail: RenderedLetter, workspace: Workspace) -> dict[str, str]:
    """Return a mail as the route and the command answer it."""
    return {
        "language": mail.language,
        "sender": plain_name(workspace.sender),
        "subject": mail.subject,
        "text": mail.text,
        "html": _with_its_logo(mail),
    }


def _with_its_logo(mail: RenderedLetter) -> str:
    """Return a mail's HTML with the logo in it: where a mail carries it, no browser looks."""
    if mail.logo is None:
        return mail.html
    png = f"data:image/png;base64,{b64encode(mail.logo.png).decode()}"
    # What a workspace has chosen cannot say this: quotes in it are escaped.
    return mail.html.replace(f'src="cid:{mail.logo_id}"', f'src="{png}"')


def _letter(
    kind: SampleLetter,
    workspace: Workspace,
    words: WorkspaceWords,
    contact: Contact,
    host: str,
    logo: bytes | None,
    at: datetime,
) -> Letter:
    row = asdict(words)
    if kind is SampleLetter.CODE:
        challenge = _challenge(workspace, host, at)
        return code_letter(
            challenge,
            challenge.generation,
            workspace,
            contact,
            code=SAMPLE_CODE,
            words=row,
            to=contact.email,
            logo=logo,
        )
    if kind is SampleLetter.LINK:
        notice = _notice(Change.LINK_RENEWED, workspace, host, at)
        url = f"{origin_of(host)}/{workspace.id}#l={SAMPLE_TOKEN}"
        return notice_letter(notice, workspace, contact, words=row, sign_in_url=url, logo=logo)
    notice = _notice(Change.PASSWORD_CHANGED, workspace, host, at)
    return notice_letter(notice, workspace, contact, words=row, logo=logo)


def _challenge(workspace: Workspace, host: str, at: datetime) -> Challenge:
    now = epoch(at)
    row = {
        "pk": f"{workspace.id}#challenge#sample",
        "purpose": Purpose.SIGN_IN,
        "link": "",
        "host": host,
        "device": SAMPLE_DEVICE,
        "area": "",
        "url": "",
        "generation": 1,
        "asked": [now],
        "attempts": 0,
        "expires_at": now,
        "code_ends_at": now,
    }
    return Challenge.from_row(row | workspace.stay.row())


def _notice(change: Change, workspace: Workspace, host: str, at: datetime) -> Notice:
    return Notice(
        key=f"{workspace.id}#notice#sample",
        change=change,
        contact="ct_sample",
        label="",
        device=SAMPLE_DEVICE,
        host=host,
        to=None,
        language=None,
        undo=None,
        took_password=False,
        at=at,
        expires_at=at,
        link=None,
    )
