"""How the Python client sends a request, and sends it again (clients/python/src/portico_team/transport.py)."""

import pytest

from portico_team import OutOfReach, Portico, Problem, Unwelcome
from portico_team.contract import NotSignedIn, RoleTooSmall, TooManyRequests, TryLater
from tests.python_client.conftest import KEY

READ = {"settings": {"id": "acme"}}


def problem(kind, status, **more):
    return {"type": kind, "title": "T", "status": status, "detail": "D.", "instance": "r-1", **more}


class TestARequest:
    def test_carries_the_key_and_names_its_workspace(self, scripted):
        scripted.answers = [(200, {}, READ)]

        assert scripted.client().read_settings() == READ

        (asked,) = scripted.asked
        assert asked.path == "/v1/workspaces/acme/settings"
        assert asked.headers["authorization"] == f"Bearer {KEY}"
        # A key that comes with an Origin is refused: it would be a browser's.
        assert "origin" not in asked.headers

    def test_has_a_body_a_query_and_an_id_with_odd_letters(self, scripted):
        scripted.answers = [(200, {}, {"ok": True})]
        transport = scripted.client().transport

        told = transport.ask(
            "PUT",
            "/links/x",
            query={"ended": True, "limit": 5, "cursor": None, "of": "a&b"},
            body={"label": "Zoë"},
            headers={"if-match": '"0"', "idempotency-key": None},
        )

        assert told == {"ok": True}
        (asked,) = scripted.asked
        assert dict(asked.args) == {"ended": "true", "limit": "5", "of": "a&b"}
        assert asked.json == {"label": "Zoë"}
        assert asked.headers["if-match"] == '"0"'
        assert "idempotency-key" not in asked.headers

    def test_without_an_answers_body_returns_none(self, scripted):
        scripted.answers = [(204, {}, b"")]

        assert scripted.client().transport.ask("POST", "/x") is None

    @pytest.mark.parametrize("status", [301, 302, 307, 308])
    def test_follows_no_redirect_with_its_key(self, scripted, status):
        scripted.answers = [(status, {"location": scripted.url + "/elsewhere"}, {})]

        with pytest.raises(Problem):
            scripted.client().read_settings()

        assert len(scripted.asked) == 1

    def test_that_is_answered_by_somebody_else_is_out_of_reach(self, scripted):
        scripted.answers = [(200, {}, b"<html>hotel wifi")]

        with pytest.raises(OutOfReach, match="not Portico's"):
            scripted.client().read_settings()


class TestARefusal:
    def test_is_the_exception_of_its_type(self, scripted):
        told = problem("role-too-small", 403, needs=["settings:read"])
        scripted.answers = [(403, {}, told)]

        with pytest.raises(RoleTooSmall) as refused:
            scripted.client().read_settings()

        found = refused.value
        assert (found.status, found.needs, found.instance) == (403, ["settings:read"], "r-1")
        assert (found.title, found.detail, found.members) == ("T", "D.", told)
        assert str(found) == "D. It needs settings:read. (role-too-small, 403)"
        assert scripted.waits == []

    @pytest.mark.parametrize(
        ("more", "said"),
        [
            (
                {"errors": [{"field": "email", "reason": "required"}, {"field": "name"}, "x"]},
                "D. email: required (invalid-request, 400)",
            ),
            (
                {"needs": ["links", "sessions"]},
                "D. It needs links or sessions. (invalid-request, 400)",
            ),
            ({"errors": 1, "needs": "links"}, "D. (invalid-request, 400)"),
        ],
        ids=str,
    )
    def test_says_by_itself_what_to_mend(self, scripted, more, said):
        # A script without an except of its own shows nothing but this line.
        scripted.answers = [(400, {}, problem("invalid-request", 400, **more))]

        with pytest.raises(Problem) as refused:
            scripted.client().read_settings()

        assert str(refused.value) == said

    def test_of_the_key_speaks_of_the_key(self, scripted):
        scripted.answers = [(401, {}, problem("not-signed-in", 401))]

        with pytest.raises(NotSignedIn) as refused:
            scripted.client().read_settings()

        assert str(refused.value).startswith("the key is not accepted: ")
        assert refused.value.detail == "D."

    def test_of_a_type_that_came_later_is_a_problem(self, scripted):
        scripted.answers = [(409, {}, problem("sold-out", 409))]

        with pytest.raises(Problem) as refused:
            scripted.client().read_settings()

        assert type(refused.value) is Problem
        assert refused.value.name == "sold-out"

    @pytest.mark.parametrize("body", [b"", b"no", b"[]", b'{"message": "Not Found"}'])
    def test_of_a_gateway_is_a_problem_too(self, scripted, body):
        scripted.answers = [(404, {}, body)]

        with pytest.raises(Problem) as refused:
            scripted.client().read_settings()

        assert (refused.value.status, refused.value.name) == (404, "no problem of Portico's")

    def test_of_the_key_is_not_tried_again(self, scripted):
        scripted.answers = [(401, {}, problem("not-signed-in", 401))]

        with pytest.raises(NotSignedIn):
            scripted.client().read_settings()

        assert len(scripted.asked) == 1


