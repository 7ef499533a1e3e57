"""An upgrade with everybody in the middle of something, and the way back.

The last release (release/last.toml) is built from this clone's history and deployed; its own CLI makes
its workspace, people and portal. Then this tree is deployed over it, and whoever had begun finishes.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from local.emulator import emulated_aws
from tests.deployed import test_other_site
from tests.deployed.cloud import MAIL_DOMAIN, PORTAL, STACK, Stack, deploy, let_mail_out, widen_mail
from tests.deployed.visitors import CALLBACK, SIGNED_OUT, Acme, Browser, Visitor
from tests.support.last_release import last_release
from tests.support.sam_build import Build, build

KEPT = ("PeopleTable", "SignInTable", "TrailTable", "SigningKeyA", "CodeSecret", "MailRetryQueue",
        "MailDeadLetters", "TrailDeadLetters", "HttpApi")  # fmt: skip


class House:
    """Whatever version is deployed now: browsers stay open while it changes."""

    def __init__(self, stack: Stack) -> None:
        self.now = stack

    def invoke(self, door: str, event: dict[str, Any]) -> Any:
        return self.now.invoke(door, event)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.now, name)


class OldAcme(Acme):
    """A workspace that the last release's own CLI has made."""

    def __init__(self, house: House, tree: Path) -> None:
        self.stack: Any = house
        self._tree = tree
        self.runs("workspace", "create", "acme", "--name", "Acme Support", "--portal-url", PORTAL)
        self.link = self.runs("link", "create", "acme")["token"]
        added = self.runs(
            "portal", "add", "acme", "help-center", "--redirect-uri", CALLBACK,
            "--post-logout-uri", SIGNED_OUT,
        )  # fmt: skip
        self.client_id, self.secret = added["portal"]["client_id"], added["secret"]

    def adds(self, name: str) -> Any:
        address = f"{name}@{MAIL_DOMAIN}"
        self.runs("contact", "add", "acme", "--name", name.title(), "--email", address)
        return SimpleNamespace(email=address)

    def runs(self, *command: str) -> Any:
        """Run the last release's CLI from its own files."""
        given = {
            **{name: each for name, each in os.environ.items() if not name.startswith("AWS_")},
            **self.stack.emulator.environment(),
            "PYTHONPATH": os.pathsep.join(
                map(str, (self._tree / "layers" / "portico", self._tree))
            ),
        }
        done = subprocess.run(
            [sys.executable, "-P", "-m", "cli", *command, "--stack", STACK, "--json"],
            cwd=self._tree, env=given, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)


@dataclass
class World:
    """A stack in the middle of a working day, and who is in it."""

    house: House
    acme: OldAcme
    old: Build
    ann: Visitor
    """She is signed in."""
    bob: Visitor
    """He has a code in his mailbox, and has not typed it."""
    code: str
    carl: Visitor
    """He is at a portal on another site, which holds tokens."""
    site: Any
    tokens: dict[str, Any]
    dora: Visitor
    """Her code was asked for, and its mail waits: the sender does not run."""
    physical: dict[str, str]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    tree = last_release().unpack(tmp_path_factory.mktemp("last"))
    old = build(tmp_path_factory.mktemp("sam") / "last", tree)
    with emulated_aws({"AUTH": "true"}) as emulator:
        first = replace(deploy(old, emulator, MailIdentity=MAIL_DOMAIN), alias=None)
        widen_mail(first)
        house = House(first)
        yield lives_in(house, OldAcme(house, tree), old)


def lives_in(house: House, acme: OldAcme, old: Build) -> World:
    def comes(name: str) -> Visitor:
        return Visitor(acme, acme.adds(name), Browser(house))  # type: ignore[arg-type]

    ann, bob, carl, dora = (comes(name) for name in ("ann", "bob", "carl", "dora"))
    ann.signs_in()
    bob.asks_for_a_code()
    code = acme.code_to(bob.contact.email)
    site = test_other_site.Site(acme, acme.secret)
    carl.signs_in()
    tokens = site.redeems(carl.browser.goes_to(site.request)).json
    sender_runs(house, running=False)
    asked = dora.asks_for_a_code()
    # As the last release puts off a mail that SES does not take.
    house.client("sqs").send_message(
        QueueUrl=house.outputs["MailRetryQueue"],
        MessageBody=json.dumps({"challenge": asked["challenge"], "generation": 1}),
    )
    physical = {name: house.names[name] for name in KEPT}
    return World(house, acme, old, ann, bob, code, carl, site, tokens, dora, physical)


def sender_runs(house: House, *, running: bool) -> None:
    client = house.client("lambda")
    for each in client.list_event_source_mappings()["EventSourceMappings"]:
        if "SendMail" in each["FunctionArn"]:
            client.update_event_source_mapping(UUID=each["UUID"], Enabled=running)


@pytest.fixture(scope="module")
def upgraded(world: World, built: Build) -> World:
    world.house.now = deploy(built, world.house.emulator, MailIdentity=MAIL_DOMAIN)
    let_mail_out(world.house.now)
    sender_runs(world.house, running=True)
    return world


class TestAnUpgrade:
    def test_keeps_what_it_must_keep(self, upgraded):
        assert {name: upgraded.house.names[name] for name in KEPT} == upgraded.physical

    def test_lets_a_session_go_on(self, upgraded):
        assert upgraded.ann.refreshes().status_code == 200

    def test_takes_a_code_that_was_mailed_before(self, upgraded):
        answer = upgraded.bob.types(upgraded.code)
        assert answer.status_code == 200, upgraded.house.log_of("VerifyCode")

    def test_lets_a_portal_on_another_site_go_on(self, upgraded):
        renewed = upgraded.site.refreshes(upgraded.tokens)
        assert renewed.status_code == 200, upgraded.house.log_of("Token")
        assert upgraded.site.reads_userinfo(renewed.json).status_code == 200

    def test_mails_what_waited(self, upgraded):
        code = upgraded.acme.code_to(upgraded.dora.contact.email)
        assert upgraded.dora.types(code).status_code == 200

    def test_lets_people_in_by_links_and_accounts_of_before(self, upgraded):
        again = Visitor(upgraded.acme, upgraded.acme.adds("emil"), Browser(upgraded.house))
        assert again.signs_in()


class TestTheWayBack:
    def test_lets_everybody_finish_too(self, upgraded):
        house, acme = upgraded.house, upgraded.acme
        begun = Visitor(acme, acme.adds("fay"), Browser(house))
        begun.asks_for_a_code()
        code = acme.code_to(begun.contact.email)
        inside = Visitor(acme, acme.adds("gus"), Browser(house))
        inside.signs_in()
        tokens = upgraded.site.redeems(inside.browser.goes_to(upgraded.site.request)).json

        back = deploy(upgraded.old, house.emulator, MailIdentity=MAIL_DOMAIN)
        house.now = replace(back, alias=None)
        widen_mail(house.now)

        assert {name: house.names[name] for name in KEPT} == upgraded.physical
        assert begun.types(code).status_code == 200, house.log_of("VerifyCode")
        assert inside.refreshes().status_code == 200, house.log_of("Session")
        assert upgraded.ann.refreshes().status_code == 200
        assert upgraded.site.refreshes(tokens).status_code == 200, house.log_of("Token")
        assert Visitor(acme, acme.adds("hal"), Browser(house)).signs_in()
