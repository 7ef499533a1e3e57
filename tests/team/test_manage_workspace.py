"""The door of a workspace's team, by every role and with keys (functions/manage_workspace/handler.py,
portico/edge/*_routes.py)."""

import re
from datetime import timedelta
from typing import Any

import pytest

from portico.clock import epoch
from portico.people.memberships import Role
from portico.team.members import TeamMembers
from portico.team.team_budget import MOST_USES, TeamUse
from portico.team.team_entry import TeamEntries
from portico.team.workspace_key import Scope
from portico.team.workspace_keys import WorkspaceKeys
from tests.support.openapi import operations
from tests.support.shared_rows import once
from tests.support.template import door_of
from tests.team.test_team_token import HOST, HOW, Member

WORKSPACE = "/v1/workspaces/{workspace}"
TEAM = "/v1/workspaces/{workspace}/team"
KEYS = "/v1/workspaces/{workspace}/keys"
CONTACTS = "/v1/workspaces/{workspace}/contacts"
LINKS = "/v1/workspaces/{workspace}/links"
TRAIL = "/v1/workspaces/{workspace}/trail"
METHODS = "GET /v1/workspaces/{workspace}/team-methods"
SETTINGS = "GET /v1/workspaces/{workspace}/settings"
ROUTES = sorted(route for route in operations() if "/v1/workspaces/" in route)
LISTS = [
    *(route for route in ROUTES if "'cursor'" in repr(operations()[route].get("parameters"))),
    f"POST {CONTACTS}/list",
    *(f"POST {TRAIL}/{each}" for each in ("list", "export", "overview")),
    f"POST {WORKSPACE}/directory/people/list",
]
"""Lists that come in pages."""
NOBODYS = {"key": "0" * 22, "link": "0" * 16, "session": f"ses_{'0' * 22}"}
NOBODYS |= {"import_id": f"imp_{'0' * 22}", "at": "0"}
NOBODYS |= {"change": "evt_x", "portal": "nobodys", "connection": "nobodys"}
"""Ids of nothing."""
LOGO = f"PUT {WORKSPACE}/logo"
IMPORT_PART = f"PUT {CONTACTS}/imports/{{import_id}}/parts/{{at}}"
KINDS = {LOGO: "image/png", IMPORT_PART: "application/octet-stream"}
"""The content types of bodies that are no JSON."""
PORTALS = f"{WORKSPACE}/portals"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(9)
BODIES: dict[str, Any] = {
    f"PATCH {WORKSPACE}/settings": {"sender_name": "Help"},
    f"POST {WORKSPACE}/touched": {"settings": {"code_method": False}},
    f"POST {WORKSPACE}/mail-preview": {"letter": "link"},
    LOGO: PNG,
    f"POST {PORTALS}": {"id": "new-one", "redirect_uris": ["https://a.test/cb"]},
    f"PATCH {PORTALS}/{{portal}}": {"label": "Help"},
    f"POST {WORKSPACE}/connections": {"id": "ids", "kind": "x", "client_id": "p", "secret": "s"},
    f"PATCH {WORKSPACE}/connections/{{connection}}": {"label": "Help"},
    f"PUT {WORKSPACE}/connections/{{connection}}/secret": {"secret": "s"},
    f"POST {TEAM}": {"email": "zoe@example.com", "role": "agent"},
    f"PUT {TEAM}/{{contact}}": {"role": "auditor"},
    f"PUT {WORKSPACE}/team-methods": {"methods": "code"},
    f"POST {KEYS}": {"label": "Help desk", "scope": "links"},
    f"POST {CONTACTS}": {"name": "New Once", "email": "new@example.com"},
    f"POST {CONTACTS}/imports": {"size": 20},
    IMPORT_PART: b"email,name\na@b.co,A\n",
    f"POST {CONTACTS}/find": {"email": "zoe@example.com"},
    f"POST {CONTACTS}/list": {},
    f"PUT {CONTACTS}/by-ref": {"channel": "x", "id": "4711", "email": "zoe@example.com"},
    f"POST {CONTACTS}/{{contact}}/refs/detach": {"channel": "x", "id": "none"},
    f"PATCH {CONTACTS}/{{contact}}": {"name": "Zoe Twice"},
    f"POST {CONTACTS}/lift-domain": {"domain": "example.net"},
    f"POST {WORKSPACE}/directory/held": {"decision": "leave", "people": ["A" * 22]},
    f"POST {WORKSPACE}/diagnosis": {"email": "zoe@example.com"},
    f"POST {CONTACTS}/{{contact}}/email": {"email": "zoe@example.net"},
    f"POST {CONTACTS}/{{contact}}/merge": {"lost": "ct_0000000000000000000000"},
    f"POST {CONTACTS}/{{contact}}/merge/undo": {"lost": "ct_0000000000000000000000"},
    f"POST {TRAIL}/list": {},
    f"POST {TRAIL}/export": {"format": "jsonl"},
    f"POST {TRAIL}/overview": {},
    f"POST {WORKSPACE}/directory/people/find": {"external_id": "4711"},
    f"POST {WORKSPACE}/directory/people/list": {},
    f"POST {LINKS}": {"links": [{"label": "Newsletter"}]},
    f"POST {LINKS}/{{link}}/rotate": {},
}


