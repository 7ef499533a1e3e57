"""The fake directory of `make run`: what it sends does what it should, with every quirk
(local/fake_directory/*.py)."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from werkzeug.test import Client as Browser

from local.fake_directory.app import DirectorySite
from local.fake_directory.connector import Connector, Exchange
from local.fake_directory.directory import FakeDirectory
from local.fake_directory.people import Employee, Staff
from local.fake_directory.shapes import QUIRKS
from tests.directory.scim.conftest import (
    BASE,
    GROUP_ROUTE,
    GROUPS,
    ONE,
    USERS,
    Client,
    made_by_hand,
)

HERE = "http://127.0.0.1:8004"


class AtTheDoor(Connector):
    """Sends its requests to the door in this process."""

    client: Client

    def _send(self, method, path, body):
        url = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        kind, _, id_ = url.path.removeprefix("/").partition("/")
        if kind == "Groups":
            route, named = (GROUP_ROUTE, {"group": id_}) if id_ else (GROUPS, {})
        else:
            route, named = (ONE, {"user": id_}) if id_ else (USERS, {})
        answer = self.client.sends(f"{method} {route}", body, path=named, query=query)
        done = Exchange(method, path, body, answer.status, answer.body or None)
        self.exchanges.appendleft(done)
        return done, None


class Company:
    """A company with a directory, and what Portico knows of its people."""

    def __init__(self, client: Client) -> None:
        self.client = client
        connector = AtTheDoor(f"{HERE}{BASE}", client.text)
        connector.client = client
        self.directory = FakeDirectory(connector, Staff([]))
        site = DirectorySite(self.directory, (HERE.partition("//")[2],), "http://127.0.0.1:8000/")
        self.browser = Browser(site)

    def posts(self, act, origin=HERE, **form):
        return self.browser.post(f"/{act}", data=form, base_url=HERE, headers={"origin": origin})

    def adds(self, name, user_name) -> Employee:
        assert self.posts("add", name=name, user_name=user_name).status_code == 303
        return self.directory.staff.people[-1]

    def does(self, act, person, **more):
        assert self.posts(act, person=person.object_id, **more).status_code == 303

    def users(self):
        found = self.client.sends(f"GET {USERS}").body.get("Resources", [])
        return {each["userName"].lower(): each for each in found}

    def groups(self):
        """The groups that Portico knows, with the user names of their members."""
        found = self.client.sends(f"GET {GROUPS}").body.get("Resources", [])
        names = {each["id"]: each["userName"].lower() for each in self.users().values()}
        return {
            each["displayName"]: {names[who] for who in self.client.members(each["id"])}
            for each in found
        }

    def shows(self):
        return self.browser.get("/", base_url=HERE).text


@pytest.fixture
def company(portal):
    return Company(Client(portal, made_by_hand(portal)))


@pytest.mark.parametrize("quirk", ["", *QUIRKS])
class TestWithAQuirk:
    def test_a_person_comes_changes_leaves_and_comes_back(self, company, quirk):
        company.posts("quirks", quirk=quirk)
        sam = company.adds("Sam Sync", "sam@example.com")
        company.does("rename", sam, name="Sam Again", user_name="again@example.com")
        assert company.users()["again@example.com"]["displayName"] == "Sam Again"

        company.does("disable", sam)
        company.posts("cycle")
        assert company.users()["again@example.com"]["active"] is False

        company.does("enable", sam)
        company.posts("cycle")
        company.posts("cycle")
        assert company.users()["again@example.com"]["active"] is True
        assert list(company.users()) == ["again@example.com"]

    def test_a_person_who_is_deleted_is_gone_and_comes_back_anew(self, company, quirk):
        company.posts("quirks", quirk=quirk)
        sam = company.adds("Sam Sync", "sam@example.com")

        company.does("delete", sam)
        company.posts("cycle")
        assert company.users() == {}

        company.does("enable", sam)
        assert company.users()["sam@example.com"]["externalId"] == sam.object_id


class TestItsGroups:
    @pytest.fixture
    def ann(self, company):
        company.posts("add-group", name="Support")
        return company.adds("Ann", "ann@example.com")

    def support(self, company):
        return company.directory.staff.groups[-1].object_id

    def test_are_not_sent_until_a_switch_says_so(self, company, ann):
        company.does("join", ann, group=self.support(company))
        company.posts("cycle")
        assert company.groups() == {}
        assert "not sent: that is one of the quirks" in company.shows()

        company.posts("quirks", quirk="groups")
        company.posts("cycle")

        assert company.groups() == {
            "Customers": set(),
            "Partners": set(),
            "Support": {"ann@example.com"},
        }

    @pytest.mark.parametrize("quirk", ["", "no-path", "whole", "twice", "same", "more"])
    def test_change_as_people_come_and_go(self, company, ann, quirk):
        company.posts("quirks", quirk=["groups", quirk])
        company.posts("cycle")
        bo = company.adds("Bo", "bo@example.com")
        for each in (ann, bo):
            company.does("join", each, group=self.support(company))
        assert company.groups()["Support"] == {"ann@example.com", "bo@example.com"}

        company.does("leave", ann, group=self.support(company))
        company.posts("rename-group", group=self.support(company), name="Help")
        company.posts("cycle")
        assert company.groups()["Help"] == {"bo@example.com"}

        company.does("delete", bo)
        assert company.groups()["Help"] == set()
        company.does("enable", bo)
        assert company.groups()["Help"] == {"bo@example.com"}

        company.posts("delete-group", group=self.support(company))
        assert "Help" not in company.groups()

    def test_of_a_name_that_is_there_become_that_one(self, company, ann):
        company.client.groups("Support")
        company.does("join", ann, group=self.support(company))

        company.posts("quirks", quirk="groups")
        company.posts("cycle")

        assert company.groups()["Support"] == {"ann@example.com"}

    @pytest.mark.parametrize("act", ["rename-group", "delete-group", "join", "leave"])
    def test_have_none_of_an_unknown_id(self, company, ann, act):
        form = {"group": "nothing", "name": "x"}
        assert company.posts(act, person=ann.object_id, **form).status_code == 404


class TestASwapOfNames:
    def test_goes_by_a_third_name(self, company):
        ann, bo = company.adds("Ann", "ann@example.com"), company.adds("Bo", "bo@example.com")

        company.does("swap", ann, other=bo.object_id)

        users = company.users()
        assert users["ann@example.com"]["externalId"] == bo.object_id
        assert users["bo@example.com"]["externalId"] == ann.object_id

    def test_without_one_is_refused_and_mixes_nobody_up(self, company):
        ann, bo = company.adds("Ann", "ann@example.com"), company.adds("Bo", "bo@example.com")
        company.posts("quirks", quirk="straight")

        company.does("swap", ann, other=bo.object_id)

        assert {each.status for each in list(company.directory.connector.exchanges)[:3]} == {409}
        assert company.users()["ann@example.com"]["externalId"] == ann.object_id


class TestANameThatIsUsedAgain:
    def test_is_somebody_elses(self, company):
        first = company.adds("Sam First", "sam@example.com")
        company.does("delete", first)

        second = company.adds("Sam Second", "sam@example.com")

        (user,) = company.users().values()
        assert user["externalId"] == second.object_id != first.object_id


class TestThePage:
    def test_shows_each_request_and_its_answer(self, company):
        company.posts("quirks", quirk="text")
        sam = company.adds("Sam <b>Sync</b>", "sam@example.com")
        company.does("disable", sam)
        company.posts("test")

        shown = company.shows()

        assert "&quot;False&quot;" in shown
        assert re.search(r"PATCH /Users/\S+</code>\s*<span class=\"badge \">200", shown)
        assert "<b>Sync" not in shown
        newest = company.directory.connector.exchanges[0]
        assert newest.answer["totalResults"] == 0
        assert company.client.text not in json.dumps([shown])

    @pytest.mark.parametrize("origin", ["http://evil.example", "null", ""])
    def test_obeys_no_other_page_of_this_browser(self, company, origin):
        answer = company.posts("add", origin, name="Eve", user_name="eve@example.com")

        assert answer.status_code == 403
        assert company.users() == {}

    def test_is_under_no_other_name(self, company):
        assert company.browser.get("/", base_url="http://evil.example:8004").status_code == 403

    @pytest.mark.parametrize("act", ["disable", "rename", "delete", "swap"])
    def test_knows_nobody_of_an_unknown_id(self, company, act):
        assert company.posts(act, person="nobody").status_code == 404
