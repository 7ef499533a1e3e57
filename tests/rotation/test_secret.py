"""The secret rotates while people sign in: nobody notices, in whichever environment they land."""

import hmac
import os
import re
import secrets
import subprocess
from hashlib import sha256
from pathlib import Path

import boto3
import pytest

from local.ses_events import bounced, complained
from portico.aws.keys import KEYS_KEPT, KeyRing, derive
from portico.ids import base64url
from tests.account.conftest import Member
from tests.deliveries.conftest import Post
from tests.rotation.conftest import MINUTES
from tests.rotation.fleet import Visits
from tests.support.doors import ROOT
from tests.support.driver import Portal

BETWEEN = 2 * 60 // MINUTES
"""Turns between two rotations: docs/operate.md says two hours."""


class Secret:
    """A secret of this test's own, since a rotation cannot be taken back."""

    def __init__(self, folder: Path) -> None:
        self.client = boto3.client("secretsmanager")
        text = secrets.token_hex(32)
        self.arn = self.client.create_secret(
            Name=f"codes-{secrets.token_hex(4)}", SecretString=text
        )["ARN"]
        self.folder = folder

    def text(self) -> str:
        text: str = self.client.get_secret_value(SecretId=self.arn)["SecretString"]
        return text

    def rotate(self) -> None:
        fresh, _, generated = self.text().partition(".")
        self.put(f"{secrets.token_urlsafe(48)}.{generated or fresh}")

    def put(self, text: str) -> None:
        self.client.put_secret_value(SecretId=self.arn, SecretString=text)

    def text_by_the_runbook(self) -> str:
        """What the commands of docs/operate.md put, run with an ``aws`` that writes it down."""
        runbook = (ROOT / "docs" / "operate.md").read_text()
        section = runbook.partition("## Rotating the secret")[2].partition("\n## ")[0]
        found = re.search(r"```sh\n(.*?)```", section, re.DOTALL)
        assert found
        put = self.folder / "put"
        aws = self.folder / "aws"
        aws.write_text(
            "#!/bin/sh\n"
            f"case \"$2\" in get-secret-value) echo '{self.text()}';;"
            f" put-secret-value) cat > '{put}';; esac\n"
        )
        aws.chmod(0o700)
        path = f"{self.folder}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "CODE_SECRET": self.arn}
        subprocess.run(["sh", "-eu", "-c", found[1]], env=environment, check=True)
        return put.read_text()


@pytest.fixture
def secret(cloud, tmp_path) -> Secret:
    return Secret(tmp_path)


class TestASecretThatRotates:
    @pytest.mark.slow
    def test_breaks_no_code_and_no_session_of_a_busy_day(self, busy, secret):
        visits, fleet = Visits(busy), busy.fleet
        for _ in range(3):
            fleet.grows(CODE_SECRET=secret.arn)
        rotations = [3 + BETWEEN * n for n in range(2)]

        for turn in range(3 + 2 * BETWEEN):
            visits.somebody_asks()
            if turn in rotations:
                secret.rotate()
            if turn % 4 == 0:
                # Two of the first stay up all day: the longest any environment was ever seen.
                fleet.grows()
                if len(fleet.up) > 5:
                    del fleet.up[2]
            busy.forward(minutes=MINUTES - 1)
            visits.those_who_asked_type()
            visits.all_refresh(keep=2)
            busy.forward(minutes=1)

        versions = {row["key"] for row in busy.session_rows()}
        assert len(versions) == 3

    def test_has_reached_every_environment_after_an_hour(self, busy, secret):
        fleet = busy.fleet
        fleet.grows(CODE_SECRET=secret.arn)
        ring = fleet.up[0]["session"].flows.sessions.keys
        before = ring.current().version

        secret.rotate()
        assert ring.current().version == before
        busy.clock.shift(KEYS_KEPT)

        assert ring.current().version != before
        assert ring.of(before)

    def test_is_taken_over_as_soon_as_somebody_else_has_used_it(self, busy, secret):
        older, younger = busy.fleet, []
        older.grows(CODE_SECRET=secret.arn)
        ring = older.up[0]["verify_code"].codes.keys
        before = ring.current().version
        secret.rotate()
        older.start()
        older.grows()
        younger.append(older.up[1]["verify_code"].codes.keys.current().version)

        ring.of(younger[0])

        assert ring.current().version == younger[0] != before

    def test_stops_nobody_when_it_is_out_of_reach(self, busy, secret, wire):
        busy.fleet.grows(CODE_SECRET=secret.arn)
        busy.browser.signs_in()
        wire.answer("secretsmanager.GetSecretValue", "AccessDeniedException")
        busy.clock.shift(KEYS_KEPT)
        wire.forget()

        for _ in range(3):
            assert busy.browser.refreshes().status == 200
            busy.forward(minutes=1)

        assert wire.operations.count("secretsmanager.GetSecretValue") == 1


