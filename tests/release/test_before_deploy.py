"""What `make deploy` asks before it deploys: is this too far behind the stack that runs?"""

import subprocess
import sys

import pytest

from release import before_deploy
from tests.cli.conftest import exchange, wire
from tests.support.doors import ROOT

ANSWERS = """\
[prod.deploy.parameters]
stack_name = "portico"
region = "eu-west-1"
"""


__all__ = ["exchange", "wire"]


@pytest.fixture
def asks(wire, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", wire.url)

    def asks(answers: str = ANSWERS) -> tuple[int, str]:
        (tmp_path / "deployments.toml").write_text(answers)
        command = [
            "before_deploy",
            "--answers",
            str(tmp_path / "deployments.toml"),
            "--stage",
            "prod",
        ]
        monkeypatch.setattr(sys, "argv", command)
        return before_deploy.main(), capsys.readouterr().err

    return asks


class TestADeployment:
    def test_too_far_back_is_refused_in_words(self, asks, wire):
        wire.stacks = {"portico": {"Version": "0.9.0", "SafeBackTo": "0.8.0"}}

        code, said = asks()

        assert code == 1
        assert "The stack runs 0.9.0" in said
        assert "Deploy 0.8.0 first" in said

    @pytest.mark.parametrize("back_to", ["0.4.0", "0.1.0"])
    def test_forward_or_one_release_back_goes_on(self, asks, wire, back_to):
        wire.stacks = {"portico": {"Version": "0.9.0", "SafeBackTo": back_to}}

        assert asks() == (0, "")

    def test_over_a_release_that_says_nothing_goes_on(self, asks, wire):
        wire.stacks = {"portico": {"ApiUrl": "https://signin.acme.test"}}

        assert asks() == (0, "")

    def test_of_the_first_time_goes_on(self, asks, wire):
        wire.stacks = {}

        assert asks() == (0, "")

    @pytest.mark.parametrize(
        "answers", ["", "[prod.build.parameters]\n", '[prod.deploy.parameters]\nregion = "x"\n']
    )
    def test_that_was_not_answered_yet_is_left_to_sam(self, asks, answers):
        assert asks(answers) == (0, "")

    def test_without_credentials_is_left_to_sam(self, asks, monkeypatch, tmp_path):
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
            monkeypatch.delenv(name, raising=False)
        for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            monkeypatch.setenv(name, str(tmp_path / "none"))
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

        assert asks() == (0, "")

    def test_is_asked_for_before_sam_asks_anything(self):
        shown = subprocess.run(
            ["make", "--dry-run", "deploy", "STAGE=prod"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip

        asked, deploys = shown.index("-m release.before_deploy"), shown.index("sam deploy --guided")
        assert asked < deploys
        assert "--stage prod" in shown[asked:deploys]
