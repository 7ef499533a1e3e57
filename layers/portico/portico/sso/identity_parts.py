"""The rows that belong to a session after a sign-in with a provider."""

from datetime import datetime
from typing import Any

from portico.aws.tables import Parts, Rows
from portico.directory.record_match import RecordMatches
from portico.people.identities import keeping, owning
from portico.sessions.proof import Proof
from portico.sso.match import MatchedContact
from portico.sso.rules import Person


def identity_parts(
    people_table: str,
    proof: Proof,
    person: Person,
    known: MatchedContact,
    *,
    at: datetime,
    is_hint_wrong: bool,
    vouched: bool,
) -> Parts:
    """Return the parts ``identity`` and ``record`` of a session's transaction.

    Args:
        people_table: the name of the People table.
        proof: the proof that begins the session.
        person: the person that the provider signed in.
        known: what our rows say about the person.
        at: the time.
        is_hint_wrong: whether the identity's row has an outdated ``sver``.
        vouched: whether the provider vouches for the address that the contact has now.
    """
    workspace_id = proof.workspace_id
    matches = RecordMatches(people_table, workspace_id)
    has_rule = known.workspace.needs_record()
    # Name the record, so that its end can end the contact's sessions.
    record = known.record.name if known.record else known.owner_record
    has_news = record != known.owner_record or (vouched and not known.owner_vouched)
    if not is_hint_wrong and not has_news:
        # A known identity with the right hint needs no write. But an import may be running:
        # check again that the record lets its contact in.
        match = known.match if has_rule else None
        return {"record": matches.still_matching(match, at=at)} if match else {}
    rows = Rows(people_table, f"{workspace_id}#")
    own: dict[str, Any] = {
        "workspace_id": workspace_id,
        "contact": proof.contact,
        "sver": proof.sver,
        "record": record,
        "vouched": vouched,
    }
    also = {
        "identity": keeping(
            rows,
            person.identity,
            linked_at=known.linked_at,
            by_mailbox=known.linked_by_mailbox,
            **own,
        )
        if known.owner
        else owning(
            rows,
            person.identity,
            at=at,
            by_mailbox=proof.account_since is not None,
            **own,
        )
    }
    if known.match is not None:
        also["record"] = matches.letting_in(known.match, proof.contact, asks_match=has_rule, at=at)
    return also
