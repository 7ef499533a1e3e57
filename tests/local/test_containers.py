"""What `sam local` is told of the house, and where the emulated AWS can be heard."""

import json
import subprocess
import sys
from typing import Any

import pytest

from local.bind_address import EVERYWHERE, LOOPBACK, bind_address, dialled, docker_bridge, warning
from local.containers import HOST, environments, told_to_sam
from local.emulator import ROOT, Emulator
from local.stack import Stack

HEARD = """
import socket, sys
from urllib.parse import urlsplit
from local.emulator import emulated_aws

def answers(host, port):
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0

with emulated_aws(bind=sys.argv[1]) as emulator:
    port = urlsplit(emulator.endpoint).port
    print([host for host in ("127.0.0.1", "127.0.0.2", "127.0.0.3") if answers(host, port)])
"""


@pytest.fixture
def stack() -> Stack:
    told: dict[str, Any] = {
        "ResolveLink": {"PEOPLE_TABLE": "people", "FRONT": "http://here/"},
        "SendMail": {"RETRY_QUEUE": "http://127.0.0.1:4566/000000000000/retry"},
    }
    return Stack("portico", Emulator("http://127.0.0.1:4566"), {}, {}, told)


class TestTheEmulatedAWS:
    def test_is_for_this_machine_alone(self):
        assert bind_address(for_containers=False, bridge=None) == LOOPBACK
        assert bind_address(for_containers=False, bridge="172.17.0.1") == LOOPBACK

    def test_is_for_containers_on_dockers_bridge(self):
        assert bind_address(for_containers=True, bridge="172.17.0.1") == "172.17.0.1"

    def test_is_for_everybody_only_where_there_is_no_bridge(self):
        assert bind_address(for_containers=True, bridge=None) == EVERYWHERE

    def test_is_dialled_by_an_address_that_there_is(self):
        assert dialled(EVERYWHERE) == LOOPBACK
        assert dialled("172.17.0.1") == "172.17.0.1"

    def test_says_who_else_can_reach_it(self):
        assert warning(LOOPBACK) == ""
        assert "Every container on this machine" in warning("172.17.0.1")
        assert "Whoever can reach this machine over the network" in warning(EVERYWHERE)

    @pytest.mark.parametrize(("told", "heard"), [((), [LOOPBACK]), (("127.0.0.2",), ["127.0.0.2"])])
    def test_listens_where_it_is_told_to_and_nowhere_else(self, told, heard):
        # In a process of its own: this one may speak to 127.0.0.1 alone.
        call = HEARD if told else HEARD.replace("bind=sys.argv[1]", "")
        done = subprocess.run(
            [sys.executable, "-c", call, *told],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout.strip() == str(heard)

    def test_is_opened_to_containers_by_the_makefile_when_asked(self):
        def runs(*given: str) -> bool:
            command = ["make", "--dry-run", "run", *given]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
            assert "-m local --port" in done.stdout
            return "--sam-local" in done.stdout

        assert runs("SAM_LOCAL=1")
        assert not runs()
        assert not runs("SAM_LOCAL=0")


class TestDockersBridge:
    def test_has_the_address_of_its_interface(self):
        assert docker_bridge("lo") == LOOPBACK

    def test_is_none_where_there_is_no_such_interface(self):
        assert docker_bridge("nowhere0") is None


class TestSam:
    def test_is_told_where_aws_is_and_not_of_the_front(self, stack):
        assert environments(stack)["ResolveLink"] == {
            "PEOPLE_TABLE": "people",
            "AWS_ENDPOINT_URL": f"http://{HOST}:4566",
        }

    def test_is_told_of_queues_where_a_container_finds_them(self, stack):
        told = environments(stack)["SendMail"]
        assert told["RETRY_QUEUE"] == f"http://{HOST}:4566/000000000000/retry"

    def test_is_told_as_long_as_the_house_is_open(self, stack, tmp_path):
        path = tmp_path / "env.json"

        with told_to_sam(stack, tmp_path):
            assert json.loads(path.read_text()) == environments(stack)

        assert not path.exists()

    def test_is_told_of_the_first_house_if_there_are_two(self, stack, tmp_path):
        second = Stack("portico", Emulator("http://127.0.0.1:4567"), {}, {}, stack.environments)

        with told_to_sam(stack, tmp_path):
            with told_to_sam(second, tmp_path):
                pass
            assert json.loads((tmp_path / "env.json").read_text()) == environments(stack)
