"""Why can't Ann get in? From what is kept of her and from what happened, in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cli import durations
from cli.closed_portal import closed
from cli.held_mail import held_mail
from cli.sso_refusals import refusal_for
from cli.trail_words import ENDED, REFUSED, fate, then, withheld
from portico.people.addresses import subject_of
from portico.people.rules import Contact, Workspace
from portico.trail.lookup import Line

LOOK = timedelta(minutes=2)
"""So long a mail may be tried, and a trip to a provider may take, before anybody should worry."""


@dataclass(frozen=True, slots=True)
class Case:
    """Somebody who cannot get in."""

    workspace: Workspace
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
    standing = _standing(case, lines, at)
    if standing:
        return standing
    newest = next((each for each in lines if _is_decisive(each)), None)
    if newest is None:
        return _silence(case.workspace)
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
            return f"SES accepted mail {detail.get('generation', '')}"
        case "code.withheld":
            return f"no mail: {withheld(detail)}"
        case "mail.delayed" | "mail.bounced" | "mail.rejected" | "mail.complained":
            return fate(line.name, detail)
        case "code.refused" if reason:
            return f"the code was right, but {REFUSED.get(reason, reason)}"
        case "code.refused":
            return f"a wrong code, {_attempts(detail)} left"
        case "session.started" if "parent" in detail:
            return f"portal {detail.get('portal', '?')} got its tokens"
        case "portal.granted":
            return f"went on to portal {detail.get('portal', '?')}"
        case "session.started" if "contact" in detail:
            # As it is filed under a link, where somebody else's line stands beside it.
            return f"{detail['contact']} signed in by {detail.get('method', '?')}"
        case "session.started":
            return f"signed in by {detail.get('method', '?')}"
        case "session.ended":
            return ENDED.get(reason, reason)
        case "contact.signed-out":
            # Who does it by the API has not counted them.
            count = f": {detail['sessions']}" if "sessions" in detail else ""
            return f"the team ended all sessions{count}"
        case "sso.started":
            return f"went to {detail.get('connection', '?')}"
        case "sso.refused":
            return f"{detail.get('connection', '?')}: {refusal_for(reason).why}"
    return " ".join(f"{name}={value}" for name, value in detail.items() if name != "sign_in")


def _standing(case: Case, lines: list[Line], at: datetime) -> list[str]:
    """What keeps them out whatever they do."""
    workspace, contact = case.workspace, case.contact
    if why := closed(workspace, at=at):
        return list(why)
    if contact is None:
        return [
            (
                f"There is no contact with the address {case.email} in {workspace.id}. Only a primary "
                "email counts, exactly as it is spelled."
            ),
            f'To add one: portico contact add {workspace.id} --name "…" --email {case.email}',
        ]
    if not contact.active:
        since = next((each for each in lines if each.name == "contact.deactivated"), None)
        told = f" since {_time(since.at)}, by {since.by}" if since else ""
        return [
            f"{contact.name} is deactivated{told}.",
            f"To let them in again: portico contact activate {workspace.id} {contact.email}",
        ]
    held = held_mail(contact, at=at)
    if held and not held.startswith("No notice"):
        return [
            held,
            *_came_back(lines),
            f"Once the mailbox works: portico contact lift {workspace.id} {contact.email}",
        ]
    return []


def _came_back(lines: list[Line]) -> list[str]:
    """What the answering server said of the newest mail that came back."""
    newest = next(
        (each for each in lines if each.name in ("mail.bounced", "mail.complained")), None
    )
    return [f"{explained(newest)[0].upper()}{explained(newest)[1:]}."] if newest else []


def _silence(workspace: Workspace) -> list[str]:
    """What it means that nothing happened."""
    said = [
        (
            "Nobody has asked for a code for this address: the link is bad, the address was mistyped, "
            "or the network has used up its budget."
        ),
        f"See the links: portico link list {workspace.id} --all",
    ]
    if not workspace.takes_codes():
        said[0] = f"{workspace.name} takes no codes: contacts sign in with single sign-on."
    if workspace.sso_method and workspace.connections:
        said.append(
            "A single sign-on that began with a shared link is kept under that link: "
            f"portico trail show {workspace.id} --link ID"
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
                    f"{_name(case)} is signed in. Portico told the portal {portal} at "
                    f"{_time(line.at)}, but the portal did not fetch its tokens: its server cannot "
                    "reach Portico, or Portico refuses it."
                ),
                (
                    "See docs/operate.md, Portals on other sites, and: portico portal show "
                    f"{case.workspace.id} {portal}"
                ),
            ]
    return []


def _is_decisive(line: Line) -> bool:
    if "parent" in line.detail:
        # What a portal's tokens do says nothing of whether somebody can sign in.
        return False
    return (
        line.name.startswith(("code.", "session.", "sso.", "mail."))
        or line.name == "contact.signed-out"
    )


def _latest(case: Case, line: Line, at: datetime) -> list[str]:
    """What became of the newest try."""
    workspace_id, name = case.workspace.id, _name(case)
    when = f"{_time(line.at)}, {durations.about(at - line.at)} ago"
    match line.name:
        case "session.started":
            return [
                (
                    f"{name} signed in at {when}. If the portal says otherwise, check the portal's "
                    f"origin and site: portico workspace show {workspace_id}"
                )
            ]
        case "session.ended" | "contact.signed-out":
            return [
                (f"{name} was signed in until {when}: {explained(line)}. They can sign in again.")
            ]
        case "code.refused" if line.detail.get("reason"):
            return [f"{name} was refused at {when}: {explained(line)}."]
        case "code.refused" if line.detail.get("attempts_left") == "0":
            return [
                (
                    f"{name} typed five wrong codes, the last at {when}. That sign-in is closed. To "
                    "sign in, they open the link again and ask for a new code."
                )
            ]
        case "code.refused":
            return [
                (
                    f"{name} typed a wrong code at {when}; {_attempts(line.detail)} left. The page "
                    "and the right mail show the same two letters: ask whether it was the newest mail."
                )
            ]
        case "code.withheld":
            return [
                f"Portico withheld the mail at {when}: {withheld(line.detail)}.",
                then(line.detail).format(workspace=workspace_id, email=case.email),
            ]
        case "mail.delayed" | "mail.bounced" | "mail.rejected" | "mail.complained":
            return [
                f"At {when}: {explained(line)}.",
                "What to do about it: docs/deliveries.md, Why",
            ]
        case "code.mailed":
            return [
                (
                    f"A code was mailed at {when} and has not been typed. SES accepted the mail: look "
                    "into the spam folder, and check whether the address is a mailing list."
                )
            ]
        case "sso.refused":
            connection = line.detail.get("connection", "the provider")
            refusal = refusal_for(line.detail.get("reason", ""))
            names = {"workspace": workspace_id, "connection": connection, "who": case.email}
            return [
                f"{name} came back from {connection} at {when} and was not let in: {refusal.why}.",
                refusal.then.format(**names),
            ]
        case "sso.started":
            return [f"{name} went to the provider at {when} and has not come back to that browser."]
        case "sso.address-needed":
            return [f"The provider named no address at {when}; so the page asked for one."]
    if at - line.at < LOOK:
        return [f"{name} asked for a code at {when}: the mail is on its way."]
    return [
        (
            f"{name} asked for a code at {when}, and no mail has left: Portico still tries, or has "
            "given up."
        ),
        "To see whether mail works: portico doctor stack",
    ]


def _name(case: Case) -> str:
    return case.contact.name if case.contact else case.email


def _attempts(detail: dict[str, str]) -> str:
    left = detail.get("attempts_left", "?")
    return f"{left} attempt{'' if left == '1' else 's'}"


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
