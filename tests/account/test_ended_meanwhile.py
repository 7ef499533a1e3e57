"""A session that ends between the read and the write changes nothing any more (account/owner.py)."""

import pytest

from tests.account.test_ways_in import GOOGLE, gives, unlinks

__all__ = ["gives"]

NOT_SIGNED_IN = (401, "not-signed-in")


class TestASessionThatEndsMeanwhile:
    """Whoever signs out here, somebody else may still have the page open in another tab."""

    @pytest.fixture
    def changes(self, ann, gives, portal):
        """What a young session may change of its own account, each ready to be sent."""
        portal.sets(account_deletion=True, connections=[GOOGLE])
        gives["account"]("google")
        gives["password"]()
        ann.asks_to_move("ann@new.example")
        portal.delivers_mail()
        code = portal.mailed_code()
        return {
            "deletes the account": lambda: ann.asks("DELETE /v1/account"),
            "moves to another address": lambda: ann.confirms_the_move(code),
            "takes the password away": lambda: ann.asks("DELETE /v1/account/password"),
            "takes an account away": lambda: unlinks(ann, "google"),
        }

    @pytest.mark.parametrize(
        "change",
        [
            "deletes the account",
            "moves to another address",
            "takes the password away",
            "takes an account away",
        ],
    )
    def test_changes_nothing(self, ann, changes, portal, wire, change):
        before = portal.rows("people")
        wire.before("dynamodb.TransactWriteItems", lambda: ann.browser.signs_out(ann.token))

        answer = changes[change]()

        assert answer.problem == NOT_SIGNED_IN
        assert portal.rows("people") == before