class TestTryingAgain:
    def test_waits_as_long_as_it_is_told(self, scripted):
        later = problem("try-later", 503)
        spent = problem("too-many-requests", 429, retry_after=7)
        scripted.answers = [
            (503, {"retry-after": "2"}, later),
            (429, {"retry-after": "7"}, spent),
            (200, {}, READ),
        ]

        assert scripted.client().read_settings() == READ

        assert scripted.waits == [2, 7]

    @pytest.mark.parametrize("status", [429, 502, 503, 504])
    def test_of_a_gateway_waits_a_little_longer_each_time(self, scripted, status):
        scripted.answers = [*[(status, {}, {"message": "x"})] * 3, (200, {}, READ)]

        assert scripted.client().read_settings() == READ

        for waited, most in zip(scripted.waits, (0.5, 1, 2), strict=True):
            assert most / 2 <= waited <= most

    def test_keeps_the_idempotency_key(self, scripted):
        scripted.answers = [(503, {}, {}), (503, {}, {}), (201, {}, {})]
        transport = scripted.client().transport

        transport.ask("POST", "/links", body={}, headers={"idempotency-key": "one"})

        assert [each.headers["idempotency-key"] for each in scripted.asked] == ["one"] * 3

    def test_ends_where_waiting_does_not_help(self, scripted):
        scripted.answers = [(429, {}, problem("too-many-requests", 429, retry_after=None))]

        with pytest.raises(TooManyRequests) as refused:
            scripted.client().read_settings()

        assert refused.value.retry_after is None
        assert scripted.waits == []

    def test_ends_where_it_would_take_too_long(self, scripted):
        scripted.answers = [(503, {"retry-after": "20"}, problem("try-later", 503))]

        with pytest.raises(TryLater) as refused:
            scripted.client(patience=45).read_settings()

        assert scripted.waits == [20, 20]
        assert refused.value.retry_after == 20

    def test_ends_after_six_tries(self, scripted):
        scripted.answers = [(503, {"retry-after": "0"}, problem("try-later", 503))]

        with pytest.raises(TryLater):
            scripted.client().read_settings()

        assert len(scripted.asked) == 6

    def test_is_done_where_nobody_answers(self):
        waits: list[float] = []
        client = Portico("http://127.0.0.1:9", KEY)
        client.transport.sleep = waits.append

        with pytest.raises(OutOfReach, match=r"no answer from http://127.0.0.1:9"):
            client.read_settings()

        assert len(waits) == 5


class TestWhatCanBeNone:
    @pytest.mark.parametrize(
        "url",
        [
            "http://signin.example.com",
            "signin.example.com",
            "ftp://127.0.0.1",
            "https://",
            "https://ann:secret@signin.example.com",
            "https://signin.example.com?x=1",
            "http://localhost.evil.example",
        ],
    )
    def test_of_addresses_is_refused_before_a_key_leaves(self, url):
        with pytest.raises(Unwelcome, match="is no address like"):
            Portico(url, KEY)

    @pytest.mark.parametrize("url", ["https://x.example", "https://x.example/", "http://[::1]:80"])
    def test_of_addresses_is_not_these(self, url):
        assert Portico(url, KEY).workspace == "acme"

    @pytest.mark.parametrize("key", ["", "acme", KEY[:-1], KEY + "\n", KEY.replace("ptk", "pos")])
    def test_of_keys_is_refused_without_being_said(self, key):
        with pytest.raises(Unwelcome) as refused:
            Portico("https://signin.example.com", key)

        assert not key or key not in str(refused.value)

    def test_is_shown_nowhere(self):
        client = Portico("https://signin.example.com", KEY)

        assert KEY not in repr(client.transport)
