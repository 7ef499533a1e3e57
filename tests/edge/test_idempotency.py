"""Doing a request once (portico/edge/idempotency.py)."""

from dataclasses import dataclass

import pytest

from portico.edge.idempotency import LONGEST_IDEMPOTENCY_KEY, IdempotencyKey
from portico.errors import InvalidRequest, OtherBody
from portico.events import Caller
from portico.ids import parse_challenge


@dataclass(frozen=True)
class Asked:
    label: str
    scope: str = ""


def key(text="press-1", who="acme|ct_ann|keys", body=None):
    caller = Caller("r1", "signin.acme.test", "203.0.113.9", idempotency_key=text)
    return IdempotencyKey.of(caller, who, body or Asked("Help desk"))


class TestAnId:
    def test_is_the_same_for_a_repeat_and_fits_our_ids(self):
        assert key().random_part() == key().random_part()
        assert str(parse_challenge(f"chl_acme_{key().random_part()}"))

    @pytest.mark.parametrize(
        "other",
        [{"text": "press-2"}, {"who": "acme|ct_ben|keys"}, {"who": "globex|ct_ann|keys"}],
        ids=str,
    )
    def test_is_another_for_another_key_or_caller(self, other):
        assert key(**other).random_part() != key().random_part()

    def test_is_another_for_each_thing_of_one_request(self):
        assert len({key().random_part(index) for index in range(100)}) == 100

    def test_does_not_depend_on_the_body(self):
        assert key(body=Asked("Other")).random_part() == key().random_part()


class TestABody:
    def test_is_the_same_in_whatever_order(self):
        key(body={"a": 1, "b": 2}).demand_same(key(body={"b": 2, "a": 1}).body)

    @pytest.mark.parametrize("body", [Asked("Other"), Asked("Help desk", "x"), {"a": "\ud800"}])
    def test_of_another_request_is_refused(self, body):
        with pytest.raises(OtherBody):
            key(body=body).demand_same(key().body)


class TestAKey:
    @pytest.mark.parametrize("text", [None, "", "x" * (LONGEST_IDEMPOTENCY_KEY + 1)], ids=str)
    def test_that_is_missing_or_too_long_is_refused(self, text):
        with pytest.raises(InvalidRequest):
            key(text)
