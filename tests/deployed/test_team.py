"""A team on a deployed stack, each door with its own role: who comes in, who is out at the next call,
and that one owner stays."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from portico.people.memberships import Role
from tests.deployed.visitors import Browser, Visitor

ACME = "/v1/workspaces/acme"
TEAM = f"{ACME}/team"
SAME_ORIGIN = {"sec_fetch_site": "same-origin"}
ASKED = {"workspace": "acme", "scope": "team"}


class Member(Visitor):
    """A contact who signs in, is put on the team, and comes in."""

    def joins(self, role: Role) -> "Member":
        # Signed in first: the first mail is the code's.
        self.portals_token = self.signs_in()["access_token"]
        self.acme.puts_on_the_team(self.contact, role)
        return self.comes_in()

    def comes_in(self) -> "Member":
        answer = self.browser.sends("POST", "/v1/session/refresh", ASKED, **SAME_ORIGIN)
        assert answer.status_code == 200, answer.text + self.acme.stack.log_of("Session")
        told: Any = answer.json
        self.token = told["access_token"]
        return self

    def asks(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        headers = {"authorization": f"Bearer {self.token}", **SAME_ORIGIN, **headers}
        return self.browser.sends(method, path, body, **headers)

    def team(self) -> dict[str, Any]:
        answer = self.asks("GET", TEAM)
        assert answer.status_code == 200, self.acme.stack.log_of("ManageWorkspace")
        return {each["contact"]: each for each in answer.json["members"]}

    def gives(self, contact: str, role: str) -> Any:
        etag = self.team()[contact]["etag"]
        return self.asks("PUT", f"{TEAM}/{contact}", {"role": role}, if_match=etag)

    def removes(self, contact: str) -> Any:
        etag = self.team()[contact]["etag"]
        return self.asks("DELETE", f"{TEAM}/{contact}", if_match=etag)

    def leaves(self) -> int:
        """Leave the team, and try again as long as another one is in the way."""
        for _ in range(20):
            answer = self.removes(self.contact.id)
            if answer.status_code != 503:
                return int(answer.status_code)
        return 503


@pytest.fixture
def members(acme, stack):
    def member() -> Member:
        return Member(acme, acme.adds_a_contact(), Browser(stack))

    return member


class TestADeployedTeam:
    def test_api_02_loses_an_admin_at_the_next_call(self, members, acme):
        owner, admin = members().joins(Role.OWNER), members().joins(Role.ADMIN)
        assert admin.asks("GET", TEAM).status_code == 200

        assert owner.gives(admin.contact.id, "agent").status_code == 200
        refused = admin.asks("GET", TEAM)
        assert (refused.status_code, refused.json["type"]) == (403, "role-too-small")
        assert owner.removes(admin.contact.id).status_code == 204
        gone = admin.asks("GET", f"{ACME}/settings")
        assert (gone.status_code, gone.json["type"]) == (401, "not-signed-in")

    def test_api_07_keeps_one_of_the_owners_who_leave_in_pairs(self, members, acme):
        owners = [members().joins(Role.OWNER) for _ in range(2)]
        for contact, each in owners[0].team().items():
            # Those of other tests leave by the command, which stands above all roles.
            if each["role"] == "owner" and contact not in {one.contact.id for one in owners}:
                acme.takes_off_the_team(contact)

        with ThreadPoolExecutor(len(owners)) as pool:
            told = list(pool.map(lambda each: each.leaves(), owners))

        assert sorted(told) == [204, 409], acme.stack.log_of("ManageWorkspace")

    def test_works_with_links_and_sessions(self, members, acme, ann):
        admin = members().joins(Role.ADMIN)
        ann.signs_in()
        path, press = f"{ACME}/contacts/{ann.contact.id}/sessions", {"idempotency_key": "once"}
        made = admin.asks(
            "POST", f"{ACME}/links", {"links": [{"contact": ann.contact.id}]}, **press
        )
        assert made.status_code == 200, acme.stack.log_of("ManageLinks")
        (told,) = made.json["links"]
        link = told["link"]["id"]
        ann.link = told["token"]

        for method, of, body in (
            ("GET", "", None),
            ("GET", f"/{link}", None),
            ("POST", f"/{link}/rotate", {}),
            ("POST", f"/{link}/revoke", None),
        ):
            answer = admin.asks(method, f"{ACME}/links{of}", body)
            assert answer.status_code == 200, acme.stack.log_of("ManageLinks")
        listed = admin.asks("GET", path)
        assert len(listed.json["sessions"]) == 1, acme.stack.log_of("ManageLinks")
        session = listed.json["sessions"][0]["id"]
        assert admin.asks("POST", f"{path}/{session}/end").status_code == 204
        assert ann.refreshes().status_code == 401
        assert admin.asks("POST", f"{path}/end").status_code == 204

    def test_says_why_somebody_does_not_get_in(self, members, acme, ann):
        agent = members().joins(Role.AGENT)
        ann.asks_for_a_code()

        told = agent.asks("POST", f"{ACME}/diagnosis", {"contact": ann.contact.id})
        nobody = agent.asks("POST", f"{ACME}/diagnosis", {"email": f"x{ann.contact.email}"})

        assert told.status_code == 200, acme.stack.log_of("Diagnose")
        assert told.json["about"]["contact"] == ann.contact.id
        assert told.json["findings"]
        assert nobody.status_code == 200, acme.stack.log_of("Diagnose")
        assert nobody.json["findings"][0]["cause"] == "mistyped"
        lifted = agent.asks("POST", f"{ACME}/contacts/lift-domain", {"domain": "example.com"})
        assert lifted.json["lifted"] == 0, acme.stack.log_of("ManageContacts")

    def test_shows_how_a_mail_looks(self, members, acme):
        told = members().joins(Role.AGENT).asks("POST", f"{ACME}/mail-preview", {"language": "de"})

        assert told.status_code == 200, acme.stack.log_of("Diagnose")
        assert "SAM-PLE0" in told.json["text"]


class TestNobody:
    @pytest.mark.parametrize("site", ["", "same-site", "cross-site"])
    def test_api_04_gets_a_teams_token_without_the_headers_of_our_own_page(self, members, site):
        member = members().joins(Role.AGENT)
        headers = {"sec_fetch_site": site} if site else {}
        answer = member.browser.sends("POST", "/v1/session/refresh", ASKED, **headers)
        assert (answer.status_code, answer.json["type"]) == (403, "cross-site")

    def test_api_01_comes_in_with_a_portals_token(self, members):
        member = members().joins(Role.OWNER)
        bearer = {"authorization": f"Bearer {member.portals_token}"}
        for path in ("settings", "team", "keys", "links"):
            answer = member.asks("GET", f"{ACME}/{path}", **bearer)
            assert (answer.status_code, answer.json["type"]) == (401, "not-signed-in")