def kind_of(route: str) -> dict[str, str]:
    """The content type of a route's body, where it is no JSON."""
    return {"content-type": KINDS[route]} if route in KINDS else {}


class Staff(Member):
    """A member in a browser of their own, with a team's token."""

    def __init__(self, portal: Any, email: str) -> None:
        super().__init__(portal)
        self.browser = portal.another_browser()
        self.email = email
        self.signs_in()

    def signs_in(self) -> None:
        now = f"{self.email} by {sorted(self.browser.cookies.items())} at {self.portal.now}"
        cookies, self.browser.challenge, self.bearer = once(now, self._signed_in)
        self.browser.cookies = dict(cookies)

    def _signed_in(self) -> tuple[dict[str, str], str, str]:
        self.browser.has_signed_in(self.email)
        bearer = self.token()
        return dict(self.browser.cookies), self.browser.challenge, bearer

    def sends(self, route: str, body: Any = None, **more: Any) -> Any:
        path = {"workspace": "acme", **more.pop("path", {})}
        headers = {
            "authorization": f"Bearer {self.bearer}",
            "sec-fetch-site": "same-origin",
            **more.pop("headers", {}),
        }
        asked = {"origin": f"https://{HOST}", "headers": headers, "path": path, **more}
        return self.browser.sends(door_of(route), route, body, **asked)


@pytest.fixture
def house(portal):
    """Acme with a member of each role, another agent, and Zoe, who is on no team."""
    return House(portal)


class House:
    """The team of Acme, and what each of them asks for."""

    def __init__(self, portal: Any) -> None:
        self.portal, self.members = portal, TeamMembers("people", "sign-in")
        self.staff: dict[str, Staff] = {}
        self.zoe = once(f"house at {portal.now}", self._joined)

    def _joined(self) -> Any:
        for role in Role:
            self.joins(role.value, role)
        return self.portal.adds("Zoe Once", "zoe@example.com")

    def joins(self, name: str, role: Role) -> Any:
        contact = self.portal.adds(name.title(), f"{name}@example.com")
        self.members.add(self.portal.workspace, contact, role, **HOW)
        return contact

    def __getitem__(self, name: str) -> Staff:
        if name not in self.staff:
            self.staff[name] = Staff(self.portal, f"{name}@example.com")
        return self.staff[name]

    def team(self, by: str = "owner") -> dict[str, Any]:
        answer = self[by].sends(f"GET {TEAM}")
        assert answer.status == 200, answer.event
        return {each["email"].partition("@")[0]: each for each in answer.body["members"]}

    def gives(self, by: str, who: str, role: str, *, etag: str | None = "") -> Any:
        member = self.team()[who]
        match = {"if-match": member["etag"] if etag == "" else etag} if etag is not None else {}
        path = {"contact": member["contact"]}
        return self[by].sends(f"PUT {TEAM}/{{contact}}", {"role": role}, path=path, headers=match)

    def removes(self, by: str, who: str) -> Any:
        member = self.team()[who]
        headers, path = {"if-match": member["etag"]}, {"contact": member["contact"]}
        return self[by].sends(f"DELETE {TEAM}/{{contact}}", path=path, headers=headers)

    def keys(self) -> dict[Scope, str]:
        """Make a key of each scope."""
        owner = self.portal.team.contact("acme", "owner@example.com")
        keys = WorkspaceKeys("people", "sign-in")
        return {
            each: keys.add(self.portal.workspace, owner, label=each, scopes=[each], **HOW)[1]
            for each in Scope
        }

    def etag_of_zoe(self) -> str:
        path = {"contact": self.zoe.id}
        answer = self["owner"].sends(f"GET {CONTACTS}/{{contact}}", path=path)
        return str(answer.headers["etag"])

    def asks(self, by: str, route: str) -> Any:
        """Send a request that is whole, to whichever route."""
        agent, settings = self.team()["agent"], self["owner"].sends(SETTINGS).body
        etag = agent["etag"] if "/team" in route else settings["etag"]
        if "team-methods" in route:
            etag = self["owner"].sends(METHODS).headers["etag"]
        etag = self.etag_of_zoe() if "/contacts/" in route else etag
        headers = {"if-match": etag, "idempotency-key": "press-1", **kind_of(route)}
        # Who is signed out must not be one of those who ask.
        contact = self.zoe.id if "/contacts/" in route else agent["contact"]
        path = {"contact": contact, **NOBODYS}
        return self[by].sends(route, BODIES.get(route), path=path, headers=headers)


