"""Keys are made by owners, shown once, rotated, revoked, and held when their owner leaves."""

import json
from datetime import timedelta
from typing import Any

import pytest

from portico.aws.tables import TransactionRefused, transact
from portico.errors import InvalidRequest, LimitReached, NotFound, NotSignedIn, TryLater
from portico.events import Event
from portico.people.memberships import Role
from portico.team.members import TeamMembers
from portico.team.store import Memberships
from portico.team.team_caller import opened_key
from portico.team.workspace_key import Scope
from portico.team.workspace_keys import MOST_KEYS, NotAnOwner, WorkspaceKeys

HOW: Any = {"host": "signin.acme.test", "by": "cli:olga"}


@pytest.fixture
def keys(portal):
    """The keys of Acme, whose owner is Ann."""
    TeamMembers("people", "sign-in").add(portal.workspace, portal.ann, Role.OWNER, **HOW)
    return Keys(portal)


class Keys:
    """What somebody at a terminal does to the keys of Acme."""

    def __init__(self, portal: Any) -> None:
        self.portal, self.keys = portal, WorkspaceKeys("people", "sign-in")
        self.members = TeamMembers("people", "sign-in")

    def adds(self, owner=None, **more):
        how = {"label": "Help desk", "scopes": [Scope.READ_CONTACTS], **HOW, **more}
        return self.keys.add(self.portal.workspace, owner or self.portal.ann, **how)

    def rotates(self, key, owner=None, **more):
        owner = owner or self.portal.ann
        return self.keys.rotate(self.portal.workspace, key.id, owner, **HOW, **more)

    def revokes(self, key):
        return self.keys.revoke(self.portal.workspace, key.id, **HOW)

    def states(self):
        now = self.portal.now
        return [each.state(at=now) for each in self.keys.of(self.portal.workspace)]

    def opens(self, text):
        try:
            return opened_key("people", text, at=self.portal.now) is not None
        except NotSignedIn:
            return False


@pytest.fixture
def ben(portal):
    ben = portal.adds("Ben Okafor", "ben@example.com")
    TeamMembers("people", "sign-in").add(portal.workspace, ben, Role.OWNER, **HOW)
    return ben


class TestAKey:
    def test_opens_its_workspace_with_one_read(self, keys, portal, wire):
        key, text = keys.adds()
        wire.sent.clear()

        opened = opened_key("people", text, at=portal.now).key

        assert (opened.workspace_id, opened.id, opened.scopes) == (
            "acme",
            key.id,
            (Scope.READ_CONTACTS,),
        )
        assert [each.operation for each in wire.sent] == ["dynamodb.BatchGetItem"]

    def test_with_a_typing_error_costs_no_read(self, keys, wire):
        _, text = keys.adds()
        wire.sent.clear()

        assert not keys.opens(text[:-1] + ("A" if text[-1] != "A" else "B"))
        assert wire.sent == []

    def test_lies_nowhere(self, keys, portal):
        _, text = keys.adds()
        portal.records_trail()
        portal.delivers_mail()

        rows = [row for table in ("people", "sign-in", "trail") for row in portal.rows(table)]
        secret = text.split("_", 3)[3]
        assert secret not in json.dumps(rows, default=str)
        assert secret[:20] not in "".join(each.text for each in portal.mails)

    def test_is_told_to_the_owners_and_to_the_trail(self, keys, portal):
        portal.delivers_mail()
        key, _ = keys.adds()
        portal.delivers_mail()

        assert "– → contacts:read: Help desk" in portal.mails[-1].text
        (line,) = [each for each in portal.records_trail() if each["name"] == "key.created"]
        assert line["detail"] == {
            "key": key.id,
            "label": "Help desk",
            "scopes": "contacts:read",
        }

    def test_is_answered_for_by_an_owner(self, keys, portal):
        agent = portal.adds("Gus Agent", "gus@example.com")
        with pytest.raises(NotAnOwner):
            keys.adds(agent)
        keys.members.add(portal.workspace, agent, Role.ADMIN, **HOW)
        with pytest.raises(NotAnOwner):
            keys.adds(agent)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"label": " "},
            {"label": "x" * 61},
            {"label": "a\u202eb"},
            {"scopes": []},
            {"lifetime": timedelta(days=401)},
            {"lifetime": timedelta(hours=1)},
        ],
        ids=str,
    )
    def test_has_a_label_a_scope_and_an_end(self, keys, wrong):
        with pytest.raises(InvalidRequest):
            keys.adds(**wrong)

    def test_is_one_of_few(self, keys):
        for _ in range(MOST_KEYS):
            keys.adds()

        with pytest.raises(LimitReached):
            keys.adds()


