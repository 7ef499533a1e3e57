"""The sample world: enough of everything, and the same at every start."""

from collections.abc import Iterator

import boto3
import pytest

from local.sample_workspaces import WORKSPACES, contact_id, link_token, portal_secret
from local.sample_world import SampleWorld
from portico.links.rules import is_token
from portico.links.store import open_link
from portico.people.flow import TeamPeople
from portico.people.logos import LARGEST_LOGO, checked
from portico.people.store import People
from portico.team.team_caller import opened_key
from tests.support.driver import NOON
from tests.support.shared_rows import once

SECRETS = "portico/world/connection"


@pytest.fixture
def world(tables, clock) -> Iterator[SampleWorld]:
    made = SampleWorld(
        "people",
        "http://127.0.0.1:8000",
        "http://127.0.0.1:8001",
        ("http://localhost:8001",),
        "http://127.0.0.1:8002",
        SECRETS,
        "http://localhost:8003",
    )
    once("world", made.make)
    yield made
    manager = boto3.client("secretsmanager")
    for each in manager.list_secrets(MaxResults=100)["SecretList"]:
        if each["Name"].startswith(SECRETS):
            manager.delete_secret(SecretId=each["Name"], ForceDeleteWithoutRecovery=True)


@pytest.fixture
def told(world):
    return world.read(at=NOON)


def links(told, **wanted):
    return [each for each in told["links"] if wanted.items() <= each.items()]


class TestTheWorld:
    def test_has_an_ordinary_workspace_one_that_is_off_and_others_in_other_languages(self, told):
        enabled = {each["id"]: each["portal_enabled"] for each in told["workspaces"]}
        assert enabled.items() >= {"acme": True, "globex": False}.items()
        assert {each["locale"] for each in told["workspaces"]} >= {"en", "de", "ar"}

    def test_has_links_of_both_kinds_in_every_state(self, told):
        for kind in ("shared", "personal"):
            for state in ("alive", "expired", "revoked"):
                assert links(told, workspace="acme", kind=kind, state=state)
        assert links(told, workspace="acme", state="replaced")

    def test_has_links_to_every_kind_of_area(self, told):
        areas = {each["destination"].partition(":")[0] for each in links(told, workspace="acme")}
        assert areas == {"dashboard", "tickets", "ticket", "request"}

    def test_tells_addresses_that_hold_their_tokens_in_the_fragment(self, told):
        front = [each for each in told["links"] if each["token"] is None]
        assert [each["url"] for each in front] == [
            f"http://127.0.0.1:8000/{each['workspace']}" for each in front
        ]
        for link in [each for each in told["links"] if each not in front]:
            assert is_token(link["token"])
            address, _, fragment = link["url"].partition("#")
            assert address == f"http://127.0.0.1:8000/{link['workspace']}"
            assert fragment == f"l={link['token']}"

    def test_names_the_contact_of_a_personal_link(self, told):
        known = {each["id"]: each for each in told["contacts"]}
        for link in links(told, kind="personal"):
            assert known[link["contact"]]["workspace"] == link["workspace"]
            assert known[link["contact"]]["email"] == link["email"]
        assert {each["contact"] for each in links(told, kind="shared")} == {None}

    def test_has_people_who_may_come_in_and_who_may_not_any_more(self, told):
        acme = [each for each in told["contacts"] if each["workspace"] == "acme"]
        assert {each["active"] for each in acme} == {True, False}
        emails = {each["email"] for each in told["contacts"]}
        assert not emails & set(told["unknown_emails"])

    def test_has_a_team_with_every_role(self, told):
        team = {each["email"]: each["role"] for each in told["contacts"] if each["role"]}
        assert team == {
            "olga@example.com": "owner",
            "adam@example.com": "admin",
            "grace@example.com": "agent",
            "iris@example.com": "auditor",
        }

    @pytest.mark.parametrize("n", [0, 1], ids=["desk", "directory"])
    def test_has_a_key_whose_text_is_told_and_opens(self, told, n):
        assert len(told["keys"]) == 2
        key = told["keys"][n]

        opened = opened_key("people", key["text"], at=NOON).key

        assert (opened.workspace_id, opened.label) == ("acme", key["label"])
        assert [each.value for each in opened.scopes] == key["scopes"]
        assert opened.owner == contact_id("acme", "olga")

    def test_sends_people_back_to_the_sample_portal(self, world):
        acme = world.workspace("acme")
        assert acme.portal_url == "http://127.0.0.1:8001/acme"
        assert acme.origins == {"http://127.0.0.1:8001", "http://localhost:8001"}

    def test_has_a_workspace_whose_portal_is_a_client_on_another_site(self, world, told):
        page, app = told["portals"]
        harbor = world.workspace("harbor")

        assert page == {
            "workspace": "harbor",
            "id": "help-center",
            "backchannel_logout_uri": "http://localhost:8003/backchannel-logout",
            "label": "Harbor help center",
            "client_id": "prt_harbor_help-center",
            "secret": portal_secret("harbor", "help-center"),
            "redirect_uris": ["http://localhost:8003/callback"],
            "post_logout_uris": ["http://localhost:8003/signed-out"],
            "initiate_login_uri": "http://localhost:8003/login",
            "public": False,
            "on": True,
        }
        assert (app["client_id"], app["public"], app["secret"]) == ("prt_harbor_spa", True, None)
        assert app["redirect_uris"] == ["http://localhost:8003/spa/callback"]
        assert harbor.portal_url == "http://localhost:8003"
        assert [each["id"] for each in harbor.portals] == ["help-center"]

    def test_has_portals_whose_entrances_open_and_are_not_handed_out(self, told):
        _, link = open_link("people", "harbor", "prt_harbor_spa", at=NOON, consistent=True)

        assert link.portal == "spa"
        assert not [each for each in told["links"] if each["id"] == link.id]

    def test_has_logos_that_a_team_could_have_uploaded(self, world):
        for known in WORKSPACES:
            logo = People("people", known.id).logo()
            assert logo is not None
            digest, png = logo
            assert checked(png)
            assert len(png) < LARGEST_LOGO
            assert world.workspace(known.id).logo == digest

    def test_spells_ids_and_tokens_out(self):
        assert contact_id("acme", "ann") == "ct_demo-acme-ann-00000000"
        assert link_token("acme", "shared") == "lnk_demo-acme-shared-" + "0" * 26
        assert portal_secret("harbor", "spa") == "pos_demo-harbor-spa-" + "0" * 27


class TestTellingTheWorld:
    def test_shows_what_the_cli_has_changed(self, world):
        TeamPeople("people").set_active("acme", "ann@example.com", False, by="test")
        TeamPeople("people").add_contact("acme", name="Eve New", email="eve@example.com", by="test")

        told = world.read(at=NOON)

        acme = {e["email"]: e["active"] for e in told["contacts"] if e["workspace"] == "acme"}
        assert acme["ann@example.com"] is False
        assert acme["eve@example.com"] is True
