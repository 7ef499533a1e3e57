"""The trail's words for why something did not go through, as a team reads them."""

from collections.abc import Mapping
from datetime import datetime

NUMBERS = "zero one two three four five six seven eight nine ten".split()

WITHHELD = {
    "not-a-contact": "no contact had this primary email",
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
THEN = {
    "too-many-bounces": "See docs/operate.md, BouncesBrakeAlarm.",
    "address-suppressed-bounce": "See until when: portico contact show {workspace} {email}. To let it through again: portico contact lift {workspace} {email}",
    "address-suppressed-complaint": "See until when: portico contact show {workspace} {email}",
    "mailbox-budget": "Wait an hour, or make a personal link, which has a budget of its own.",
    "portal-unavailable": "See whether it is on, or paused: portico workspace show {workspace}",
    "link-ended": "Make a new link: portico link create {workspace} --contact {email}",
    "sign-in-method-off": "See directory-rule and code-method: portico workspace show {workspace}",
    "strangers-of-workspace": "The budget is full again in an hour. See docs/operate.md, StrangersAlarm.",
    "strangers-of-deployment": "See docs/operate.md, StrangersAlarm.",
    "inbound-address": "The contact needs an address of their own.",
    "too-late": "A new code works. If it happens again: portico doctor stack",
    "address-refused": "Look at its spelling: portico contact show {workspace} {email}",
    "mail-refused": "See what is wrong with the sender: portico doctor stack",
}
"""What to do about it, where the contact's own row does not say."""


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
    until = _until(detail)
    if reason != "mailbox-budget" or until is None:
        return WITHHELD.get(reason, reason)
    most, window = detail.get("most", ""), detail.get("window", "hour")
    mails = NUMBERS[int(most)] if most.isdecimal() and int(most) < len(NUMBERS) else most
    whose = "" if detail.get("has_kept") == "no" else " that anybody may ask for"
    return f"the mailbox has used up its {mails} mails of the {window}{whose}, until {until}"


def then(detail: Mapping[str, str]) -> str:
    """Say what to do about it; ``{workspace}`` and ``{email}`` stand for their names."""
    reason, until = detail.get("reason", ""), _until(detail)
    if reason == "mailbox-budget" and until is not None:
        if detail.get("has_kept") == "no":
            return f"Wait until {until}. Until then no link helps; single sign-on and passwords do."
        return (
            f"Wait until {until}, or make a personal link, for which some mails are kept: "
            "portico link create {workspace} --contact {email}"
        )
    return THEN.get(reason, "The cause may have passed: ask for a new code.")


def _until(detail: Mapping[str, str]) -> str | None:
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
REFUSED = {
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
