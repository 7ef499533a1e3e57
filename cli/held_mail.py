"""What is held against a contact's address, in words."""

from datetime import datetime

from portico.deliveries.suppression import suppression_of
from portico.people.rules import Contact


def held_mail(contact: Contact, *, at: datetime) -> str | None:
    """Say which mail to a contact stays back, why, and until when; ``None``: none does."""
    if contact.suppressed:
        return f"No mail is sent to {contact.email} after a {contact.suppressed}."
    found = suppression_of(contact.strikes, at=at)
    if found is None:
        return None
    what = "notice" if found.notices_only else "mail"
    code = f" ({found.code})" if found.code != "-" else ""
    since = f"{found.since:%Y-%m-%d %H:%M} UTC"
    until = f"until {found.until:%Y-%m-%d %H:%M} UTC" if found.until else "until somebody lifts it"
    return f"No {what} is sent to {contact.email} after a {found.reason}{code} on {since}, {until}."
