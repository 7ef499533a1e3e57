"""What `sam local` is told of the house."""

import json
from typing import Any

import pytest

from local.containers import environments, told_to_sam
from local.emulator import Emulator
from local.stack import Stack


@pytest.fixture
def stack() -> Stack:
    told: dict[str, Any] = {"ResolveLink": {"PEOPLE_TABLE": "people", "FRONT": "http://here/"}}
    return Stack("portico", Emulator("http://127.0.0.1:4566"), {}, {}, told)


class TestSam:
    def test_is_told_where_aws_is_and_not_of_the_front(self, stack):
        assert environments(stack) == {
            "ResolveLink": {
                "PEOPLE_TABLE": "people",
                "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
            }
        }

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
