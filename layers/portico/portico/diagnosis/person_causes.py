"""There is no such contact, or they are switched off."""

from collections.abc import Iterator

from portico.diagnosis import remedies
from portico.diagnosis.facts import Facts, Near
from portico.diagnosis.findings import (
    Evidence,
    Finding,
    FindingCause,
    HandOver,
    Recipient,
    SeenCode,
    Task,
)
from portico.diagnosis.sentences import say
from portico.people.rules import Contact
from portico.printable import printable


def nobody(facts: Facts) -> Iterator[Finding]:
    """Yield that the address is nobody's, and whose it may be meant to be."""
    email, id_ = facts.subject.email, facts.workspace.id
    if facts.contact is not None or email is None:
        return
    former = [each for each in facts.near if each.is_former]
    for each in former:
        shown, named, values = facts.shown(each.email), facts.named(each.contact), _who(facts, each)
        yield Finding(
            FindingCause.FORMER_ADDRESS,
            f"{email} was an address of {named}, whose address is {shown} now.",
            say(facts, "former", address=shown),
            evidence=(
                Evidence(
                    f"the address leads to {named}, who has left it",
                    SeenCode.ADDRESS_LEFT,
                    values=values,
                ),
            ),
            values={"email": email, "address": shown, **values},
        )
    for each in facts.near:
        if each in former:
            continue
        shown, named, values = facts.shown(each.email), facts.named(each.contact), _who(facts, each)
        yield Finding(
            FindingCause.MISTYPED,
            f"Nobody in {id_} has the address {email}. {named} has {shown}, which is nearly the same.",
            say(facts, "mistyped", address=shown),
            evidence=(
                Evidence(
                    f"{named} has {shown}",
                    SeenCode.ADDRESS_OF,
                    values={"address": shown, **values},
                ),
            ),
            values={"email": email, "address": shown, **values},
        )
    yield Finding(
        FindingCause.NO_CONTACT,
        f"There is no contact with the address {email} in {id_}. Only a primary email counts, "
        "exactly as it is spelled.",
        remedies.add_contact(facts, email),
        evidence=(Evidence("no contact has this address", SeenCode.ADDRESS_OF_NOBODY),),
        values={"email": email},
    )


def _who(facts: Facts, near: Near) -> dict[str, str]:
    """Return the values that name a contact whom the address may be meant to lead to."""
    name = facts.name_of(near.contact)
    return {"contact": near.contact.id} | ({"contact_name": name} if name else {})


def stranger(facts: Facts) -> Iterator[Finding]:
    """Yield that a sign-in was of an address that is nobody's, and that is not known any more."""
    if facts.contact is not None or facts.subject.email is not None:
        return
    newest = facts.lines[0] if facts.lines else None
    yield Finding(
        FindingCause.NO_CONTACT,
        "This sign-in was of an address that is no contact's. Ask which address was typed.",
        say(facts, "which_address"),
        newest.at if newest else None,
        (Evidence("its mails are filed under the hash of an address", SeenCode.FILED_UNDER_HASH),),
        "sign-in",
    )


def switched_off(facts: Facts) -> Iterator[Finding]:
    """Yield that the contact is gone, has no address, or is deactivated."""
    contact = facts.contact
    if contact is None:
        return
    if contact.merged_into:
        yield _merged(facts, contact)
    elif contact.is_gone:
        yield Finding(
            FindingCause.ERASED,
            f"{contact.id} was erased. Whoever it was is a stranger now.",
            HandOver(
                Recipient.CLOUD,
                Task.ADD_ANEW,
                "Nothing brings an erased contact back. Add the person anew, with their address: "
                f"portico contact add {facts.workspace.id}",
                contact.id,
                {"workspace": facts.workspace.id},
            ),
            evidence=(
                Evidence(
                    "the contact has neither name nor address",
                    FindingCause.ERASED,
                    values={"contact": contact.id},
                ),
            ),
            values={"contact": contact.id},
        )
    elif not contact.is_in(at=facts.at) and contact.merged_into is None:
        line = facts.newest("contact.deactivated")
        by = f", by {printable(line.by)}" if line else ""
        yield Finding(
            FindingCause.DEACTIVATED,
            f"{contact.name} is deactivated{by}.",
            remedies.reactivate(facts, contact),
            line.at if line else None,
            (
                Evidence(
                    "the contact is switched off",
                    FindingCause.DEACTIVATED,
                    line.at if line else None,
                    "contact.deactivated",
                    values={"name": contact.name},
                ),
            ),
            values={"name": contact.name},
        )


def _merged(facts: Facts, contact: Contact) -> Finding:
    survivor = facts.near[0] if facts.near else None
    values = {"contact": contact.id, "other": str(contact.merged_into)}
    name = facts.name_of(survivor.contact) if survivor else ""
    if name:
        values["other_name"] = name
    other = facts.named(survivor.contact) if survivor else contact.merged_into
    said = f"{contact.id} was merged into {other}."
    line = facts.newest("contact.merged")
    return Finding(
        FindingCause.MERGED,
        said,
        say(facts, "former", address=facts.shown(survivor.email))
        if survivor
        else say(facts, "which_address"),
        line.at if line else None,
        (
            Evidence(
                "only the other contact's ways in work",
                FindingCause.MERGED,
                line.at if line else None,
                "contact.merged",
                values=values,
            ),
        ),
        values=values,
    )
