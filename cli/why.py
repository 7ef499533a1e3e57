"""Why can't Ann get in? From what is kept of her and from what happened, in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cli import durations
from cli.reasons import ENDED, REFUSED, THEN, WITHHELD
from portico.people.addresses import subject_of
from portico.people.rules import Contact, Workspace
from portico.trail.lookup import Line

LOOK = timedelta(minutes=2)
"""So long a mail may be tried, and a trip to a provider may take, before anybody should worry."""


@dataclass(frozen=True, slots=True)
class Case:
    """Somebody who cannot get in."""

    home: Workspace
    email: str
    contact: Contact | None

    @property
    def subjects(self) -> list[str]:
        """Whom the trail keeps it under: the contact, and the address as long as nobody knew."""
        return [*([self.contact.id] if self.contact else []), subject_of(self.email)]


def conclusion(case: Case, lines: list[Line], *, at: datetime) -> list[str]:
    """Say why they cannot get in, and what to do, as far as can be known.

    Args:
        case: who it is.
        lines: what happened to them, newest first.
        at: now.
    """
    standing = _standing(case, lines)
    if standing:
        return standing
    newest = next((each for each in lines if _is_decisive(each)), None)
    if newest is None:
        return _silence(case.home)
    return _unfetched(case, lines, at) or _latest(case, newest, at)


def explained(line: Line) -> str:
    """Say one line in words."""
    detail = line.detail
    reason = detail.get("reason", "")
    match line.name:
        case "code.requested":
            return "asked for a code"
        case "code.resent":
            return "asked for another mail"
        case "code.mailed":
            return f"mail {detail.get('generation', '')} is with SES"
        case "code.withheld":
            return f"no mail: {WITHHELD.get(reason, reason)}"
        case "code.refused" if reason:
            return f"a right code, but {REFUSED.get(reason, reason)}"
        case "code.refused":
            return f"a wrong code, {_attempts(detail)} left"
        case "session.started" if "parent" in detail:
            return f"portal {detail.get('portal', '?')} got its tokens"
        case "portal.granted":
            return f"went on to portal {detail.get('portal', '?')}"
        case "session.started":
            return f"signed in by {detail.get('method', '?')}"
        case "session.ended":
            return ENDED.get(reason, reason)
        case "contact.signed-out":
            return f"the team ended all sessions: {detail.get('sessions', '?')}"
        case "sso.started":
            return f"went to {detail.get('connection', '?')}"
        case "sso.refused":
            return f"{detail.get('connection', '?')}: {reason}"
    return " ".join(f"{name}={value}" for name, value in detail.items() if name != "sign_in")


def _standing(case: Case, lines: list[Line]) -> list[str]:
    """What keeps them out whatever they do."""
    home, contact = case.home, case.contact
    if not home.portal_enabled:
        return [
            f"The portal of {home.name} is switched off: nobody gets in.",
            f"To switch it on: portico workspace set {home.id} --portal-enabled",
        ]
    if contact is None:
        return [
            (
                f"There is no contact with the address {case.email} in {home.id}. Only the primary "
                "email counts, in that very spelling."
            ),
            f'To add one: portico contact add {home.id} --name "…" --email {case.email}',
        ]
    if not contact.active:
        since = next((each for each in lines if each.name == "contact.deactivated"), None)
        told = f" since {_time(since.at)}, by {since.by}" if since else ""
        return [
            f"{contact.name} is deactivated{told}.",
            f"To let them in again: portico contact activate {home.id} {contact.email}",
        ]
    if contact.suppressed:
        return [
            f"No mail is sent to {contact.email} after a {contact.suppressed}.",
            "Once the mailbox is mended, the mark has to be taken away; until then only SSO works.",
        ]
    return []


def _silence(home: Workspace) -> list[str]:
    """What it means that nothing happened."""
    said = [
        (
            "Nobody has asked for a code for this address: the link is bad, the address was mistyped, "
            "or the network's budget is spent."
        ),
        f"See the links: portico link list {home.id} --all",
    ]
    if not home.takes_codes():
        said[0] = f"{home.name} takes no codes: the way in is single sign-on."
    if home.sso_method and home.connections:
        said.append(
            "A try by single sign-on through a shared link is kept under that link: "
            f"portico trail show {home.id} --link ID"
        )
    return said


def _unfetched(case: Case, lines: list[Line], at: datetime) -> list[str]:
    """A portal was told that they are in, and did nothing about it."""
    for line in lines:
        if _is_decisive(line) or "parent" in line.detail:
            break
        if line.name == "portal.granted" and at - line.at >= LOOK:
            portal = line.detail.get("portal", "?")
            return [
                (
                    f"Is signed in. The portal {portal} was told so at {_time(line.at)}, and did not "
                    "fetch its tokens: its server cannot reach Portico, or is refused."
                ),
                f"docs/operate.md, Portals on other sites. portico portal show {case.home.id} {portal}",
            ]
    return []


def _is_decisive(line: Line) -> bool:
    if "parent" in line.detail:
        # What a portal's tokens do says nothing of whether somebody can sign in.
        return False
    return line.name.startswith(("code.", "session.", "sso.")) or line.name == "contact.signed-out"


def _latest(case: Case, line: Line, at: datetime) -> list[str]:
    """What became of the newest try."""
    home = case.home.id
    when = f"{_time(line.at)}, {durations.about(at - line.at)} ago"
    match line.name:
        case "session.started":
            return [
                (
                    f"Signed in at {when}. If the portal says otherwise, it is the portal's origin or "
                    f"site: portico workspace show {home}"
                )
            ]
        case "session.ended" | "contact.signed-out":
            return [
                (
                    f"Was in, until {when}: {explained(line)}. Nothing here keeps them from signing "
                    "in again."
                )
            ]
        case "code.refused" if line.detail.get("reason"):
            return [f"Was refused at {when}: {explained(line)}."]
        case "code.refused" if line.detail.get("attempts_left") == "0":
            return [
                (
                    f"Typed five wrong codes, the last at {when}: that sign-in is closed. A new one "
                    "works: open the link again and ask for a new code."
                )
            ]
        case "code.refused":
            return [
                (
                    f"Typed another code than was mailed, at {when}; {_attempts(line.detail)} left. "
                    "Page and mail show the same two letters: was it the newest "
                    "mail?"
                )
            ]
        case "code.withheld":
            reason = line.detail.get("reason", "")
            then = THEN.get(reason, "It may be over by now: ask for a new code.")
            return [
                f"The mail asked for was withheld at {when}: {WITHHELD.get(reason, reason)}.",
                then.format(workspace=home, email=case.email),
            ]
        case "code.mailed":
            return [
                (
                    f"A code was mailed at {when} and has not been typed. SES took the mail; look into "
                    "spam, and whether the address is a list."
                )
            ]
        case "sso.refused":
            return [
                (
                    f"Came back from {line.detail.get('connection', 'the provider')} at {when} and was "
                    f"not let in: {line.detail.get('reason', '?')}."
                ),
                "docs/operate.md, Why can't Ann get in?, has each reason.",
            ]
        case "sso.started":
            return [f"Went to the provider at {when} and has not come back, or to another browser."]
        case "sso.address-needed":
            return [f"The provider named no address at {when}; the page asked for one."]
    if at - line.at < LOOK:
        return [f"A code was asked for at {when}: the mail is on its way."]
    return [
        (
            f"A code was asked for at {when}, and no mail has left: it is still being tried, or was "
            "given up."
        ),
        "See portico doctor stack.",
    ]


def _attempts(detail: dict[str, str]) -> str:
    left = detail.get("attempts_left", "?")
    return f"{left} attempt{'' if left == '1' else 's'}"


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
