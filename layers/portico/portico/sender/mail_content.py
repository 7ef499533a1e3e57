"""Write the mail of a challenge, and that of a notice.

What a letter says is apart from the mail that it becomes: a preview shows the one, and no sender
sends it.
"""

from datetime import datetime
from typing import Any

from portico.aws.keys import Keys
from portico.codes.challenge import Challenge
from portico.codes.rules import CODE_LIFETIME, derive_code, label_of
from portico.events import origin_of
from portico.mail.languages import best_language
from portico.mail.letters import Change, CodeLetter, FootLink, NoticeLetter, Purpose
from portico.mail.mime import compose
from portico.notices.store import Notice
from portico.people.rules import Contact, Workspace
from portico.people.store import People

_logos: dict[tuple[str, str], bytes] = {}
"""The last logo this environment mailed, by workspace and digest: 64 KB at most."""


def code_mail(
    challenge: Challenge,
    generation: int,
    workspace: Workspace,
    contact: Contact,
    *,
    words: dict[str, Any] | None,
    to: str,
    keys: Keys,
    logo: bytes | None,
    sender: str,
    at: datetime,
) -> bytes:
    """Return the finished mail of one generation, the same code whoever writes it.

    Raises:
        ValueError: no mail can be sent to the contact's address.
    """
    code = derive_code(
        keys.code, challenge=str(challenge.id), purpose=challenge.purpose, generation=generation
    )
    letter = code_letter(
        challenge, generation, workspace, contact, code=code, words=words, to=to, logo=logo
    )
    return compose(letter, sender=sender, at=at)


def code_letter(
    challenge: Challenge,
    generation: int,
    workspace: Workspace,
    contact: Contact,
    *,
    code: str,
    words: dict[str, Any] | None,
    to: str,
    logo: bytes | None,
) -> CodeLetter:
    """Return what the mail of one generation says, with any code.

    Args:
        challenge: whose mail it is.
        generation: 1 for the first mail.
        workspace: whose name and look it has.
        contact: who gets it, with their language and time zone.
        code: seven characters, without the dash.
        words: the row of the workspace's links, if it has one.
        to: the address.
        logo: a PNG; anything else is left out.
    """
    return CodeLetter(
        purpose=Purpose(challenge.purpose),
        code=code,
        label=label_of(str(challenge.id), generation),
        language=best_language(challenge.language, contact.language, workspace.locale),
        workspace_name=workspace.name,
        sender_name=workspace.sender,
        accent_color=workspace.accent_color,
        logo=logo,
        to=to,
        host=challenge.host,
        asked_at=challenge.asked[generation - 1],
        lifetime=CODE_LIFETIME,
        code_in_subject=workspace.code_in_subject,
        device=challenge.device,
        account=challenge.connects["label"] if challenge.connects else None,
        time_zone=contact.time_zone,
        foot=_foot(words),
    )


def notice_mail(
    notice: Notice,
    workspace: Workspace,
    contact: Contact,
    *,
    words: dict[str, Any] | None,
    undo_url: str | None = None,
    sign_in_url: str | None = None,
    logo: bytes | None,
    sender: str,
    at: datetime,
) -> bytes:
    """Return the finished mail of a notice.

    Raises:
        ValueError: no mail can be sent to the contact's address.
    """
    letter = notice_letter(
        notice,
        workspace,
        contact,
        words=words,
        undo_url=undo_url,
        sign_in_url=sign_in_url,
        logo=logo,
    )
    return compose(letter, sender=sender, at=at)


def notice_letter(
    notice: Notice,
    workspace: Workspace,
    contact: Contact,
    *,
    words: dict[str, Any] | None,
    undo_url: str | None = None,
    sign_in_url: str | None = None,
    logo: bytes | None,
) -> NoticeLetter:
    """Return what the mail of a notice says; the parameters are as in `code_letter`."""
    return NoticeLetter(
        change=notice.change,
        account=notice.label,
        language=best_language(notice.language or contact.language, workspace.locale),
        workspace_name=workspace.name,
        sender_name=workspace.sender,
        accent_color=workspace.accent_color,
        logo=logo,
        to=notice.to or contact.email,
        host=notice.host,
        happened_at=notice.at,
        device=notice.device,
        undo_url=undo_url,
        console_url=_console_url(notice, workspace),
        sign_in_url=sign_in_url,
        took_password=notice.took_password,
        time_zone=contact.time_zone,
        foot=_foot(words),
    )


def _console_url(notice: Notice, workspace: Workspace) -> str | None:
    """Return where a new team member works. Its way in is open whatever the portal is."""
    if notice.change is not Change.TEAM_JOINED:
        return None
    return f"{origin_of(notice.host)}/{workspace.id}/team"


def _foot(row: dict[str, Any] | None) -> tuple[FootLink, ...]:
    if row is None:
        return ()
    # Loaded here: most workspaces have set none of it.
    from portico.people.workspace_words import WorkspaceWords  # noqa: PLC0415

    words = WorkspaceWords.from_row(row)
    links = {"help": words.support_url, "privacy": words.privacy_url, "terms": words.terms_url}
    return tuple(FootLink(kind, url) for kind, url in links.items() if url)


def logo_of(workspace: Workspace, people: People) -> bytes | None:
    """Return the workspace's logo, read once for as long as it stays the same.

    Raises:
        TryLater: it is out of reach.
    """
    if workspace.logo is None:
        return None
    name = workspace.id, workspace.logo
    if name not in _logos:
        found = people.logo()
        if found is None:
            return None
        _logos.clear()
        _logos[name] = found[1]
    return _logos[name]