class TestTheMatrix:
    """ADM-01: who may ask for what."""

    @pytest.mark.parametrize("route", ROUTES)
    def test_of_roles_and_routes_is_as_the_contract_says(self, house, route):
        allowed = operations()[route]["x-portico-roles"]
        for role in Role:
            # Before anything is asked, so that it is done once for all routes.
            assert house[role.value].bearer

        for role in Role:
            answer = house.asks(role.value, route)
            if role.value in allowed:
                # Whoever asks second for a new contact finds the address taken.
                is_taken = answer.status == 409 and answer.body["type"] == "taken"
                assert is_taken or answer.status in (200, 201, 204, 404), (role, answer.event)
            else:
                assert answer.status == 403, (role, answer.event)
                assert answer.body["needs"] == allowed
            if answer.status == 204 and "/contacts/" in route:
                house.zoe = house.portal.adds("Zoe Once", f"zoe.{role.value}@example.com")
            elif answer.status == 204 and route.startswith("DELETE"):
                agent = house.portal.team.contact("acme", "agent@example.com")
                house.members.add(house.portal.workspace, agent, Role.AGENT, **HOW)

    @pytest.mark.parametrize("route", ROUTES)
    def test_of_keys_and_routes_is_as_the_contract_says(self, house, route):
        assert house["owner"].bearer
        for scope, text in once(f"a key of each scope at {house.portal.now}", house.keys).items():
            headers = {"authorization": f"Bearer {text}"}
            headers |= {"idempotency-key": "press-1", "if-match": house.etag_of_zoe()}
            headers |= kind_of(route)
            path = {"workspace": "acme", "contact": house.zoe.id, **NOBODYS}
            answer = house.portal.knock(
                door_of(route),
                route,
                BODIES.get(route),
                origin=None,
                headers=headers,
                path=path,
            )
            allowed = operations()[route].get("x-portico-scopes", [])
            expected = (200, 201, 204, 404) if scope.value in allowed else (403,)
            assert answer.status in expected, answer.event

    @pytest.mark.parametrize("route", ROUTES)
    def test_names_the_roles_of_every_route(self, route):
        assert operations()[route]["x-portico-roles"]

    def test_is_in_the_docs(self):
        from tests.docs.test_docs import page

        listed = re.findall(
            r"^\| `(\w+) (/v1/workspaces[^`]*)` \| ([^|]*) \|", page("team.md"), re.MULTILINE
        )
        told = {f"{method} {path}": roles.strip().split(", ") for method, path, roles in listed}
        assert told == {route: operations()[route]["x-portico-roles"] for route in ROUTES}


