"""``sam deploy --guided``, walked on a terminal as a cloud team walks it: no AWS is needed.

Whatever SAM asks is answered with Enter, but for the one thing that nobody else can know. The walk
ends where SAM would first ask AWS, whose address here is a port that nobody listens at.
"""

import json
import os
import re
import shutil
import subprocess
from typing import Any

import pexpect
import pytest

from tests.support.template import LOCAL, ROOT, template

pytestmark = pytest.mark.slow

SAM = ROOT / ".venv" / "tools" / "bin" / "sam"
ANSWERS = "deployments.toml"
MAIL_FROM = "signin@example.com"
QUESTION = r"\t(?!Looking)(?:\x1b\[1m)?([^\t\r\n=\x1b]+?)(?:\x1b\[0m)? ?(?:\[([^\r\n]*?)\])?(?: \[\w/\w\])?: ?$"
END = "Looking for resources needed for deployment"
PATIENCE = 60
"""Seconds for one question. SAM reads the template anew before some."""
MOST = 60
"""Questions. A prompt without a default is asked again for ever."""


class Walk:
    """One guided deployment, from the first question to the end of the last."""

    def __init__(self, folder, *, stage: str) -> None:
        for name in ("template.yaml", "samconfig.toml"):
            shutil.copy(ROOT / name, folder)
        shutil.copy(ROOT / "samconfig.toml", folder / ANSWERS)
        command = ["deploy", "--guided", "--config-file", ANSWERS, "--config-env", stage]
        kept = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        nowhere = {
            "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
            "AWS_ACCESS_KEY_ID": "nobody",
            "AWS_SECRET_ACCESS_KEY": "nobody",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "1",
            "SAM_CLI_TELEMETRY": "0",
            "NO_COLOR": "1",
        }
        self.asked: list[tuple[str, str]] = []
        """Each question with the default that it shows."""
        self._sam: Any = pexpect.spawn(
            str(SAM), command, cwd=str(folder), env=kept | nowhere, encoding="utf-8",
            timeout=PATIENCE, dimensions=(50, 400),
        )  # fmt: skip

    def walks(self, **typed: str) -> "Walk":
        """Answer every question with Enter, but for those that are named in *typed*."""
        while len(self.asked) < MOST:
            if self._sam.expect([QUESTION, END, pexpect.EOF, pexpect.TIMEOUT]) != 0:
                break
            what = re.sub(r"\x1b\[\d+m", "", self._sam.match[1]).removeprefix("Parameter ")
            self.asked.append((what, self._sam.match[2] or ""))
            self._sam.sendline(typed.get(what, ""))
        self.came_to_the_end = self._sam.after == END
        self._sam.close(force=True)
        return self


@pytest.fixture(scope="module")
def walk(tmp_path_factory) -> Walk:
    return Walk(tmp_path_factory.mktemp("guided"), stage="prod").walks(MailFrom=MAIL_FROM)


class TestTheGuidedDeployment:
    def test_comes_to_its_end_by_enter_and_one_address(self, walk):
        assert walk.came_to_the_end, walk.asked

    def test_asks_each_parameter_once_and_nothing_of_routes(self, walk):
        asked = [what for what, _ in walk.asked]

        assert asked == [
            "Stack Name",
            "AWS Region",
            *template()["Parameters"],
            "Confirm changes before deploy",
            "Allow SAM CLI IAM role creation",
            "Disable rollback",
            "Save arguments to configuration file",
            "SAM configuration file",
            "SAM configuration environment",
        ]

    def test_offers_an_answer_of_the_stage_for_all_but_the_address(self, walk):
        offered = dict(walk.asked)
        stated = {name: str(each.get("Default", "")) for name, each in
                  template()["Parameters"].items()}  # fmt: skip

        of_the_stage = {"Stage": "prod", "LogLevel": "INFO", "LogRetentionDays": "90"}
        assert {name: offered[name] for name in stated} == stated | of_the_stage
        assert [
            name for name, each in template()["Parameters"].items() if "Default" not in each
        ] == ["MailFrom"]

    def test_writes_the_answers_where_git_does_not_look(self, walk):
        assert dict(walk.asked)["SAM configuration file"] == ANSWERS
        ignored = subprocess.run(["git", "check-ignore", ANSWERS], cwd=ROOT, check=False)
        assert ignored.returncode == 0

    def test_is_as_long_as_the_docs_say(self, walk):
        for page in ("README.md", "docs/deploy.md"):
            assert f"asks {len(walk.asked)} questions" in (ROOT / page).read_text(), page

    def test_goes_in_the_order_that_the_docs_say(self, walk):
        asked = [what for what, _ in walk.asked]
        first, last = asked.index("MailIdentity"), asked.index("SigningKeys")
        rows = (ROOT / "docs" / "deploy.md").read_text().partition("\n| SAM asks |")[2]
        cells = re.findall(r"^\| (`[^|]+) \|", rows.partition("\n\n")[0], re.MULTILINE)

        assert [name for cell in cells for name in re.findall("`(?:Parameter )?([^`]+)`", cell)] == [
            *asked[: first + 1], *asked[last : asked.index("SAM configuration file")],
        ]  # fmt: skip
        many = f"`MailIdentity` … `SigningKeys`, {last - first + 1} in all"
        assert many in "\n".join(cells).replace("Parameter ", "")

    def test_is_told_in_the_readme_in_one_sentence(self, walk):
        asked = [what for what, _ in walk.asked]
        found = re.search(r"asks \d+ questions: ([^.]+)\.", (ROOT / "README.md").read_text())
        assert found
        told = [
            "the stack's name", "the region", "the address to mail from",
            f"{asked.index('SigningKeys') - asked.index('MailFrom')} more parameters",
            "confirm changes", "create roles", "rollback", "save your answers",
        ]  # fmt: skip

        assert asked.index("MailFrom") == told.index("the address to mail from")
        assert sorted(told, key=found[1].index) == told

    def test_is_the_road_that_the_docs_and_make_go(self):
        line = f"sam deploy --guided --config-file {ANSWERS} --config-env "
        for page in ("README.md", "docs/deploy.md"):
            assert line in (ROOT / page).read_text(), page
        deploying = subprocess.run(
            ["make", "--dry-run", "deploy", "STAGE=prod"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert f"{line}prod" in deploying.stdout


class TestASecretParameter:
    def test_is_none_since_sam_asks_for_it_until_something_is_typed(self):
        hidden = [name for name, each in template()["Parameters"].items() if "NoEcho" in each]

        assert hidden == []


class TestTheLineThatKeepsSamQuiet:
    def test_changes_nothing_of_the_api(self, tmp_path):
        text = (ROOT / "template.yaml").read_text()
        line = "      Auth: {EnableIamAuthorizer: false}\n"
        assert text.count(line) == 1
        without = tmp_path / "template.yaml"
        without.write_text(text.replace(line, ""))

        assert translated(without) == translated(ROOT / "template.yaml")


def translated(path) -> Any:
    done = subprocess.run(
        [str(LOCAL / "python"), "-P", str(ROOT / "local" / "translate.py"), str(path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
