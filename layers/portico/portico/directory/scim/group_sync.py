"""Write what a directory says of a group and of its members.

Each member is written by themselves, so a change of one costs the same in a group of any size. Who may
come in by it, or no longer may, is written in one transaction with their record and contacts.
What is cut off between two members is finished by the same request, sent again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import batched
from typing import Any

from portico.aws import deadline
from portico.aws.tables import ALWAYS, IS_THERE, Parts, Rows, TransactionRefused, transact_surely
from portico.clock import epoch
from portico.directory.scim.group_rule import GroupRule
from portico.directory.scim.group_shapes import MemberChange
from portico.directory.scim.group_store import SyncedGroups, group_key
from portico.directory.scim.refusals import REFUSAL_KEPT
from portico.directory.scim.sync import DirectorySync, NameTaken, UserMoved
from portico.directory.scim.synced_group import SyncedGroup, group_document_of
from portico.directory.scim.synced_user import SyncedUser
from portico.errors import InvalidRequest, TryLater
from portico.events import Event
from portico.ids import digest, random_part

MEMBERS_AT_ONCE = 30
"""Members of one transaction: three rows of each, besides those of the group."""
_IS_OPEN = f"{IS_THERE} AND attribute_not_exists(closing)"
GROUP_TRIES = 4
"""How often members are written anew while another group of theirs is changed."""


@dataclass(slots=True)
class GroupSync:
    """What one key says of the groups of one workspace."""

    sync: DirectorySync
    sign_in_table: str
    new_id: str = field(default_factory=random_part)
    """Of the group that this request may make."""
    left: int = 0
    """How many people this request has put out who were in."""

    @property
    def groups(self) -> SyncedGroups:
        """The groups as they are."""
        return SyncedGroups(self.sync.table, self.sync.workspace.id)

    def create(self, sent: dict[str, Any], members: MemberChange) -> SyncedGroup:
        """Keep a new group.

        Raises:
            InvalidRequest: a value is not valid.
            NameTaken: another group has the name. A repeat of a request that went through ends here.
            TryLater: not all of it was written. Asked again, it goes on.
        """
        now = self.sync.clock.now()
        document = group_document_of(sent)
        members, unknown = self._without_unknown(members)
        group = SyncedGroup(self.new_id, 1, now, now, document)
        if self.groups.found("displayName", group.name):
            raise NameTaken("displayName")
        # Nobody knows the id yet, so no rule names it. Cut off here, the same request begins anew.
        came = self._take(group, members)[0]
        self._keep(None, group, came=came, unknown=unknown)
        return group

    def change(
        self, before: SyncedGroup, sent: dict[str, Any], members: MemberChange
    ) -> SyncedGroup:
        """Keep another state of a group. Its row is written last, when all members are.

        Raises:
            InvalidRequest: a value is not valid.
            NameTaken: another group has the name.
            UserMoved: the group was changed or deleted since *before* was read.
            TryLater: not all of it was written. Asked again, it goes on.
        """
        now = self.sync.clock.now()
        document = group_document_of(sent)
        members, unknown = self._without_unknown(members)
        if before.is_closing:
            # A deletion was cut off, and the directory has thought better of it.
            before = self._closed(before, is_closing=False)
        came, went = self._take(before, members)
        if document == before.document and not (came or went or unknown):
            return before
        after = replace(before, version=before.version + 1, changed_at=now, document=document)
        self._keep(before, after, came=came, went=went, unknown=unknown)
        return after

    def delete(self, before: SyncedGroup) -> None:
        """Forget a group, and whom it let in.

        Raises:
            UserMoved: the group was changed or deleted since *before* was read.
            TryLater: not all of it was forgotten. Asked again, it goes on.
        """
        if not before.is_closing:
            # Nobody joins from here on. So the last write leaves no member of what is not there,
            # wherever this is cut off.
            before = self._closed(before, is_closing=True)
        everybody = MemberChange()
        everybody.replace(set())
        went = self._take(before, everybody)[1]
        self._keep(before, None, went=went)

    def leave_all(self, user: str) -> bool:
        """End all memberships of somebody who is about to be deleted, and say whether there were any.

        Raises:
            TryLater: not all of them have ended. Asked again, it goes on.
        """
        groups = list(self.groups.groups_of(user))
        for group in groups:
            self._write(group, [user], joins=False)
        return bool(groups)

    def _take(self, group: SyncedGroup, members: MemberChange) -> tuple[int, int]:
        """Write who comes and who goes, and return how many of each there were."""
        if members.is_nothing:
            return 0, 0
        there = self.groups.members_among(group.id, {*members.come, *members.go})
        gone = sorted(there & members.go)
        leaving: Iterable[str] = gone
        if members.is_all:
            leaving = [
                each for each in self.groups.all_members(group.id) if each not in members.come
            ]
        # Who comes in is written first: nobody is out for a moment who is moved within a request.
        came = self._write(group.id, sorted(members.come - there), joins=True)
        went = self._write(group.id, leaving, joins=False)
        return came, went

    def _write(self, group: str, ids: Iterable[str], *, joins: bool) -> int:
        written = 0
        for some in batched(ids, MEMBERS_AT_ONCE, strict=False):
            self._write_some(group, list(some), joins=joins)
            written += len(some)
            deadline.ask()
        return written

    def _write_some(self, group: str, ids: list[str], *, joins: bool) -> None:
        for _ in range(GROUP_TRIES):
            try:
                self._write_once(group, ids, joins=joins)
            except (UserMoved, TransactionRefused):
                # Another group of theirs, or they themselves, were changed in this moment.
                continue
            return
        raise TryLater(cause="directory groups: the members keep changing")

    def _write_once(self, group: str, ids: list[str], *, joins: bool) -> None:
        users = {each.id: each for each in self.sync.users.many(ids)}
        change = {"joins": group} if joins else {"parts": group}
        reckoned = self._rule.reckoned(list(users.values()), **change)
        quiet: dict[str, Any] = {}
        for after in reckoned:
            before = users[after.id]
            if before.may_come_in is not after.may_come_in:
                self._turn(group, before, after, joins=joins)
            else:
                quiet[f"user {after.id}"] = self.sync.users.touching(before, after)
                quiet |= self._membership(group, after.id, joins=joins)
        for gone in set(ids) - users.keys():
            # Nobody joins who was deleted in this moment.
            quiet |= {} if joins else self._membership(group, gone, joins=False)
        if quiet:
            transact_surely(quiet | (self._while_there(group) if joins else {}))

    def _turn(self, group: str, before: SyncedUser, after: SyncedUser, *, joins: bool) -> None:
        also = dict(self._membership(group, after.id, joins=joins))
        also |= self._while_there(group) if joins else {}
        try:
            self.sync.regroup(before, after, also, group=group)
        except NameTaken as taken:
            raise InvalidRequest("members", f"{taken.what} of {after.id} is another's") from None
        self.left += before.may_come_in
        deadline.ask()

    def _membership(self, group: str, user: str, *, joins: bool) -> Parts:
        return (self.groups.joining if joins else self.groups.parting)(group, user)

    def _while_there(self, group: str) -> dict[str, Any]:
        """Return the part that checks that nobody has deleted the group meanwhile, or is about to."""
        if group == self.new_id:
            return {}
        key = group_key(self.sync.workspace.id, group)
        return {"group there": self.groups.rows.checking(*key, _IS_OPEN)}

    def _without_unknown(self, members: MemberChange) -> tuple[MemberChange, int]:
        """Return *members* without those who are no users of this workspace, and how many those are.

        Of a thousand members, one may have been deleted in this moment: the others come all the same.
        """
        known = set[str]()
        for some in batched(sorted(members.come), 100, strict=False):
            known |= {each.id for each in self.sync.users.many(some)} & set(some)
        return replace(members, come=known), len(members.come - known)

    def _closed(self, before: SyncedGroup, *, is_closing: bool) -> SyncedGroup:
        after = replace(before, version=before.version + 1, is_closing=is_closing)
        try:
            transact_surely({"group": self.groups.touching(before, after)})
        except TransactionRefused:
            raise UserMoved from None
        return after

    def _keep(self, before: SyncedGroup | None, after: SyncedGroup | None, **members: int) -> None:
        event = self._event(before, after, members)
        parts = self.groups.moving(before, after, event.rider())
        if after is None:
            parts = {**parts, **self._line(event)}
        try:
            transact_surely(parts)
        except TransactionRefused as refused:
            if "group name" in refused.failed:
                raise NameTaken("displayName") from None
            raise UserMoved from None

    def _line(self, event: Event) -> Parts:
        """Return the part that brings the line of a group that is gone to the trail."""
        workspace = self.sync.workspace.id
        row = {
            "pk": f"{workspace}#scim-refused#{event.subject}",
            "sk": "newest",
            "ttl": epoch(event.at + REFUSAL_KEPT),
            "event": event.rider(),
        }
        return {"line": Rows(self.sign_in_table, f"{workspace}#").putting(row, ALWAYS)}

    def _event(
        self, before: SyncedGroup | None, after: SyncedGroup | None, members: dict[str, int]
    ) -> Event:
        name = "group.added" if after else "group.deleted"
        if before and after:
            name = "group.changed"
        old, new = (each.document if each else {} for each in (before, after))
        fields = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
        detail = {"fields": " ".join(fields)} if after and fields else {}
        detail |= {how: str(many) for how, many in members.items() if many}
        id_ = next(each.id for each in (after, before) if each)
        subject = f"group-{digest(id_)[:16]}"
        workspace, now = self.sync.workspace, self.sync.clock.now()
        days, by = workspace.trail_days, self.sync.by
        return Event(name, now, subject, days, by, detail=detail)

    @property
    def _rule(self) -> GroupRule:
        return GroupRule(self.sync.table, self.sync.workspace)
