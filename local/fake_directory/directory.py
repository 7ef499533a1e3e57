"""The fake directory: people who change, and what it sends of each change."""

import uuid
from dataclasses import dataclass, field
from threading import Lock

from local.fake_directory import shapes
from local.fake_directory.connector import Connector
from local.fake_directory.people import Employee, Staff, Standing


@dataclass
class FakeDirectory:
    """A company's directory that syncs its people to one workspace."""

    connector: Connector
    staff: Staff = field(default_factory=Staff)
    quirks: set[str] = field(default_factory=set)
    lock: Lock = field(default_factory=Lock)
    """Held during a change: real directories send one person's changes one by one."""

    def adds(self, name: str, user_name: str) -> None:
        """Take somebody in, and send them."""
        person = Employee(name, user_name)
        self.staff.people.append(person)
        self._send(person)

    def renames(self, person: Employee, name: str, user_name: str) -> None:
        """Give somebody another name and address."""
        person.name, person.user_name = name, user_name
        self._changed(person, shapes.renaming(person, self.quirks))

    def switches(self, person: Employee, standing: Standing) -> None:
        """Disable somebody, or let them come in again. Who was deleted is sent anew."""
        person.standing = standing
        self._changed(person, shapes.switching(person, self.quirks))

    def deletes(self, person: Employee) -> None:
        """Take somebody out."""
        person.standing = Standing.DELETED
        if person.sent_as is None:
            return
        path = f"/Users/{person.sent_as}"
        self.connector.sends("DELETE", path)
        if "late" in self.quirks:
            late = Employee(person.name, person.user_name)
            self.connector.sends("PATCH", path, shapes.switching(late, self.quirks))
        person.sent_as = None

    def swaps(self, one: Employee, other: Employee) -> None:
        """Give two people each other's user name and address."""
        if one is other:
            return
        first, second = one.user_name, other.user_name
        if "straight" not in self.quirks:
            self.renames(one, one.name, f"{uuid.uuid4().hex[:8]}.{first}")
        else:
            self.renames(one, one.name, second)
        self.renames(other, other.name, first)
        self.renames(one, one.name, second)

    def runs_a_cycle(self) -> None:
        """Send who was never sent; and the others where a switch says so."""
        for person in list(self.staff.present()):
            if person.sent_as is None:
                self._send(person)
                continue
            path = f"/Users/{person.sent_as}"
            if "again" in self.quirks and person.standing is Standing.ACTIVE:
                self.connector.sends("PATCH", path, shapes.switching(person, self.quirks))
            if "same" in self.quirks:
                self.connector.sends("PUT", path, shapes.user(person, self.quirks))

    def tests_the_connection(self) -> None:
        """Look for somebody who does not exist, as Entra ID's *Test Connection* does."""
        self.connector.finds(str(uuid.uuid4()))

    def _changed(self, person: Employee, patch: dict[str, object]) -> None:
        if person.sent_as is None:
            self._send(person)
            return
        path = f"/Users/{person.sent_as}"
        if "whole" in self.quirks:
            self.connector.sends("PUT", path, shapes.user(person, self.quirks))
        else:
            self.connector.sends("PATCH", path, patch)

    def _send(self, person: Employee) -> None:
        """Send somebody whole: the user who has the name already becomes theirs."""
        found = self.connector.finds(person.user_name)
        body = shapes.user(person, self.quirks)
        if found is not None:
            person.sent_as = found
            self.connector.sends("PUT", f"/Users/{found}", body)
            return
        made = self.connector.sends("POST", "/Users", body)
        if "twice" in self.quirks:
            self.connector.sends("POST", "/Users", body)
        if not made.is_refused:
            person.sent_as = made.answer["id"]