class TestApi01ACredentialThatIsNone:
    """ADM-01 too: of no use at any route."""

    @pytest.mark.parametrize("route", ROUTES)
    def test_is_refused_and_changes_nothing(self, house, portal, route):
        owner = house["owner"]
        portals = owner.browser.refreshes().body["access_token"]
        cookie = owner.browser.cookies["__Host-portico-acme"]
        before = [row for row in portal.rows("people") if row["pk"].startswith("acme#")]
        house["owner"].browser = portal.another_browser()
        bad = ["", "x", portals, cookie, owner.bearer[:-2], "ptk_acme", f"ptk_{'x' * 80}"]

        answers = []
        for bearer in bad:
            owner.bearer = bearer
            answers.append(
                owner.sends(
                    route,
                    BODIES.get(route),
                    path=dict.fromkeys(("contact", *NOBODYS), "x"),
                    headers=kind_of(route),
                )
            )

        bodies = {str({k: v for k, v in each.body.items() if k != "instance"}) for each in answers}
        statuses = {each.status for each in answers}
        # A browser sends no key; every other credential gets one answer.
        assert statuses <= {401, 403}
        assert [each.status for each in answers[:5]] == [401] * 5
        assert len({body for body in bodies if "not-signed-in" in body}) == 1
        after = [row for row in portal.rows("people") if row["pk"].startswith("acme#")]
        assert after == before

    def test_is_a_key_of_another_workspace_or_one_that_has_ended(self, house, portal):
        keys, owner = (
            WorkspaceKeys("people", "sign-in"),
            portal.team.contact("acme", "owner@example.com"),
        )
        how = {"label": "X", "scopes": [Scope.READ_SETTINGS], **HOW}
        revoked, text = keys.add(portal.workspace, owner, **how)
        keys.revoke(portal.workspace, revoked.id, **HOW)
        globex = portal.neighbour()
        house.members.add(globex.workspace, globex.ann, Role.OWNER, **HOW)
        _, theirs = keys.add(globex.workspace, globex.ann, **how)

        for each in (text, theirs):
            headers = {"authorization": f"Bearer {each}"}
            answer = portal.knock(
                "manage_workspace",
                SETTINGS,
                origin=None,
                headers=headers,
                path={"workspace": "acme"},
            )
            assert answer.problem == (401, "not-signed-in")


class TestApi04AnotherPage:
    @pytest.mark.parametrize(
        "how",
        [
            {"origin": "https://portal.acme.test", "headers": {"sec-fetch-site": "same-site"}},
            {"origin": "null", "headers": {"sec-fetch-site": "cross-site"}},
            {"origin": None, "headers": {"sec-fetch-site": "none"}},
        ],
        ids=str,
    )
    def test_is_refused_with_a_good_token(self, house, how):
        assert house["owner"].sends(f"GET {TEAM}", **how).problem == (403, "cross-site")

    def test_sends_no_key_from_a_browser(self, house, portal):
        owner = portal.team.contact("acme", "owner@example.com")
        _, text = WorkspaceKeys("people", "sign-in").add(
            portal.workspace, owner, label="X", scopes=[Scope.READ_SETTINGS], **HOW
        )
        house["owner"].bearer = text

        assert house["owner"].sends(SETTINGS).problem == (403, "cross-site")


class TestAList:
    def test_is_told_by_the_contract(self):
        assert len(LISTS) > 4

    @pytest.mark.parametrize("route", LISTS)
    def test_api_05_does_not_begin_again_by_an_empty_cursor(self, house, portal, route):
        link, _ = portal.link()
        path = NOBODYS | {"contact": house.zoe.id, "link": link.id}
        how = {"body": {"cursor": ""}} if route.startswith("POST") else {"query": {"cursor": ""}}

        answer = house["owner"].sends(route, path=path, **how)

        # A script that has lost its cursor would go round in circles.
        assert answer.problem == (400, "invalid-request"), answer.event
        assert answer.body["errors"][0]["field"] == "cursor"


