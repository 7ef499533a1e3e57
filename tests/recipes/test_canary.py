"""recipes/canary.yaml: its code, as it stands there, asks the running house for a code."""

import json
import os
import subprocess
import sys
import urllib.request
from types import SimpleNamespace
from typing import Any

import pytest

from tests.local.conftest import ROOT
from tests.support.template import template

pytestmark = [pytest.mark.emulated, pytest.mark.slow]

RECIPE = template(ROOT / "recipes" / "canary.yaml")
CANARY = RECIPE["Resources"]["Canary"]["Properties"]
SIMULATOR = RECIPE["Parameters"]["Address"]["Default"]
MOST_OF_INLINE_CODE = 4096
"""Characters. Source: CloudFormation's template reference, Lambda's Code."""


@pytest.fixture(scope="module")
def told(house, tmp_path_factory) -> dict[str, Any]:
    """What the house says of its stack; it has the canary's workspace, made as the page says."""
    page = (ROOT / "docs" / "operate.md").read_text().partition("\n## A canary\n")[2]
    assert f'{SIMULATOR.replace("@", "+$n@")}"; done' in page
    rows = [f"Canary,{SIMULATOR.replace('@', f'+{n}@')}" for n in range(36)]
    file = tmp_path_factory.mktemp("canary") / "canary.csv"
    file.write_text("\n".join(["name,email", *rows]) + "\n")
    for command in (
        "workspace create canary --name Canary --portal-url https://canary.invalid --entrance",
        "contact import canary canary.csv",
    ):
        assert f"portico {command} --stack portico" in page
        typed = command.replace("canary.csv", str(file)).split()
        done = subprocess.run(
            [sys.executable, "-m", "cli", *typed, "--local", str(house.port)],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    with urllib.request.urlopen(f"{house.origin}/_local/stack.json") as answer:
        stack: dict[str, Any] = json.load(answer)
    return stack


@pytest.fixture
def canary(told, monkeypatch):
    """The function of the recipe; what it is told of an address can be changed."""
    for name, value in {
        "AWS_ENDPOINT_URL": told["endpoint"],
        "AWS_DEFAULT_REGION": told["region"],
        "AWS_ACCESS_KEY_ID": told["access_key_id"],
        "AWS_SECRET_ACCESS_KEY": told["secret_access_key"],
        "NAMESPACE": "Portico/portico/canary",
        "API_URL": told["api_url"].rstrip("/"),
        "SIGN_IN_TABLE": told["sign_in_table"],
        "WORKSPACE": "canary",
        "ADDRESS": SIMULATOR,
    }.items():
        monkeypatch.setenv(name, value)
    assert set(CANARY["Environment"]["Variables"]) <= os.environ.keys()
    names: dict[str, Any] = {}
    exec(CANARY["Code"]["ZipFile"], names)  # noqa: S102 - of our own file
    return SimpleNamespace(**names)


class TestTheCanary:
    def test_times_a_real_code_from_the_request_to_ses(self, canary, house, capsys):
        counted = canary.handler({}, None)

        assert 0 < counted["answered-ms"] <= counted["mailed-ms"] < 30_000
        said = json.loads(capsys.readouterr().out)
        (metrics,) = said["_aws"]["CloudWatchMetrics"]
        alarm = RECIPE["Resources"]["CanaryAlarm"]["Properties"]
        assert alarm["MetricName"] in {each["Name"] for each in metrics["Metrics"]}
        assert (
            alarm["Namespace"]["Fn::Sub"].replace("${PorticoStack}", "portico")
            == (metrics["Namespace"])
        )
        with urllib.request.urlopen(f"{house.origin}/_local/mailbox.json") as answer:
            assert "simulator.amazonses.com" in answer.read().decode()

    def test_fails_where_no_mail_goes_out(self, canary, monkeypatch, capsys):
        monkeypatch.setenv("ADDRESS", "nobody@simulator.amazonses.com")

        with pytest.raises(RuntimeError, match=r"the mail is not out: code\.withheld"):
            canary.handler({}, None)
        assert "mailed-ms" not in capsys.readouterr().out.partition("CloudWatchMetrics")[2]

    def test_gives_each_mailbox_fewer_mails_a_day_than_a_stranger_may_ask_for(self, canary):
        from portico.limits.rules import MAILBOX

        a_day = 24 * 3600 / canary.EVERY
        assert a_day / canary.MAILBOXES <= MAILBOX.for_strangers().a_day
        rule = RECIPE["Resources"]["EveryTenMinutes"]["Properties"]
        assert rule["ScheduleExpression"] == f"rate({canary.EVERY // 60} minutes)"

    def test_fits_into_a_template(self):
        assert len(CANARY["Code"]["ZipFile"]) <= MOST_OF_INLINE_CODE
