"""A line of the trail in words, as a team reads them."""

from collections.abc import Mapping
from datetime import datetime

from portico.diagnosis.sso_words import refusal_for
from portico.trail.lookup import Line

NUMBERS = "zero one two three four five six seven eight nine ten".split()

WITHHELD = {
    "not-a-contact": "no contact had this primary email",
    "not-on-the-team": "the team's own way in was used, and the contact is not on the team",
    "contact-inactive": "the contact was deactivated",
    "address-suppressed-bounce": "mail to the address is held back after a bounce",
    "address-suppressed-complaint": "mail to the address is held back after a complaint",
    "mailbox-budget": "the mailbox has used up its mails of the hour or of the day",
    "address-taken": "the new address is another contact's",
    "address-reserved": "a contact has just left this address, and can still take it back",
    "address-not-allowed": "the new address is of a domain that may not sign up",
    "already-a-contact": "somebody signed up with the address of a contact, who was told instead",
    "strangers-of-workspace": "the workspace's sign-ups have used up their mails of the hour",
    "strangers-of-deployment": "all sign-ups together have used up their mails of the day",
    "too-many-bounces": "too many mails of all workspaces came back in the last day",
    "link-ended": "the link was revoked or had expired",
    "portal-unavailable": "the portal was switched off, or paused",
    "sign-in-method-off": "the workspace takes no codes",
    "inbound-address": "it is the help desk's own inbox, where others would read the code",
    "too-late": "the mail could not leave within the code's first five minutes",
    "mail-refused": "SES refuses it for good",
    "address-refused": "no mail can be written to this address",
}
"""Why a code was not mailed, by the trail's word for it."""
FATES = {
    "mail.delayed": "the mail is delayed",
    "mail.bounced": "the mail came back",
    "mail.rejected": "SES found a virus in the mail",
    "mail.complained": "the reader reported the mail as spam",
}
CAUSES = {
    "no-such-mailbox": "there is no such mailbox",
    "mailbox-off": "the mailbox is disabled",
    "mailbox-full": "the mailbox is full",
    "no-such-domain": "the domain has no mail server",
    "server-out-of-reach": "their mail server did not answer",
    "taken-for-spam": "it was taken for spam",
    "sender-distrusted": "their server distrusts the sending address",
    "sender-unproved": "SPF, DKIM or DMARC did not pass",
    "too-fast": "their server wants fewer mails at once",
    "not-allowed": "their server takes no mail from outside for this mailbox",
}


def fate(name: str, detail: Mapping[str, str]) -> str:
    """Say what became of a mail, from its line, without a full stop."""
    cause = CAUSES.get(detail.get("cause", ""))
    said = detail.get("said")
    return FATES[name] + (f": {cause}" if cause else "") + (f' ("{said}")' if said else "")


def withheld(detail: Mapping[str, str]) -> str:
    """Say why a mail was not sent, from the detail of its line, without a full stop."""
    reason = detail.get("reason", "")
    until = until_of(detail)
    if reason != "mailbox-budget" or until is None:
        return WITHHELD.get(reason, reason)
    most, window = detail.get("most", ""), detail.get("window", "hour")
    mails = NUMBERS[int(most)] if most.isdecimal() and int(most) < len(NUMBERS) else most
    whose = "" if detail.get("has_kept") == "no" else " that anybody may ask for"
    return f"the mailbox has used up its {mails} mails of the {window}{whose}, until {until}"


def until_of(detail: Mapping[str, str]) -> str | None:
    """Return until when a budget is spent, or ``None``."""
    try:
        return f"{datetime.fromisoformat(detail.get('until', '')):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        # A line from before budgets said until when.
        return None


ENDED = {
    "signed-out": "signed out",
    "signed-out-everywhere": "signed out everywhere",
    "refresh-reuse": "an old token came back: a stolen cookie, or a restored browser",
    "method-off": "the way in was closed before the session was first refreshed",
    "code-reuse": "the portal's code came twice: it was stolen, or sent again",
    "ended-by-portal": "the portal revoked its tokens",
    "ended-by-team": "the team ended the session",
    "ended-by-contact": "the contact ended it from another browser",
}
WHY_REFUSED = {
    "already-linked": "the account is connected to another contact",
    "contact-changed": "the contact was deactivated or signed out everywhere meanwhile",
    "used": "the code was right, and used before",
    "link-used": "the break-glass link was used before",
    "method-off": "the workspace has switched this way off meanwhile",
    "email-taken": "the address has become another contact's meanwhile",
    "email-not-allowed": "the address is of a domain that may not sign up",
    "too-many-changes": "the account was changed too often in a short time",
    "another-contact": "the code was mailed to another contact",
    "password-not-allowed": "the new password holds the contact's or the workspace's name",
    "session-ended": "the session that asked for it has ended meanwhile",
}
"""Why a right code let nobody in."""


def line_words(line: Line) -> str:
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
            return f"the code was right, but {WHY_REFUSED.get(reason, reason)}"
        case "code.refused" if detail.get("code") == "older":
            return f"the code of an older mail, {attempts_words(detail)} left"
        case "code.refused":
            return f"a wrong code, {attempts_words(detail)} left"
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
        case "record.added":
            return "a directory has sent them for the first time"
        case "record.changed":
            return f"the directory has changed {detail.get('fields') or 'them'}"
        case "record.deactivated":
            how = "has deleted them" if "deleted" in detail else "says that they are not active"
            if detail.get("fields") == "groups":
                how = "has them in none of the groups that let people in"
            return f"the directory {how}"
        case "record.held":
            return (
                f"the directory has put them out among many: held until {detail.get('until', '?')}"
            )
        case "record.kept":
            return "the team keeps them in until the directory says something new"
        case "record.let-go":
            return "the team lets them leave the directory"
        case "record.refused":
            return f"not kept of what the directory sent: {reason}"
        case "contact.left-directory":
            return "left the directory: sessions and open codes ended"
        case "contact.back-in-directory":
            return "is back in the directory, and may come in"
        case "directory.many-left":
            gone, active = detail.get("gone", "?"), detail.get("active", "?")
            return f"{gone} of {active} people left the directory within an hour"
        case "sso.started":
            return f"went to {detail.get('connection', '?')}"
        case "sso.refused":
            return f"{detail.get('connection', '?')}: {refusal_for(reason).why}"
    return " ".join(f"{name}={value}" for name, value in detail.items() if name != "sign_in")


def attempts_words(detail: Mapping[str, str]) -> str:
    """Say how many codes may still be typed."""
    left = detail.get("attempts_left", "?")
    return f"{left} attempt{'' if left == '1' else 's'}"