class TestAMember:
    def test_is_added_changed_and_removed(self, house):
        added = house["owner"].sends(f"POST {TEAM}", {"email": "Zoe@example.com ", "role": "agent"})
        assert added.status == 201, added.event
        assert added.body["member"]["contact"] == house.zoe.id
        assert added.headers["etag"] == added.body["member"]["etag"]

        changed = house.gives("owner", "zoe", "admin")
        assert (changed.status, changed.body["member"]["role"]) == (200, "admin")
        assert house.removes("owner", "zoe").status == 204
        assert "zoe" not in house.team()

    def test_is_changed_by_whoever_the_trail_names(self, house, portal):
        house.gives("owner", "agent", "auditor")
        owner = portal.team.contact("acme", "owner@example.com")

        (line,) = [e for e in portal.records_trail() if e["name"] == "team.member-changed"]
        assert line["by"] == f"member:{owner.id}"

    def test_that_is_there_or_unknown_or_of_no_role_is_refused(self, house):
        owner = house["owner"]
        again = owner.sends(f"POST {TEAM}", {"email": "agent@example.com", "role": "agent"})
        assert again.problem == (409, "taken")
        nobody = owner.sends(f"POST {TEAM}", {"email": "no@example.com", "role": "agent"})
        assert nobody.problem == (404, "not-found")
        wrong = owner.sends(f"POST {TEAM}", {"email": "zoe@example.com", "role": "root"})
        assert wrong.problem == (400, "invalid-request")

    def test_needs_the_newest_etag(self, house):
        assert house.gives("owner", "agent", "admin", etag=None).problem == (
            428,
            "precondition-missing",
        )
        stale = house.gives("owner", "agent", "admin", etag='"0000000000000000"')
        assert stale.problem == (412, "changed-meanwhile")
        assert stale.body["now"]["member"] == house.team()["agent"]

    def test_ten_01_of_another_workspace_is_nobody(self, house, portal):
        globex = portal.neighbour()
        house.members.add(globex.workspace, globex.ann, Role.AGENT, **HOW)
        theirs, random = globex.ann.id, "ct_0000000000000000000000"

        told = [
            house["owner"].sends(
                f"DELETE {TEAM}/{{contact}}", path={"contact": each}, headers={"if-match": "x"}
            )
            for each in (theirs, random)
        ]

        assert [each.problem for each in told] == [(404, "not-found")] * 2

    @pytest.mark.parametrize("id_", ["x" * 3000, "../team", "\u00e9", "ct_"], ids=len)
    def test_of_an_id_of_no_shape_is_nobody(self, house, id_):
        headers, path = {"if-match": "x"}, {"contact": id_, "key": id_}
        for route in (f"DELETE {TEAM}/{{contact}}", f"POST {KEYS}/{{key}}/revoke"):
            told = house["owner"].sends(route, path=path, headers=headers)
            assert told.problem == (404, "not-found")

    @pytest.mark.parametrize(
        "extra",
        ["workspace", "sver", "id", "proved_at", "__proto__", "since", "joined_at", "accounts"],
    )
    def test_api_03_takes_no_other_field(self, house, portal, extra):
        body = {"email": "zoe@example.com", "role": "agent", extra: "globex"}
        head = portal.team.contact("acme", house.zoe.id)

        assert house["owner"].sends(f"POST {TEAM}", body).status == 201

        row = next(each for each in portal.rows("people") if each["sk"] == house.zoe.id)
        assert row.keys() == {"pk", "sk", "role", "since", "joined_at", "by", "event"}
        assert row["joined_at"] == int(portal.now.timestamp())
        assert portal.team.contact("acme", house.zoe.id) == head

    def test_asks_for_a_young_sign_in(self, house, portal):
        etag = house.team()["agent"]["etag"]
        portal.forward(minutes=15)
        house["owner"].bearer = house["owner"].token()

        assert house.gives("owner", "agent", "admin", etag=etag).problem == (401, "re-auth-needed")


class TestNobody:
    def test_acts_on_another_owner(self, house):
        house.joins("second", Role.OWNER)

        assert house.gives("owner", "second", "admin").problem == (403, "role-too-high")
        assert house.removes("owner", "second").problem == (403, "role-too-high")

    def test_is_left_without_an_owner(self, house):
        assert house.removes("owner", "owner").problem == (409, "last-owner")
        house.joins("second", Role.OWNER)
        assert house.removes("owner", "owner").status == 204

    def test_api_02_acts_who_has_lost_the_role_just_now(self, house, portal):
        assert house.team()
        house.joins("second", Role.OWNER)
        owner = portal.team.contact("acme", "owner@example.com")
        house.members.change(portal.workspace, owner, Role.AGENT, **HOW)

        assert house["owner"].sends(f"GET {TEAM}").problem == (403, "role-too-small")
        house.members.remove(portal.workspace, owner, **HOW)
        assert house["owner"].sends(f"GET {TEAM}").problem == (401, "not-signed-in")


