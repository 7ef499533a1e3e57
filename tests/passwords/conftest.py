"""A workspace that takes passwords, and a contact who has one."""

import pytest

from portico.aws.tables import transact
from portico.clock import epoch
from portico.events import Event
from portico.passwords.password_hash import hashed
from portico.people.heads import Heads
from portico.people.identities import Identity, owning
from portico.people.password_store import Password, Passwords
from portico.people.rules import Contact
from portico.people.store import People
from tests.support.driver import NOON, Portal

RIGHT = "four tired herons at the weir"
WRONG = "four tired herons at the pond"
HASH = hashed(RIGHT)


def gives(contact: Contact, hash_: str = HASH) -> None:
    """Give a contact a password, as an earlier reset did."""
    password = Password(hash_, NOON, "reset", "earlier")
    passwords = Passwords("people", contact.workspace_id)
    event = Event("password.set", NOON, contact.id, 365)
    transact({"password": passwords.putting(contact.id, password, before=None, event=event)})


def stored(contact: Contact) -> Password:
    """Return a contact's password as it is stored."""
    password = Passwords("people", contact.workspace_id).get(contact.id)
    assert password is not None
    return password


@pytest.fixture
def house(portal: Portal) -> Portal:
    """Acme takes passwords, and Ann has one."""
    portal.sets(password_method=True)
    gives(portal.ann)
    return portal


@pytest.fixture
def others(house: Portal) -> None:
    """Bob has no password. Cid has one, and his account is off. Dan's directory has put him out with
    many others, and the moment of that has passed. Dee comes by SSO alone.
    """
    house.adds("Bob Baker", "bob@example.com")
    gives(house.adds("Cid Cole", "cid@example.com"))
    house.deactivates("cid@example.com")
    dan = house.adds("Dan Drew", "dan@example.com")
    gives(dan)
    held = Heads("people", house.id).holding(dan, off_by="directory:dan", until=epoch(NOON))
    transact({"head": held})
    dee = house.adds("Dee Dunn", "dee@example.com")
    identity = Identity("idp", "https://idp.test", "dee")
    rows = People("people", house.id).rows
    workspace, contact, sver = house.id, dee.id, dee.sver
    part = owning(rows, identity, workspace_id=workspace, contact=contact, sver=sver, at=NOON)
    transact({"part": part})
