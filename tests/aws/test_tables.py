"""Rows: opened for one workspace, guarded by conditions, asked with names that never clash."""

import pytest

from portico.aws.tables import (
    ConditionFailed,
    ForeignRow,
    Rows,
    TransactionRefused,
    aliased,
    get_many,
    transact,
)
from portico.aws.values import item_of, row_of
from portico.codes.store import Challenges
from portico.ids import ChallengeId
from portico.links.store import Links
from portico.people.store import People
from portico.sessions.store import SessionStore

ACME = Rows("sign-in", "acme#")
FOREIGN = [
    "globex#contact#ct_1",
    "acme-two#contact#ct_1",
    "acmetwo#x",
    "-net#203.0.113.7#1",
    "acme",
    "",
]


class TestRowsOfOneWorkspace:
    """TEN-03: a flow that is made to ask for another workspace's key gets nowhere."""

    @pytest.mark.parametrize("pk", FOREIGN)
    def test_ten_03_refuse_every_other_key_before_anything_is_sent(self, tables, wire, pk):
        asked = [
            lambda: ACME.get(pk, "x"),
            lambda: ACME.put({"pk": pk, "sk": "x"}, "attribute_not_exists(pk)"),
            lambda: ACME.update(pk, "x", "SET a = :a", "attribute_exists(pk)", {":a": 1}),
            lambda: ACME.putting({"pk": pk, "sk": "x"}, "attribute_not_exists(pk)"),
            lambda: ACME.updating(pk, "x", "SET a = :a", "attribute_exists(pk)", {":a": 1}),
            lambda: ACME.checking(pk, "x", "attribute_exists(pk)"),
            lambda: get_many([(ACME, "acme#workspace", "door"), (ACME, pk, "x")], consistent=True),
        ]

        for ask in asked:
            with pytest.raises(ForeignRow):
                ask()

        assert wire.sent == []

    def test_ten_03_are_all_that_a_store_can_reach(self, tables, wire):
        challenge = ChallengeId("globex", "A" * 22)

        with pytest.raises(ForeignRow):
            Challenges("sign-in", "acme").get(challenge)
        for store in (People("people", "acme"), Links("people", "acme")):
            with pytest.raises(ForeignRow):
                store.rows.get("globex#workspace", "door")
        with pytest.raises(ForeignRow):
            SessionStore("sign-in", "acme").rows.get("globex#contact#ct_1", "session#1")

        assert wire.sent == []

    def test_name_the_workspace_and_nobody_in_what_they_complain_of(self):
        with pytest.raises(ForeignRow) as refused:
            ACME.key("globex#email#zoe@globex.test", "pointer")

        assert "zoe" not in str(refused.value)


class TestAWrite:
    def test_that_its_condition_refuses_tells_what_stood_there(self, tables):
        ACME.put({"pk": "acme#x", "sk": "x", "n": 1}, "attribute_not_exists(pk)")

        with pytest.raises(ConditionFailed) as refused:
            ACME.put({"pk": "acme#x", "sk": "x", "n": 2}, "attribute_not_exists(pk)")

        assert refused.value.row == {"pk": "acme#x", "sk": "x", "n": 1}

    def test_to_nothing_tells_that_nothing_stood_there(self, tables):
        with pytest.raises(ConditionFailed) as refused:
            ACME.update("acme#x", "x", "SET n = :n", "attribute_exists(pk)", {":n": 1})

        assert refused.value.row is None

    def test_in_a_transaction_is_done_with_the_others_or_not_at_all(self, tables):
        put = ACME.putting({"pk": "acme#x", "sk": "x"}, "attribute_not_exists(pk)")
        check = ACME.checking("acme#y", "y", "attribute_exists(pk)")

        with pytest.raises(TransactionRefused) as refused:
            transact({"put": put, "check": check})

        assert refused.value.failed == {"check"}
        assert ACME.get("acme#x", "x") is None


class TestAnExpression:
    def test_has_every_name_behind_an_alias(self):
        text, names = aliased(
            "SET ttl = if_not_exists(ttl, :now), claim_1.at = :at, sent[0] = :size REMOVE event"
        )

        assert text == (
            "SET #ttl = if_not_exists(#ttl, :now), #claim_1.#at = :at, #sent[0] = :size "
            "REMOVE #event"
        )
        assert names == {f"#{name}": name for name in ("ttl", "claim_1", "at", "sent", "event")}

    def test_keeps_functions_and_operators_as_they_are(self):
        text, names = aliased(
            "attribute_not_exists(pk) OR NOT contains(mails, :mail) AND n BETWEEN :a AND :b"
        )

        assert text.startswith("attribute_not_exists(#pk) OR NOT contains(#mails, :mail)")
        assert set(names.values()) == {"pk", "mails", "n"}


class TestAValue:
    @pytest.mark.parametrize(
        "value",
        [
            "",
            "ä\u2028",
            0,
            -1,
            2**60,
            True,
            False,
            None,
            b"\x00\xff",
            [],
            [1, "a", None],
            {"a": {"b": [True]}},
        ],
    )
    def test_comes_back_as_it_was(self, value):
        assert row_of(item_of({"value": value})) == {"value": value}

    def test_that_is_inexact_is_refused(self):
        with pytest.raises(TypeError):
            item_of({"value": 0.1})

    @pytest.mark.parametrize("value", [{"": 1}, {"a": {"": 1}}, [{"": 1}]])
    def test_with_a_member_without_a_name_is_refused(self, value):
        with pytest.raises(ValueError, match="one character at least"):
            item_of({"value": value})

    def test_is_never_truth_for_a_number(self):
        assert item_of({"yes": True, "one": 1}) == {"yes": {"BOOL": True}, "one": {"N": "1"}}