class TestARotation:
    def test_leaves_two_good_for_a_time(self, keys, portal):
        key, first = keys.adds()
        _, second = keys.rotates(key, overlap=timedelta(days=2))

        assert keys.opens(first)
        assert keys.opens(second)
        portal.forward(days=2)
        assert not keys.opens(first)
        assert keys.opens(second)

    def test_leaves_two_at_most(self, keys):
        key, first = keys.adds()
        _, second = keys.rotates(key)
        _, third = keys.rotates(key)

        assert [keys.opens(each) for each in (first, second, third)] == [False, True, True]

    def test_that_comes_again_replaces_what_nobody_has_seen_and_leaves_what_is_in_use(self, keys):
        key, first = keys.adds()
        _, lost = keys.rotates(key, press=("one",))
        _, second = keys.rotates(key, press=("one",))
        assert [keys.opens(each) for each in (first, lost, second)] == [True, False, True]

        _, third = keys.rotates(key, press=("another",))

        assert [keys.opens(each) for each in (first, second, third)] == [False, True, True]

    def test_that_comes_again_and_again_is_known_by_its_first_press(self, keys):
        key, _ = keys.adds()
        keys.rotates(key, press=("today", "yesterday"))
        _, second = keys.rotates(key, press=("tomorrow", "today"))

        _, third = keys.rotates(key, press=("the day after", "tomorrow"))

        assert (keys.opens(second), keys.opens(third)) == (True, True)

    def test_that_comes_again_makes_the_one_before_last_no_longer(self, keys, portal):
        key, first = keys.adds()
        keys.rotates(key, press=("one",), overlap=timedelta(days=2))
        portal.forward(days=1)
        keys.rotates(key, press=("one",), overlap=timedelta(days=2))

        assert keys.opens(first)
        portal.forward(days=1)
        assert not keys.opens(first)

    def test_is_no_longer_than_a_week(self, keys):
        key, _ = keys.adds()

        with pytest.raises(InvalidRequest):
            keys.rotates(key, overlap=timedelta(days=7, seconds=1))

    def test_brings_no_ended_secret_back(self, keys, portal):
        key, first = keys.adds(lifetime=timedelta(days=1))
        portal.forward(days=1)

        _, second = keys.rotates(key)

        assert not keys.opens(first)
        assert keys.opens(second)

    def test_of_a_revoked_key_is_refused(self, keys):
        key, _ = keys.adds()
        keys.revokes(key)

        with pytest.raises(NotFound):
            keys.rotates(key)


class TestARevokedKey:
    def test_is_refused_at_its_next_use(self, keys):
        key, text = keys.adds()
        _, second = keys.rotates(key)

        keys.revokes(key)

        assert not keys.opens(text)
        assert not keys.opens(second)

    def test_is_told_once(self, keys, portal):
        key, _ = keys.adds()
        keys.revokes(key)
        portal.delivers_mail()
        before = len(portal.mails)

        assert keys.revokes(key).revoked_at == portal.now
        portal.delivers_mail()

        assert len(portal.mails) == before


class TestAKeyWhoseOwnerLosesTheRole:
    @pytest.mark.parametrize("how", ["set", "remove"])
    def test_is_held_at_once(self, keys, portal, ben, how):
        _, bens = keys.adds(ben)
        _, anns = keys.adds()

        if how == "set":
            keys.members.change(portal.workspace, ben, Role.ADMIN, **HOW)
        else:
            keys.members.remove(portal.workspace, ben, **HOW)

        assert not keys.opens(bens)
        assert keys.opens(anns)
        assert keys.states() in (["held", "alive"], ["alive", "held"])
        assert "key.held" in {each["name"] for each in portal.records_trail()}

    def test_works_again_with_a_new_secret_and_another_owner(self, keys, portal, ben):
        key, text = keys.adds(ben)
        keys.members.remove(portal.workspace, ben, **HOW)

        _, anew = keys.rotates(key, portal.ann)

        assert keys.opens(anew)
        assert not keys.opens(text)

    def test_stays_without_its_secret_though_it_is_rotated_in_that_moment(
        self, keys, portal, ben, wire
    ):
        key, text = keys.adds(ben)
        wire.before(
            "dynamodb.TransactWriteItems",
            lambda: keys.members.remove(portal.workspace, ben, **HOW),
        )

        with pytest.raises(TryLater):
            keys.rotates(key)

        assert keys.states() == ["held"]
        _, anew = keys.rotates(key)
        assert (keys.opens(anew), keys.opens(text)) == (True, False)

    def test_stays_without_it_when_the_press_that_rotated_it_comes_again(self, keys, portal, ben):
        key, text = keys.adds(ben)
        keys.rotates(key, ben, press=("once",))
        keys.members.remove(portal.workspace, ben, **HOW)

        _, anew = keys.rotates(key, press=("once",))

        assert (keys.opens(anew), keys.opens(text)) == (True, False)

    def test_is_held_though_it_was_made_in_that_moment(self, keys, portal, ben):
        store = Memberships("people", "acme")
        before = store.get(ben.id)
        assert before is not None
        event = Event("team.member-removed", portal.now, "acme", 365, "cli:olga")
        keys.adds(ben)

        # What was read before the key was made knows nothing of it.
        with pytest.raises(TransactionRefused) as refused:
            transact(store.taking(before, event))

        assert refused.value.failed == {"member"}
        keys.members.remove(portal.workspace, ben, **HOW)
        assert keys.states() == ["held"]


class TestAnotherWorkspace:
    def test_has_none_of_these_keys(self, keys, portal):
        key, _ = keys.adds()
        neighbour = portal.neighbour()

        with pytest.raises(NotFound):
            keys.keys.revoke(neighbour.workspace, key.id, **HOW)
