"""Personal links that move to another contact, whose account was found to be the same person's."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from portico.aws.queries import keys_listed
from portico.clock import epoch
from portico.events import Event
from portico.links.rules import Link
from portico.links.store import Links, place_of_link, place_of_personal_links, shelf_of_links
from portico.people.addresses import masked


def living_links(links: Links, contact: str, *, at: datetime) -> list[Link]:
    """Read a contact's personal links that still work. The index lags by a moment."""
    starting = place_of_personal_links(contact)
    keys = list(keys_listed(links.rows, shelf_of_links(links.workspace_id), starting=starting))
    found = [link for n in range(0, len(keys), 100) for link in links.at(keys[n : n + 100])]
    return [each for each in found if each.contact == contact and each.is_alive(at=at)]


def moving_link(links: Links, link: Link, *, to: str, email: str) -> dict[str, Any]:
    """Return the part that makes a link another contact's, whose address its page hints at.

    It fails if it is not its contact's any more.
    """
    values = {":to": to, ":place": place_of_link(replace(link, contact=to)), ":owner": link.contact}
    change = "SET contact = :to, listed = :place"
    if email:
        change, values = f"{change}, email_hint = :hint", values | {":hint": masked(email)}
    else:
        change += " REMOVE email_hint"
    return links.rows.updating(*links.key(link.id), change, "contact = :owner", values)


def ending_link(links: Links, link: Link, event: Event) -> dict[str, Any]:
    """Return the part that ends a link because its contact is no more."""
    return links.rows.updating(
        *links.key(link.id),
        "SET revoked_at = if_not_exists(revoked_at, :now), event = :event",
        "contact = :owner",
        {":now": epoch(event.at), ":event": event.rider(), ":owner": link.contact},
    )
