"""A team at work in the house that `make run` starts: what a script on a page, a portal and two owners
who leave can and cannot do (portico/edge/team_access.py)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from tests.local.conftest import House, running_house

pytestmark = pytest.mark.emulated

ACME = "/v1/workspaces/acme"
TEAM = f"{ACME}/team"
SAME_ORIGIN = {"sec_fetch_site": "same-origin"}
ASKED = {"workspace": "acme", "scope": "team"}


class Member:
    """Somebody on Acme's team, in a browser of their own."""

    def __init__(self, house: Any, email: str) -> None:
        self.visitor, self.email = house.visitor(), email
        self.token = ""
        signed_in = self.visitor.signs_in(self.visitor.link(kind="shared"), email)
        assert signed_in.status == 200, signed_in.text
        self.portals_token, self.id = (
            signed_in.body["access_token"],
            signed_in.body["contact"]["id"],
        )

    def comes_in(self) -> "Member":
        answer = self.visitor.sends("POST", "/v1/session/refresh", ASKED, **SAME_ORIGIN)
        assert answer.status == 200, answer.text
        self.token = answer.body["access_token"]
        return self

    def asks(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        headers = {"authorization": f"Bearer {self.token}", **SAME_ORIGIN, **headers}
        return self.visitor.sends(method, path, body, **headers)

    def team(self) -> dict[str, Any]:
        answer = self.asks("GET", TEAM)
        assert answer.status == 200, answer.text
        return {each["email"]: each for each in answer.body["members"]}

    def adds(self, email: str, role: str) -> Any:
        return self.asks("POST", TEAM, {"email": email, "role": role})

    def gives(self, email: str, role: str) -> Any:
        member = self.team()[email]
        path, headers = f"{TEAM}/{member['contact']}", {"if_match": member["etag"]}
        return self.asks("PUT", path, {"role": role}, **headers)

    def removes(self, email: str) -> Any:
        member = self.team()[email]
        return self.asks("DELETE", f"{TEAM}/{member['contact']}", if_match=member["etag"])

    def leaves(self) -> int:
        """Leave the team, and try again as long as another one is in the way."""
        for _ in range(20):
            answer = self.removes(self.email)
            if answer.status != 503:
                return int(answer.status)
        return 503


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> Iterator[House]:
    """A house of its own, since an owner who leaves takes their keys along."""
    with running_house(tmp_path_factory.mktemp("team") / "log") as house:
        house.waits_until(lambda: house.is_open() or house.process.poll() is not None, "opening")
        yield house


@pytest.fixture(scope="module")
def olga(house) -> Member:
    """An owner, who signs in once: a mailbox gets few mails an hour."""
    return Member(house, "olga@example.com")


@pytest.fixture(scope="module")
def ann(house) -> Member:
    return Member(house, "ann@example.com")


class TestARole:
    def test_api_02_that_is_taken_is_taken_at_the_next_call(self, house, olga):
        olga.comes_in()
        adam = Member(house, "adam@example.com").comes_in()
        assert adam.asks("GET", TEAM).status == 200

        assert olga.gives("adam@example.com", "agent").status == 200
        refused = adam.asks("GET", TEAM)
        assert (refused.status, refused.body["type"]) == (403, "role-too-small")

        assert olga.removes("adam@example.com").status == 204
        gone = adam.asks("GET", f"{ACME}/settings")
        assert (gone.status, gone.body["type"]) == (401, "not-signed-in")


class TestNobody:
    @pytest.mark.parametrize(
        "headers",
        [{}, {"sec_fetch_site": "same-site"}, {"sec_fetch_site": "cross-site"}],
        ids=["no headers", "same site", "cross-site"],
    )
    def test_api_04_gets_a_teams_token_without_the_headers_of_our_own_page(self, olga, headers):
        answer = olga.visitor.sends("POST", "/v1/session/refresh", ASKED, **headers)
        assert (answer.status, answer.body["type"]) == (403, "cross-site")

    def test_gets_one_on_the_portals_page(self, house, olga):
        visitor = replace(olga.visitor, page=house.portal)
        answer = visitor.sends("POST", "/v1/session/refresh", ASKED, **SAME_ORIGIN)
        assert (answer.status, answer.body["type"]) == (403, "cross-site")

    @pytest.mark.parametrize("path", ["settings", "team", "keys", "links"])
    def test_api_01_comes_in_with_a_portals_token(self, olga, path):
        headers = {"authorization": f"Bearer {olga.portals_token}"}
        answer = olga.asks("GET", f"{ACME}/{path}", **headers)
        assert (answer.status, answer.body["type"]) == (401, "not-signed-in")

    def test_who_is_on_no_team_gets_one(self, ann):
        answer = ann.visitor.sends("POST", "/v1/session/refresh", ASKED, **SAME_ORIGIN)
        assert (answer.status, answer.body["reason"]) == (403, "not-a-member")


class TestAKey:
    def test_of_the_sample_world_makes_and_revokes_a_link(self, house, visitor):
        keys = visitor.world()["keys"]
        (key,) = [each for each in keys if "links" in each["scopes"]]
        ann = visitor.link(kind="personal", email="ann@example.com")["contact"]
        asked = {"authorization": f"Bearer {key['text']}", "idempotency_key": "made-once"}

        def asks(method: str, path: str, body: Any = None) -> Any:
            return visitor.sends_as_a_machine(method, f"{ACME}/links{path}", body, **asked)

        made = asks("POST", "", {"links": [{"contact": ann, "label": "From a script"}]})
        assert made.status == 200, made.text
        (told,) = made.body["links"]
        assert (
            asks("POST", "", {"links": [{"contact": ann, "label": "From a script"}]}).body["links"][
                0
            ]["made"]
            == told["link"]["id"]
        )
        assert asks("POST", f"/{told['link']['id']}/revoke").body["link"]["state"] == "revoked"


class TestOwners:
    def test_api_07_who_leave_in_pairs_leave_one(self, house, olga, ann):
        olga.comes_in()
        ben = Member(house, "ben@example.com")
        for each in (ann, ben):
            assert olga.adds(each.email, "owner").status == 201
            each.comes_in()
        owners = [olga, ann, ben]

        with ThreadPoolExecutor(len(owners)) as pool:
            told = list(pool.map(lambda each: each.leaves(), owners))

        assert sorted(told) == [204, 204, 409]
        (left,) = [each for each, status in zip(owners, told, strict=True) if status == 409]
        owning = [each["email"] for each in left.team().values() if each["role"] == "owner"]
        assert owning == [left.email]