class TestWhatARotationLeaves:
    def test_is_the_budget_of_every_mailbox(self, portal, secret, environments):
        environments(CODE_SECRET=secret.arn)
        strangers_ask(portal, times=4)

        secret.rotate()
        environments()
        strangers_ask(portal, times=2)

        assert len(portal.mails) == 4

    def test_is_every_mark_of_a_known_browser(self, portal, secret, environments):
        environments(CODE_SECRET=secret.arn)
        portal.browser.signs_in()
        portal.forward(days=2)
        for _ in range(3):
            secret.rotate()
            environments()
        strangers_ask(portal, times=5)
        spent = len(portal.mails)

        portal.browser.asks_for_a_code()
        portal.delivers_mail()

        assert len(portal.mails) == spent + 1

    def test_is_what_became_of_a_mail_and_what_is_held_against_its_address(
        self, portal, secret, environments, wire, capsys
    ):
        environments(CODE_SECRET=secret.arn)
        post = Post(portal, wire, capsys)
        mail = post.sends_a_code()
        for _ in range(3):
            secret.rotate()
            environments()

        assert post.tells(bounced(mail)) == ["bounced"]
        (before,) = post.suppressed
        secret.rotate()
        environments()
        assert post.tells(complained(mail)) == ["complained"]

        (after,) = post.suppressed
        assert len(after["strikes"]) == len(before["strikes"]) + 1
        assert post.why_withheld() == ["address-suppressed-bounce"]

    def test_acc_12_is_every_link_that_takes_an_address_back(self, portal, secret, environments):
        environments(CODE_SECRET=secret.arn)
        ann = Member(portal, portal.browser).signs_in()
        ann.moves("ann@new.example")
        portal.delivers_mail()
        token = portal.mails[-1].text.partition("#undo=")[2].split()[0]

        for _ in range(3):
            secret.rotate()
            environments()

        assert ann.undoes(token).status == 200

    def test_is_a_link_that_was_mailed_before_they_lasted(self, portal, secret, environments):
        """Its token was derived like a code: good for one rotation, as it always was."""
        environments(CODE_SECRET=secret.arn)
        ann = Member(portal, portal.browser).signs_in()
        ann.moves("ann@new.example")
        (row,) = [r for r in portal.rows("people") if r["sk"].startswith("email-change#")]
        keys = KeyRing(secret.arn).current()
        text = f"undo|acme|{portal.ann.id}|{row['change']}"
        mac = base64url(hmac.digest(keys.code, text.encode(), sha256))
        secret.rotate()
        environments()

        token = f"und.acme.{portal.ann.id}.{row['change']}.{keys.version}.{mac}"

        assert ann.undoes(token).status == 200

    def test_is_no_link_if_a_leaked_secret_is_replaced_whole(self, portal, secret, environments):
        environments(CODE_SECRET=secret.arn)
        ann = Member(portal, portal.browser).signs_in()
        ann.moves("ann@new.example")
        portal.delivers_mail()
        token = portal.mails[-1].text.partition("#undo=")[2].split()[0]
        secret.put(secrets.token_hex(32))
        environments()

        assert ann.undoes(token).status == 410

    def test_are_no_keys_but_those_of_mailboxes_and_undos(self):
        generated = "g" * 64
        first, second = (f"{fresh * 40}.{generated}" for fresh in "ab")
        before, after, later = (
            derive(text.encode(), version="v") for text in (generated, first, second)
        )

        assert before.mailbox == after.mailbox == later.mailbox
        assert before.undo == after.undo == later.undo
        assert len({before.mailbox, before.undo, before.code}) == 3
        assert len({before.code, after.code, later.code}) == 3
        assert len({before.refresh, after.refresh, later.refresh}) == 3

    def test_is_nothing_if_a_leaked_secret_is_replaced_whole(self):
        before, after = (derive(c.encode() * 64, version="v") for c in "ab")

        assert before.mailbox != after.mailbox


class TestTheRunbook:
    def test_puts_something_fresh_before_what_was_generated(self, secret):
        generated = secret.text()

        first = secret.text_by_the_runbook()
        secret.put(first)
        second = secret.text_by_the_runbook()

        fresh = [each.partition(".")[0] for each in (first, second)]
        assert all(re.fullmatch(r"[A-Za-z0-9_-]{64}", each) for each in fresh)
        assert fresh[0] != fresh[1]
        assert [first, second] == [f"{each}.{generated}" for each in fresh]


def strangers_ask(portal: Portal, *, times: int) -> None:
    for n in range(times):
        stranger = portal.another_browser(source_ip=f"198.51.100.{n}")
        assert stranger.asks_for_a_code().status == 202
        portal.delivers_mail()
