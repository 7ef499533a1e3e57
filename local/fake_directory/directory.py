"""The fake directory: people who change, and what it sends of each change."""

import uuid
from dataclasses import dataclass, field
from threading import Lock

from local.fake_directory import shapes
from local.fake_directory.connector import Connector
from local.fake_directory.people import Employee, Group, Staff, Standing


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

    def founds(self, name: str) -> None:
        """Make a group, and send it if groups are sent."""
        group = Group(name)
        self.staff.groups.append(group)
        if self.sends_groups:
            self._send_group(group)

    def calls(self, group: Group, name: str) -> None:
        """Give a group another name."""
        group.name = name
        self._group_changed(group, shapes.regrouping(group, self.quirks))

    def dissolves(self, group: Group) -> None:
        """Delete a group."""
        self.staff.groups.remove(group)
        if group.sent_as is not None and self.sends_groups:
            self.connector.sends("DELETE", f"/Groups/{group.sent_as}")

    def takes_in(self, group: Group, person: Employee) -> None:
        """Put somebody into a group."""
        group.members.add(person.object_id)
        if person.sent_as is not None:
            self._group_changed(group, shapes.joining(person.sent_as))

    def takes_out(self, group: Group, person: Employee) -> None:
        """Take somebody out of a group."""
        group.members.discard(person.object_id)
        if person.sent_as is not None:
            self._group_changed(group, shapes.parting(person.sent_as, self.quirks))

    @property
    def sends_groups(self) -> bool:
        """Whether groups are sent at all."""
        return "groups" in self.quirks

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
        for group in self.staff.groups if self.sends_groups else ():
            if group.sent_as is None:
                self._send_group(group)
            elif "same" in self.quirks:
                self._put_group(group)

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
            self._join_all(person)
            return
        made = self.connector.sends("POST", "/Users", body)
        if "twice" in self.quirks:
            self.connector.sends("POST", "/Users", body)
        if not made.is_refused:
            person.sent_as = made.answer["id"]
            self._join_all(person)

    def _join_all(self, person: Employee) -> None:
        """Send the groups of somebody who has just got an id."""
        for group in self.staff.groups:
            if person.object_id in group.members and person.sent_as is not None:
                self._group_changed(group, shapes.joining(person.sent_as))

    def _group_changed(self, group: Group, patch: dict[str, object]) -> None:
        """Send a change of a group. One that was never sent waits for the next cycle."""
        if group.sent_as is None or not self.sends_groups:
            return
        if "whole" in self.quirks:
            self._put_group(group)
        else:
            self.connector.sends("PATCH", f"/Groups/{group.sent_as}", patch)

    def _send_group(self, group: Group) -> None:
        """Send a group whole: the one that has the name already becomes it."""
        group.sent_as = self.connector.finds_group(group.name)
        if group.sent_as is not None:
            self._put_group(group)
            return
        body = shapes.group(group, self.staff.members_of(group))
        made = self.connector.sends("POST", "/Groups", body)
        if "twice" in self.quirks:
            self.connector.sends("POST", "/Groups", body)
        if not made.is_refused:
            group.sent_as = made.answer["id"]

    def _put_group(self, group: Group) -> None:
        body = shapes.group(group, self.staff.members_of(group))
        self.connector.sends("PUT", f"/Groups/{group.sent_as}", body)
