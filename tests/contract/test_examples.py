"""The commands in docs/api.md, pasted one after the other into a terminal beside `make run`."""

import json
import os
import re
import shutil
import subprocess
from typing import Any

import pytest

from tests.contract import api_page
from tests.local.conftest import running_house

pytestmark = [
    pytest.mark.emulated,
    pytest.mark.slow,
    pytest.mark.skipif(not (shutil.which("curl") and shutil.which("openssl")), reason="no curl"),
]

TO_FILL_IN = re.compile(r"^[A-Z]+=.*….*$", re.MULTILINE)
"""What the reader copies from an answer before."""


def test_every_command_is_answered_as_the_contract_says(tmp_path):
    with running_house(tmp_path / "log") as house:
        house.waits_until(lambda: house.is_open() or house.process.poll() is not None, "opening")
        visitor, terminal = house.visitor(), {"P": house.origin}
        for route, command in api_page.examples("sh"):
            done = subprocess.run(
                ["bash", "-euc", TO_FILL_IN.sub("", command)],
                env=os.environ | terminal,
                capture_output=True,
                text=True,
                check=True,
            )
            answer: Any = json.loads(done.stdout) if done.stdout else None
            complaints = [each.message for each in api_page.granted(route).iter_errors(answer)]
            assert complaints == [], f"{command}\n{done.stdout}"
            match route:
                case "POST /v1/codes":
                    terminal["CHALLENGE"] = answer["challenge"]
                    visitor.forward(31)
                case "POST /v1/codes/resend":
                    text = visitor.mail_labelled(answer["label"])["text"]
                    terminal["CODE"] = re.findall(r"\b[0-9A-Z]{3}-[0-9A-Z]{4}\b", text)[0]
                case "POST /v1/codes/verify" | "POST /v1/session/refresh":
                    terminal["TOKEN"] = answer["access_token"]
                    terminal["REFRESH"] = answer["refresh_token"]
