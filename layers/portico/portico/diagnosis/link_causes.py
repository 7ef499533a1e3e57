"""The link that they have been given does not open any more."""

from collections.abc import Iterator

from portico.clock import epoch
from portico.diagnosis import remedies
from portico.diagnosis.facts import Facts
from portico.diagnosis.findings import Evidence, Finding, FindingCause
from portico.diagnosis.tries import decisive
from portico.links.rules import Link


def link_ended(facts: Facts) -> Iterator[Finding]:
    """Yield that the newest personal link has ended, and that they have not come in since."""
    contact = facts.contact
    newest_line = decisive(facts)
    refused_for_it = newest_line is not None and newest_line.detail.get("reason") in (
        "link-ended",
        "invalid-portal-link",
    )
    if contact is None or not contact.email or not contact.is_in(at=facts.at):
        return
    if not facts.links:
        if refused_for_it and newest_line is not None:
            yield Finding(
                FindingCause.LINK_REVOKED,
                "The link that they came by was revoked or had expired.",
                remedies.new_link(facts, contact),
                newest_line.at,
                (
                    Evidence(
                        "the link had ended",
                        FindingCause.LINK_REVOKED,
                        newest_line.at,
                        newest_line.name,
                        "on-the-way",
                    ),
                ),
                "on-the-way",
            )
        return
    newest = facts.links[0]
    if any(each.is_alive(at=facts.at) for each in facts.links):
        return
    ended = newest.revoked_at or newest.expires_at
    if ended is None or (newest_line is not None and newest_line.at > ended and not refused_for_it):
        return
    yield _finding(facts, newest)


def _finding(facts: Facts, link: Link) -> Finding:
    ending = remedies.new_link(facts, facts.contact)  # type: ignore[arg-type]
    if link.revoked_at is not None:
        return Finding(
            FindingCause.LINK_REVOKED,
            f"The personal link {link.id} was revoked at {link.revoked_at:%Y-%m-%d %H:%M} UTC, and "
            "they have no other.",
            ending,
            link.revoked_at,
            (
                Evidence(
                    f"link {link.id} is revoked",
                    FindingCause.LINK_REVOKED,
                    link.revoked_at,
                    "link.revoked",
                    values={"link": link.id},
                ),
            ),
            values={"link": link.id, "at": epoch(link.revoked_at)},
        )
    at = link.expires_at
    return Finding(
        FindingCause.LINK_EXPIRED,
        f"The personal link {link.id} expired at {at:%Y-%m-%d %H:%M} UTC, and they have no other.",
        ending,
        at,
        (
            Evidence(
                f"link {link.id} has expired",
                FindingCause.LINK_EXPIRED,
                at,
                values={"link": link.id},
            ),
        ),
        values={"link": link.id, **({"at": epoch(at)} if at else {})},
    )
