"""Two admins change settings, portals and connections at the same time, in any order: nothing that
either was told is lost, and what each sees is what is there."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from portico.clock import SYSTEM
from portico.edge.connection_routes import ConnectionRoutes
from portico.edge.portal_routes import PortalRoutes
from portico.edge.responses import Response
from portico.edge.settings_routes import SettingsRoutes
from portico.errors import ChangedMeanwhile, ChangedSince, NotFound, TakenAlready
from portico.events import Caller, Event
from portico.people.store import workspace_now
from portico.sso.rules import Connection
from portico.sso.store import Connections
from portico.team.connection_changes import ConnectionChanges
from portico.team.portal_changes import PortalChanges
from portico.team.team_entry import TeamEntries
from portico.team.workspace_changes import SETTABLE, WorkspaceChanges
from tests.properties.worlds import Beginning

NAMES = ("ann", "bob")
SHOWN = ("label", "redirect_uris", "initiate_login_uri", "on")
"""What is compared of a portal."""
SHOWN_OF_CONNECTION = ("label", "vouches_for", "on")
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "name": st.sampled_from(["Acme", "Acme Support", "Help"]),
    "portal_url": st.sampled_from(["https://portal.acme.test", "https://a.test/help"]),
    "portal_enabled": st.booleans(),
    "paused_until": st.sampled_from([0, 4_000_000_000]),
    "entrance": st.booleans(),
    "areas": st.sampled_from(
        [{"dashboard": "/", "request": "/r/{flow}"}, {"dashboard": "/x", "request": "/{flow}"}]
    ),
    "request_flows": st.sampled_from([[], ["new-laptop"]]),
    "portal_origins": st.lists(st.sampled_from(["https://a.test", "https://b.test"]), unique=True),
    "locale": st.sampled_from(["en", "de", "fr"]),
    "accent_color": st.sampled_from([None, "#112233"]),
    "sender_name": st.sampled_from([None, "Help"]),
    "code_method": st.booleans(),
    "sso_method": st.booleans(),
    "password_method": st.booleans(),
    "sign_up": st.booleans(),
    "sign_up_domains": st.sampled_from([[], ["a.test"]]),
    "sign_up_blocked": st.sampled_from([[], ["b.test"]]),
    "sign_up_disposable": st.booleans(),
    "account_deletion": st.booleans(),
    "send_on_open": st.booleans(),
    "code_in_subject": st.booleans(),
    "check_pasted_code": st.booleans(),
    "directory_rule": st.sampled_from(["off", "match_required", "sso_only"]),
    "directory_contacts": st.booleans(),
    "directory_hold": st.booleans(),
    "directory_groups": st.sampled_from([[], ["g" * 22]]),
    "session_idle_seconds": st.sampled_from([300, 3600]),
    "session_absolute_seconds": st.sampled_from([86400, 172800]),
    "link_days": st.integers(1, 3),
    "office_networks": st.sampled_from([[], ["198.51.100.0/24"]]),
    "inbound_addresses": st.sampled_from([[], ["help@acme.test"]]),
    "trail_days": st.integers(30, 32),
    "support_url": st.sampled_from([None, "mailto:help@acme.test"]),
    "privacy_url": st.sampled_from([None, "https://acme.test/privacy"]),
    "terms_url": st.sampled_from([None, "https://acme.test/terms"]),
    "pause_text": st.sampled_from([{}, {"de": "Pause."}, {"en": "Pause."}]),
    "powered_by": st.booleans(),
}
"""Of every setting, values as they are stored."""
WITH_A_PICTURE = {"logo"}
"""It has a route of its own."""
WANTED = st.lists(st.sampled_from(sorted(VALUES)), unique=True, max_size=4).flatmap(
    lambda names: st.fixed_dictionaries({name: VALUES[name] for name in names})
)
OF_PORTAL = st.fixed_dictionaries(
    {},
    optional={
        "label": st.sampled_from(["A", "B"]),
        "redirect_uris": st.sampled_from([["https://a.test/cb"], ["https://b.test/cb"]]),
        "initiate_login_uri": st.sampled_from([None, "https://a.test/login"]),
        "on": st.booleans(),
    },
)
OF_CONNECTION = st.fixed_dictionaries(
    {},
    optional={
        "label": st.sampled_from(["A", "B"]),
        "vouches_for": st.sampled_from([[], ["a.test"], ["a.test", "b.test"]]),
        "on": st.booleans(),
    },
)
PORTAL = st.sampled_from(["one", "two"])
MOMENT = st.sampled_from(
    [("dynamodb.BatchGetItem", 0), ("dynamodb.BatchGetItem", 1), ("dynamodb.TransactWriteItems", 0)]
)
"""When the other admin gets in: before the check, before reading, or before writing."""

type Moment = tuple[str, int]
type Meddling = tuple[Moment, Callable[[], None]] | None


class Admitted:
    """Lets both in without a session: who may ask is not the question here."""

    def __init__(self) -> None:
        self.who = "ann"

    def of_member(self, *_: Any) -> Any:
        workspace = workspace_now("people", "acme")
        standing = SimpleNamespace(demand_fresh=lambda **_: None)
        return SimpleNamespace(workspace=workspace, by=f"member:{self.who}", standing=standing)

    of_anyone = of_member


@dataclass
class Model:
    """What must be there."""

    settings: dict[str, Any]
    connection: dict[str, Any]
    portals: dict[str, dict[str, Any]] = field(default_factory=dict)
    changes: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    """Id, about, before and after of all that was confirmed."""


class TwoAdmins(RuleBasedStateMachine):
    """Each sends what they have decided by what they saw last, and again by what they are told."""

    wire: ClassVar[Any]
    beginning: ClassVar[Beginning]

    def __init__(self) -> None:
        super().__init__()
        self.beginning.again()
        self.began_at = workspace_now("people", "acme").version
        access: Any = Admitted()
        self.access = access
        portals = PortalRoutes(access, PortalChanges("people", "sign-in"))
        changes = WorkspaceChanges("people", "sign-in")
        rooms = ConnectionChanges("people", "sign-in", "portico/tests/connection")
        self.connections = ConnectionRoutes(access, rooms, TeamEntries("people", "sign-in"))
        undoing = {"portal": portals.undo, "connection": self.connections.undo}
        self.routes = SettingsRoutes(access, changes, undoing)
        self.portals = portals
        self.model = Model(self.now()["settings"], self.connection_now())
        self.seen = dict.fromkeys(NAMES, self.now())

    # What they see.

    def now(self) -> dict[str, Any]:
        content: Any = self.routes.show({"workspace": "acme"}, caller()).content
        return {name: content[name] for name in ("settings", "etag")}

    def portals_now(self) -> dict[str, Any]:
        content: Any = self.portals.list({"workspace": "acme"}, caller()).content
        return {each["id"]: each for each in content["portals"]}

    def connection_now(self) -> dict[str, Any]:
        content: Any = self.connections.show(path(connection="ids"), caller()).content
        connection: dict[str, Any] = content["connection"]
        return connection

    @rule(who=st.sampled_from(NAMES))
    def looks(self, who: str) -> None:
        self.seen[who] = self.now()
        assert self.seen[who]["settings"] == self.model.settings

    # What they do.

    @rule(who=st.sampled_from(NAMES), wanted=WANTED)
    def changes_settings(self, who: str, wanted: dict[str, Any]) -> None:
        self.changes(who, wanted)

    @rule(who=st.sampled_from(NAMES), mine=WANTED, theirs=WANTED, moment=MOMENT)
    def changes_settings_while_the_other_does(
        self, who: str, mine: dict[str, Any], theirs: dict[str, Any], moment: Moment
    ) -> None:
        other = NAMES[1 - NAMES.index(who)]
        self.changes(who, mine, meddling=(moment, lambda: self.changes(other, theirs)))

    @rule(who=st.sampled_from(NAMES), mine=WANTED, name=PORTAL, theirs=OF_PORTAL, moment=MOMENT)
    def changes_settings_while_the_other_changes_a_portal(
        self, who: str, mine: dict[str, Any], name: str, theirs: dict[str, Any], moment: Moment
    ) -> None:
        other = NAMES[1 - NAMES.index(who)]
        self.changes(who, mine, meddling=(moment, lambda: self.keeps(other, name, theirs)))

    @rule(who=st.sampled_from(NAMES), name=PORTAL, wanted=OF_PORTAL)
    def changes_a_portal(self, who: str, name: str, wanted: dict[str, Any]) -> None:
        self.keeps(who, name, wanted)

    @rule(
        who=st.sampled_from(NAMES),
        names=st.tuples(PORTAL, PORTAL),
        mine=OF_PORTAL,
        theirs=OF_PORTAL,
        moment=MOMENT,
    )
    def changes_a_portal_while_the_other_does(
        self,
        who: str,
        names: tuple[str, str],
        mine: dict[str, Any],
        theirs: dict[str, Any],
        moment: Moment,
    ) -> None:
        other = NAMES[1 - NAMES.index(who)]
        meddling = moment, lambda: self.keeps(other, names[1], theirs)
        self.keeps(who, names[0], mine, meddling=meddling)

    @rule(who=st.sampled_from(NAMES), mine=OF_CONNECTION, theirs=WANTED, moment=MOMENT)
    def changes_a_connection_while_the_other_changes_settings(
        self, who: str, mine: dict[str, Any], theirs: dict[str, Any], moment: Moment
    ) -> None:
        other = NAMES[1 - NAMES.index(who)]
        self.connects(who, mine, meddling=(moment, lambda: self.changes(other, theirs)))

    @rule(who=st.sampled_from(NAMES), mine=OF_CONNECTION, theirs=OF_CONNECTION, moment=MOMENT)
    def changes_a_connection_while_the_other_does(
        self, who: str, mine: dict[str, Any], theirs: dict[str, Any], moment: Moment
    ) -> None:
        other = NAMES[1 - NAMES.index(who)]
        self.connects(who, mine, meddling=(moment, lambda: self.connects(other, theirs)))

    @rule(who=st.sampled_from(NAMES), name=PORTAL)
    def removes_a_portal(self, who: str, name: str) -> None:
        there = self.portals_now().get(name)
        if there is None:
            return
        self.access.who = who
        self.portals.remove(path(portal=name), caller(there["etag"]))
        del self.model.portals[name]
        self.kept()

    @rule(who=st.sampled_from(NAMES), which=st.integers(0, 30), mine=WANTED, moment=MOMENT)
    def undoes(self, who: str, which: int, mine: dict[str, Any], moment: Moment) -> None:
        """Undo a change that was confirmed, while the other changes settings."""
        if not self.model.changes:
            return
        id_, about, before, after = self.model.changes[which % len(self.model.changes)]
        other = NAMES[1 - NAMES.index(who)]
        if about == "connection:ids":
            self.undoes_the_connections(who, id_, before, after)
            return
        if about != "settings":
            self.undoes_a_portals(who, id_, about.partition(":")[2], before, after)
            return
        self.access.who = who
        was = dict(self.model.settings)
        etag = self.now()["etag"]
        self.passes()
        with self.meddled((moment, lambda: self.changes(other, mine))):
            try:
                told = self.routes.undo(path(change=id_), caller(etag))
            except (ChangedMeanwhile, ChangedSince):
                moved = self.model.settings != was
                stands = all(self.model.settings[n] == v for n, v in after.items())
                assert moved or not stands
                return
        self.model.settings |= before
        self.confirms(told)

    def undoes_a_portals(
        self, who: str, id_: str, name: str, before: dict[str, Any], after: dict[str, Any]
    ) -> None:
        self.access.who = who
        there = self.portals_now().get(name)
        if there is None:
            return
        try:
            told: Any = self.portals_undo(id_, there["etag"]).content
        except ChangedSince:
            return
        assert before
        assert all(self.model.portals[name][n] == v for n, v in after.items() if n in SHOWN)
        self.model.portals[name] |= {n: v for n, v in before.items() if n in SHOWN}
        assert told["portal"]["label"] == self.model.portals[name]["label"]
        self.kept()

    def undoes_the_connections(
        self, who: str, id_: str, before: dict[str, Any], after: dict[str, Any]
    ) -> None:
        self.access.who = who
        try:
            self.portals_undo(id_, self.connection_now()["etag"])
        except ChangedSince:
            assert any(self.model.connection[n] != v for n, v in after.items())
            return
        self.model.connection |= before
        self.kept()

    # How they do it.

    def changes(self, who: str, wanted: dict[str, Any], *, meddling: Meddling = None) -> None:
        """Send a change by what *who* saw last. Told that it is old, send it again by what is new."""
        self.passes()
        for tries in range(3):
            self.access.who = who
            seen, before = self.seen[who], self.model.settings
            with self.meddled(meddling if tries == 0 else None):
                told = self.asked_to_change(wanted, seen["etag"])
            if isinstance(told, ChangedMeanwhile):
                # What was there when it was read: the other may have written a moment later.
                assert told.now["settings"] in (before, self.model.settings)
                assert told.now["settings"] != seen["settings"]
                self.seen[who] = told.now
                continue
            assert seen["settings"] == self.model.settings, "somebody's change was written over"
            self.model.settings = self.model.settings | wanted
            self.seen[who] = self.confirms(told)
            return
        raise AssertionError("told three times that it is old")

    def asked_to_change(self, wanted: dict[str, Any], etag: str) -> Response | ChangedMeanwhile:
        try:
            return self.routes.change(dict(wanted), path(), caller(etag))
        except ChangedMeanwhile as refused:
            return refused

    def keeps(
        self, who: str, name: str, wanted: dict[str, Any], *, meddling: Meddling = None
    ) -> None:
        """Register a portal, or change it by what is there."""
        self.passes()
        for tries in range(4):
            self.access.who = who
            there = self.portals_now().get(name)
            with self.meddled(meddling if tries == 0 else None):
                try:
                    if there is None:
                        fresh = {"redirect_uris": ["https://a.test/cb"], **wanted}
                        fresh |= {"id": name, "public": True, "replace": True}
                        told = self.portals.add(fresh, path(), caller())
                    else:
                        one = path(portal=name)
                        told = self.portals.change(dict(wanted), one, caller(there["etag"]))
                except (ChangedMeanwhile, TakenAlready):
                    continue
            content: Any = told.content
            after = content["portal"]
            if there is not None:
                assert self.model.portals[name] == only(there), "a portal was written over"
            self.model.portals[name] = only(after)
            self.kept()
            return
        raise AssertionError("told four times that it is old")

    def connects(self, who: str, wanted: dict[str, Any], *, meddling: Meddling = None) -> None:
        """Change the connection by what is there."""
        self.passes()
        for tries in range(3):
            self.access.who = who
            there = self.connection_now()
            with self.meddled(meddling if tries == 0 else None):
                try:
                    one = path(connection="ids")
                    self.connections.change(dict(wanted), one, caller(there["etag"]))
                except ChangedMeanwhile:
                    continue
            assert of_connection(there) == of_connection(self.model.connection), "written over"
            self.model.connection |= wanted
            self.kept()
            return
        raise AssertionError("told three times that it is old")

    def meddled(self, meddling: Meddling) -> Any:
        return Meddled(self.wire, meddling)

    def passes(self) -> None:
        """Let a second pass, so that the lines have an order."""
        self.beginning.portal.forward(seconds=1)

    def portals_undo(self, id_: str, etag: str) -> Response:
        return self.routes.undo(path(change=id_), caller(etag))

    def confirms(self, told: Response) -> dict[str, Any]:
        """Note what an answer says has happened."""
        content: Any = told.content
        assert content["settings"] == self.model.settings
        self.kept()
        return {name: content[name] for name in ("settings", "etag")}

    def kept(self) -> None:
        """Note the lines that are new."""
        self.passes()
        known = {each[0] for each in self.model.changes}
        fresh, cursor = [], ""
        while cursor is not None:
            asked = {"workspace": "acme"} | ({"cursor": cursor} if cursor else {})
            page: Any = self.routes.list_changes(asked, caller()).content
            fresh += [each for each in page["changes"] if each["id"] not in known]
            cursor = page["next"]
        self.model.changes += [
            (each["id"], each["about"], each["before"], each["after"]) for each in reversed(fresh)
        ]

    # What must hold.

    @invariant()
    def nothing_is_lost(self) -> None:
        assert self.now()["settings"] == self.model.settings
        there = self.portals_now()
        assert {name: only(each) for name, each in there.items()} == self.model.portals
        assert of_connection(self.connection_now()) == of_connection(self.model.connection)
        workspace = workspace_now("people", "acme")
        (shown,) = workspace.connections
        assert (shown["label"], shown["on"]) == (
            self.model.connection["label"],
            self.model.connection["on"],
        )
        begun = {n for n, p in self.model.portals.items() if p["on"] and p["initiate_login_uri"]}
        assert {each["id"] for each in workspace.portals} == begun
        assert workspace.version - self.began_at == len(self.model.changes)

    @invariant()
    def each_change_follows_from_the_one_before(self) -> None:
        """The lines are the history: whoever replays them from the start has what is there."""
        replayed: dict[str, Any] = {}
        for _, about, before, after in self.model.changes:
            if about == "settings":
                for name, value in before.items():
                    assert replayed.get(name, value) == value
                replayed |= after
        assert all(self.model.settings[name] == value for name, value in replayed.items())


class Meddled:
    """The other admin gets in right before a request of this kind, once."""

    def __init__(self, wire: Any, meddling: Meddling) -> None:
        self.wire, self.meddling = wire, meddling

    def __enter__(self) -> None:
        if self.meddling:
            (operation, after), work = self.meddling
            self.wire.mend()
            for _ in range(after):
                self.wire.before(operation, lambda: None)
            self.wire.before(operation, work)

    def __exit__(self, *_: object) -> None:
        if self.meddling:
            self.wire.mend()


def caller(etag: str | None = None) -> Caller:
    return Caller("r", "signin.acme.test", "203.0.113.7", if_match=etag)


def path(**more: str) -> dict[str, str]:
    return {"workspace": "acme", **more}


def only(portal: dict[str, Any]) -> dict[str, Any]:
    return {name: portal[name] for name in SHOWN}


def of_connection(connection: dict[str, Any]) -> dict[str, Any]:
    return {name: connection[name] for name in SHOWN_OF_CONNECTION}


class TestTwoAdmins:
    def test_change_every_setting_that_there_is(self):
        assert VALUES.keys() == SETTABLE.keys() - WITH_A_PICTURE

    def test_lose_nothing_whatever_they_do_at_once(self, depth, portal, wire):
        class Here(TwoAdmins):
            pass

        ids = Connection("ids", "acme", "oidc", "A", "app", issuer="https://id.example.com")
        event = Event("connection.added", SYSTEM.now(), "connection-ids", 365, "test")
        Connections("people", "acme").put(ids, portal.workspace, event)
        Here.wire, Here.beginning = wire, Beginning.of(portal)
        run_state_machine_as_test(
            Here,
            settings=__import__("hypothesis").settings(
                depth.settings(depth.lives),
                phases=[__import__("hypothesis").Phase.generate],
                max_examples=4,
            ),
        )

    def test_are_told_if_what_they_name_is_gone(self, portal):
        access: Any = Admitted()
        portals = PortalRoutes(access, PortalChanges("people", "sign-in"))

        with pytest.raises(NotFound):
            portals.change({}, path(portal="nobodys"), caller('"x"'))
