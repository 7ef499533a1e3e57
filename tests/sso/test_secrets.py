"""LOG-01 for the doors of SSO, and I3 for all that a sign-in leaves behind
(sso/start.py, sso/callback.py)."""

import json
import os
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest

from local.providers.grants import client_secret
from portico.edge.responses import cookie_name
from tests.edge.test_logs import Everything, disguises, everything_logged
from tests.sso.conftest import World
from tests.support.driver import CALLBACK, Portal, returns_from

KINDS = ("oidc", "google", "microsoft")


@pytest.fixture
def logs() -> Iterator[Everything]:
    with everything_logged() as everything:
        yield everything


@pytest.fixture
def secrets(connected: World, portal: Portal, logs: Everything) -> dict[str, str]:
    """Come in by each provider, fail at each, prove an address by a code; what must not show."""
    found: dict[str, str] = {"link token": portal.shared}
    ann = portal.browser
    for kind in KINDS:
        ann.starts_sso(kind)
        ann.comes_back("ann", "wrong-nonce")
        ann.starts_sso(kind)
        query = parse_qs(urlsplit(ann.trip).query)
        found |= {f"{name} of {kind}": query[name][0] for name in ("state", "nonce")}
        connection, back = returns_from(ann.trip, "ann")
        found[f"code of {kind}"] = back["code"]
        found[f"client secret of {kind}"] = client_secret(kind)
        arrived = ann.is_sent_back(connection, back)
        assert arrived.status == 303
        found[f"refresh token of {kind}"] = secret_of(ann.cookies[cookie_name("acme")])
    found["browser"] = ann.cookies["__Host-portico-browser"]
    pending = ann.signs_in_with("facebook", "ben").told
    found["client secret of facebook"] = client_secret("facebook")
    found["pending"] = pending.split("_", 2)[2]
    ann.gives_an_address(pending, "ann@example.com")
    portal.delivers_mail()
    ann.types("BCDFGHJ")
    found["code"] = portal.mailed_code()
    signed_in = ann.types_the_mailed_code()
    found["access token"] = signed_in.body["access_token"].rpartition(".")[2]
    found["refresh token"] = secret_of(signed_in.cookie(cookie_name("acme")))
    portal.forward(minutes=1)
    refreshed = ann.refreshes()
    found["next refresh token"] = secret_of(refreshed.cookie(cookie_name("acme")))
    portal.records_trail()
    # A fault that nobody foresaw, with all of it at hand.
    ann.sends("finish_sso", CALLBACK, origin=None, query={"state": "x" * 5000}, path={"connection": "x"})  # fmt: skip
    return found


def secret_of(refresh_token: str) -> str:
    return refresh_token.rpartition(".")[2]


def showing(secrets: dict[str, str], text: str) -> set[str]:
    return {what for what, each in secrets.items() if any(d in text for d in disguises(each))}


class TestASignIn:
    def test_log_01_i3_by_sso_leaves_no_secret_in_a_log_a_metric_or_a_table(
        self, portal, secrets, logs, capsys
    ):
        written = capsys.readouterr()
        tables = [portal.rows(table) for table in ("people", "sign-in", "trail")]
        rows = json.dumps(tables, default=str)

        assert showing(secrets, logs.text + written.out + written.err) == set()
        assert showing(secrets, rows) == set()
        # The same search does find what may stand there.
        assert len(logs.records) > 20
        assert showing({"x": portal.ann.id}, rows) == {"x"}

    def test_i3_by_a_code_leaves_no_secret_on_the_retry_queue(self, portal, retry_queue, wire):
        other = portal.another_browser()
        other.asks_for_a_code()
        wire.answer("sesv2.SendEmail", "TooManyRequestsException", times=1)
        portal.delivers_mail()

        sqs = boto3.client("sqs")
        sqs.set_queue_attributes(QueueUrl=retry_queue, Attributes={"DelaySeconds": "0"})
        portal.forward(minutes=1)
        received = sqs.receive_message(QueueUrl=os.environ["RETRY_QUEUE"])
        bodies = [json.loads(each["Body"]) for each in received["Messages"]]

        assert bodies == [{"challenge": other.challenge, "generation": 1}]
        assert not re.search(r"ann|@|[0-9A-Z]{7}", json.dumps(bodies).replace(other.challenge, ""))
