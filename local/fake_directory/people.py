"""The people of the fake directory, and what is known of each."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Standing(StrEnum):
    """Where a person stands in the directory."""

    ACTIVE = "active"
    DISABLED = "disabled"
    DELETED = "deleted"


@dataclass
class Employee:
    """One person. Names may change and change hands, the *object_id* does neither."""

    name: str
    user_name: str
    object_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    standing: Standing = Standing.ACTIVE
    sent_as: str | None = None
    """The id that Portico has given them; ``None``: they are not there."""


@dataclass
class Group:
    """One group. Its name may change, the *object_id* does not."""

    name: str
    members: set[str] = field(default_factory=set)
    """The object ids of its people."""
    object_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    sent_as: str | None = None
    """The id that Portico has given it; ``None``: it is not there."""


@dataclass
class Staff:
    """Everybody, in the order in which they came, and their groups. Nobody is sent before somebody
    says so.
    """

    people: list[Employee] = field(
        default_factory=lambda: [
            Employee("Sam Sync", "sam.sync@example.com"),
            Employee("Tara Sync", "tara.sync@example.com"),
            Employee("Uwe Sync", "uwe.sync@example.com", standing=Standing.DISABLED),
        ]
    )

    groups: list[Group] = field(init=False)

    def __post_init__(self) -> None:
        everybody = {each.object_id for each in self.people}
        self.groups = [Group("Customers", everybody), Group("Partners")]

    def of(self, object_id: str) -> Employee:
        """Return the person of an id.

        Raises:
            LookupError: there is none.
        """
        found = next((each for each in self.people if each.object_id == object_id), None)
        if found is None:
            raise LookupError(object_id)
        return found

    def present(self) -> Iterator[Employee]:
        """Return everybody who was not deleted."""
        return (each for each in self.people if each.standing is not Standing.DELETED)

    def group_of(self, object_id: str) -> Group:
        """Return the group of an id.

        Raises:
            LookupError: there is none.
        """
        found = next((each for each in self.groups if each.object_id == object_id), None)
        if found is None:
            raise LookupError(object_id)
        return found

    def members_of(self, group: Group) -> list[Employee]:
        """Return who is in a group and was not deleted."""
        return [each for each in self.present() if each.object_id in group.members]