class TestTheWaysIn:
    def sets(self, house, methods: str, etag: str | None = ""):
        etag = house["owner"].sends(METHODS).headers["etag"] if etag == "" else etag
        match = {"if-match": etag} if etag is not None else {}
        return house["owner"].sends(
            f"PUT {WORKSPACE}/team-methods", {"methods": methods}, headers=match
        )

    def test_are_all_until_an_owner_names_some(self, house):
        admin = house["admin"]
        assert house["auditor"].sends(METHODS).body["methods"] == "code password sso"

        assert self.sets(house, "sso").body["methods"] == "sso"

        # Everybody came by a code.
        told = admin.asks()
        assert (told.problem, told.body["reason"]) == ((403, "team-refused"), "method")

    def test_are_told_to_the_owners(self, house, portal):
        self.sets(house, "code sso")

        (line,) = [e for e in portal.records_trail() if e["name"] == "team.methods-changed"]
        assert line["detail"] == {"before": "*", "methods": "code, sso"}
        assert [r for r in portal.rows("sign-in") if "#notice#" in r["pk"]]

    def test_are_all_again_when_all_are_named(self, house, portal):
        self.sets(house, "code")
        assert self.sets(house, "sso password code").body["methods"] == "code password sso"
        row = next(
            r for r in portal.rows("people") if (r["pk"], r["sk"]) == ("acme#workspace", "team")
        )
        assert row["methods"] == []

    @pytest.mark.parametrize("methods", ["", " ", "magic", "code,sso", "CODE"])
    def test_are_of_three(self, house, methods):
        assert self.sets(house, methods).problem == (400, "invalid-request")

    def test_are_those_that_the_owner_has_seen(self, house):
        etag = house["owner"].sends(METHODS).headers["etag"]
        assert self.sets(house, "code", None).problem == (428, "precondition-missing")
        assert self.sets(house, "code").status == 200
        stale = self.sets(house, "sso", etag)
        assert stale.problem == (412, "changed-meanwhile")
        assert stale.body["now"]["methods"] == "code"


class TestAnAddressThatWasJustChanged:
    CONFIRM = f"POST {TEAM}/{{contact}}/confirm"

    @pytest.fixture
    def moved(self, house, portal):
        from portico.account.team_email_change import TeamEmailChanges

        admin = portal.team.contact("acme", "admin@example.com")
        changes = TeamEmailChanges("people", "sign-in")
        return changes.change(portal.workspace, admin, "adam@example.com", **HOW)

    def test_comes_in_once_another_owner_has_confirmed_it(self, house, moved, portal):
        adam = Member(portal)
        adam.browser = portal.another_browser()
        adam.browser.signs_in("adam@example.com")
        assert adam.asks().body["reason"] == "address-changed"

        assert house["owner"].sends(self.CONFIRM, path={"contact": moved.id}).status == 204

        assert adam.asks().status == 200

    def test_waits_in_the_list_until_it_is_confirmed_or_three_days_are_over(
        self, house, moved, portal
    ):
        def waiting():
            return house["owner"].sends(f"GET {TEAM}").body["waiting"]

        changed = portal.now
        ends = int(changed.timestamp()) + 72 * 3600
        (entry,) = waiting()
        etag = entry.pop("etag")
        assert entry == {"what": "address", "id": moved.id, "until": ends, "connection": None}

        path, headers = {"contact": moved.id}, {"if-match": etag}
        assert house["owner"].sends(self.CONFIRM, path=path, headers=headers).status == 204

        assert waiting() == []

    def test_waits_for_three_days_and_no_longer(self, moved, portal):
        entries = TeamEntries("people", "sign-in")
        assert [each.id for each in entries.waiting(portal.workspace, [moved])] == [moved.id]

        portal.forward(hours=72)

        assert entries.waiting(portal.workspace, [moved]) == []

    def test_is_confirmed_by_nobody_themselves(self, house, portal):
        owner = portal.team.contact("acme", "owner@example.com")
        for each in (owner.id, "ct_" + "0" * 22, house.zoe.id):
            answer = house["owner"].sends(self.CONFIRM, path={"contact": each})
            assert answer.problem == (404, "not-found")


