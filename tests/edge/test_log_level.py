"""``LogLevel`` of the template, as Lambda hands it to a door: beside a level of Lambda's own
(edge/door.py, edge/batches.py)."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from portico import edge

ROOMS = Path(next(iter(edge.__path__))).parent

A_DOOR_IN_TROUBLE = """
import logging, os
from portico.edge.door import Door
from portico.errors import TryLater
from portico.settings import ResolveLinkSettings
from tests.support.doors import http_event

door = Door("resolve_link", ResolveLinkSettings.read(os.environ))

@door.reads("GET /")
def breaks(_query, _caller):
    logging.getLogger("portico.mail").error("mail.refused")
    raise TryLater(cause="test")

door(http_event("GET /"), None)
"""
A_BATCH_IN_TROUBLE = """
from portico.edge.batches import Intake

def breaks(_record):
    raise RuntimeError

Intake("send_mail", breaks)({"Records": [{"messageId": "1"}]}, None)
"""
SAID_BY_A_DOOR = [("WARNING", "fault"), ("ERROR", "mail.refused"), ("INFO", "try-later")]
SAID_OF_A_BATCH = [("WARNING", "record.failed")]
ABOVE = {
    "INFO": {"INFO", "WARNING", "ERROR"},
    "WARNING": {"WARNING", "ERROR"},
    "ERROR": {"ERROR"},
}


def lines(program, *, log_level, lambdas):
    """The log lines of a program that starts as a door does: (level, message), and metrics."""
    environment = {
        **os.environ,
        "POWERTOOLS_LOG_LEVEL": log_level,
        "AWS_LAMBDA_LOG_LEVEL": lambdas,
    }
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    # A warning at a cold start would be an alarm in somebody's log.
    assert done.stderr == ""
    read = [json.loads(line) for line in done.stdout.splitlines()]
    metrics = [each for each in read if "_aws" in each]
    return {(each["level"], each["message"]) for each in read if "_aws" not in each}, metrics


class TestADoorsLog:
    @pytest.mark.parametrize("log_level", ABOVE)
    @pytest.mark.parametrize(
        ("program", "said"),
        [(A_DOOR_IN_TROUBLE, SAID_BY_A_DOOR), (A_BATCH_IN_TROUBLE, SAID_OF_A_BATCH)],
        ids=["door", "batch"],
    )
    def test_says_what_its_level_lets_through(self, program, said, log_level):
        found, _ = lines(program, log_level=log_level, lambdas="INFO")

        assert found == {each for each in said if each[0] in ABOVE[log_level]}

    def test_has_metrics_at_any_level(self):
        _, metrics = lines(A_DOOR_IN_TROUBLE, log_level="ERROR", lambdas="INFO")

        assert [each["try-later"] for each in metrics] == [[1.0]]

    def test_warns_nobody_where_lambdas_level_was_raised_by_hand(self):
        found, _ = lines(A_DOOR_IN_TROUBLE, log_level="INFO", lambdas="WARN")

        assert found == {each for each in SAID_BY_A_DOOR if each[0] in ABOVE["WARNING"]}

    def test_is_set_wherever_a_logger_is_made(self):
        # Making one of the same name sets its level anew, to Lambda's.
        makers = {path: path.read_text() for path in ROOMS.rglob("*.py")}
        makers = {path: text for path, text in makers.items() if re.search(r"\bLogger\(", text)}
        careless = [
            path.name
            for path, text in makers.items()
            if not re.search(r"\bLogger\(.*\n.*\n.*setLevel\(log_level\(", text)
        ]
        assert makers
        assert careless == []
