"""What lies there before anything happens: a workspace that many lives begin in."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Self

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.ses.models import ses_backends

from portico.aws.keys import Keys
from portico.codes.rules import derive_code
from tests.properties.model import MAILS
from tests.support.doors import stream_record
from tests.support.driver import NOON, Portal

GENERATIONS = range(-1, MAILS + 2)
"""Those that mails can have, and some that none has."""


@dataclass(frozen=True)
class World:
    """A workspace, its links, and whose addresses are typed."""

    portal: Portal
    keys: Keys
    links: list[str]
    addresses: list[tuple[str, str]]
    """An address, and the id of its contact, if it has one."""
    beginning: "Beginning"

    @classmethod
    def of(cls, portal: Portal, keys: Keys) -> Self:
        bob = portal.adds("Bob Baker", "bob@example.com")
        contacts = [(each.email, each.id) for each in (portal.ann, bob)]
        # The second has Ann's mailbox, for the budget, and the domain of the third looks like hers.
        others = ["nobody@example.com", "a.nn+x@example.com", "ann@exаmple.com"]
        links = [portal.personal_link(email) for email, _ in contacts]
        addresses = contacts + [(each, "") for each in others]
        return cls(portal, keys, links, addresses, Beginning.of(portal))

    def codes_of(self, challenge: str) -> dict[int, str]:
        """All codes that a challenge could ever have, and those that no mail has."""
        key = self.keys.code
        return {
            n: derive_code(key, challenge=challenge, purpose="sign_in", generation=n)
            for n in GENERATIONS
        }

    def record_of(self, challenge: str) -> dict[str, Any]:
        """The record that the stream makes of a challenge's row as it stands."""
        pk = f"{self.portal.id}#challenge#{challenge.split('_', 2)[2]}"
        row = next(row for row in self.portal.rows("sign-in") if row["pk"] == pk)
        return stream_record(row)


@dataclass(frozen=True)
class Beginning:
    """What the tables held, so that a test can go back to it as often as it has to.

    Opened anew, a workspace would cost tenths of a second before anything is tried.
    """

    portal: Portal
    rows: dict[str, Any]

    @classmethod
    def of(cls, portal: Portal) -> Self:
        return cls(portal, {name: deepcopy(table.items) for name, table in _tables().items()})

    def again(self) -> None:
        """Be as it was: at noon, and nobody has done anything."""
        for name, items in self.rows.items():
            _tables()[name].items = deepcopy(items)
        sent = ses_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"].sent_messages
        del sent[len(sent) - len(self.portal.mails) :]
        self.portal.clock.move_to(NOON)


def _tables() -> Any:
    return dynamodb_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"].tables