class TestAKey:
    def makes(self, house, press="press-1", **more):
        body = {"label": "Help desk", "scope": "settings:read links", **more}
        return house["owner"].sends(f"POST {KEYS}", body, headers={"idempotency-key": press})

    def test_is_made_used_rotated_and_revoked(self, house, portal):
        made = self.makes(house)
        assert made.status == 201, made.event
        key = made.body["key"]

        def reads(text):
            headers = {"authorization": f"Bearer {text}"}
            path = {"workspace": "acme"}
            return portal.knock(
                "manage_workspace", SETTINGS, origin=None, headers=headers, path=path
            )

        assert reads(made.body["text"]).body["settings"]["name"] == "Acme Support"
        rotated = house["owner"].sends(f"POST {KEYS}/{{key}}/rotate", path={"key": key["id"]})
        assert reads(rotated.body["text"]).status == reads(made.body["text"]).status == 200
        revoked = house["owner"].sends(f"POST {KEYS}/{{key}}/revoke", path={"key": key["id"]})
        assert revoked.body["key"]["state"] == "revoked"
        assert reads(rotated.body["text"]).status == 401
        (listed,) = house["admin"].sends(f"GET {KEYS}").body["keys"]
        used = epoch(portal.now)
        assert listed == {**revoked.body["key"], "last_used_at": used}

    @pytest.mark.parametrize(("days", "is_a_repeat"), [(1, True), (2, False)])
    def test_is_rotated_once_by_presses_of_a_day(self, house, portal, days, is_a_repeat):
        key, owner = self.makes(house).body["key"]["id"], house["owner"]
        rotated = []
        for _ in range(2):
            press = {"idempotency-key": "each night"}
            told = owner.sends(f"POST {KEYS}/{{key}}/rotate", path={"key": key}, headers=press)
            rotated.append(told.body["text"])
            portal.forward(days=days)
            owner.signs_in()

        def opens(text: str) -> bool:
            headers = {"authorization": f"Bearer {text}"}
            told = portal.knock(
                "manage_workspace", SETTINGS, origin=None, headers=headers, path={"workspace": "acme"}
            )  # fmt: skip
            return bool(told.status == 200)

        assert [opens(each) for each in rotated] == [not is_a_repeat, True]

    def test_is_made_once_for_each_press(self, house):
        assert self.makes(house).status == 201
        assert self.makes(house).problem == (409, "taken")
        assert self.makes(house, label="Other").problem == (422, "other-body")
        assert self.makes(house, "press-2").status == 201
        assert self.makes(house, "").problem == (400, "invalid-request")

    @pytest.mark.parametrize("scope", ["", "team:write", "links keys", "LINKS"])
    def test_has_no_scope_that_there_is_not(self, house, scope):
        assert self.makes(house, scope=scope).problem == (400, "invalid-request")

    @pytest.mark.parametrize(
        ("more", "days"), [({}, 365), ({"days": None}, 365), ({"days": 1}, 1), ({"days": 400}, 400)]
    )
    def test_ends_when_whoever_made_it_says(self, house, portal, more, days):
        key = self.makes(house, **more).body["key"]

        assert key["expires_at"] == epoch(portal.now + timedelta(days=days))

    @pytest.mark.parametrize("days", [0, -1, 401, 10**30, "90", 1.5, True])
    def test_has_no_end_that_there_cannot_be(self, house, days):
        assert self.makes(house, days=days).problem == (400, "invalid-request")

    def test_that_is_to_end_at_another_time_is_another_key(self, house):
        assert self.makes(house, days=90).status == 201
        assert self.makes(house, days=91).problem == (422, "other-body")


class TestApi08ABudget:
    def test_ends_a_members_minute(self, house, portal):
        owner = house["owner"]
        for _ in range(MOST_USES[TeamUse.READ]):
            assert owner.sends(SETTINGS).status == 200

        spent = owner.sends(SETTINGS)
        assert spent.problem == (429, "too-many-requests")
        assert int(spent.headers["retry-after"]) <= 60
        # Another member, and another kind of use, have a budget of their own.
        assert house["admin"].sends(SETTINGS).status == 200
        portal.forward(minutes=1)
        assert owner.sends(SETTINGS).status == 200

    def test_ends_a_keys_second(self, house, portal):
        owner = portal.team.contact("acme", "owner@example.com")
        _, text = WorkspaceKeys("people", "sign-in").add(
            portal.workspace, owner, label="X", scopes=[Scope.READ_SETTINGS], **HOW
        )
        how: Any = {"origin": None, "headers": {"authorization": f"Bearer {text}"}}

        told = [
            portal.knock("manage_workspace", SETTINGS, path={"workspace": "acme"}, **how).status
            for _ in range(MOST_USES[TeamUse.BY_KEY] + 1)
        ]

        assert told == [200] * MOST_USES[TeamUse.BY_KEY] + [429]


class TestWhatACallCosts:
    def test_is_one_read_to_know_the_caller_and_one_write_to_count_it(self, house, wire):
        owner = house["owner"]
        owner.sends(SETTINGS)
        wire.forget()

        owner.sends(SETTINGS)

        # The third reads what it shows beside the settings.
        calls = ["dynamodb.BatchGetItem", "dynamodb.UpdateItem", "dynamodb.BatchGetItem"]
        assert wire.operations == calls
