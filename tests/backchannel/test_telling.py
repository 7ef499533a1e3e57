"""The token, and every kind of server that it may meet (backchannel/receivers.py)."""

import logging
import os
import socket
import threading
import time
from contextlib import suppress

import pytest
from urllib3.connection import HTTPConnection

from portico.backchannel.portal_sign_outs import FIRST_TELL_AGAIN, MOST_TELLS
from portico.backchannel.receivers import NotTold, tell
from portico.openid.id_token_hint import Hint
from portico.sessions.access_token_check import TokenChecker
from portico.sso import transport
from tests.sessions.tokens import read
from tests.support.doors import ORIGIN, knock, stream_record
from tests.support.openid_site import Site, header_of


@pytest.fixture
def message(held, ann, backchannel):
    """What is on the queue after Ann has signed out."""
    ann.signs_out()
    backchannel.spreads()
    (found,) = backchannel.queued()
    return found


@pytest.fixture
def token(message, backchannel, receiver):
    backchannel.tries(message)
    (found,) = receiver.tokens
    return found


class TestALogoutToken:
    def test_says_who_is_signed_out_where_and_by_what_key(self, portal, held, token):
        claims = held.site.reads(token)

        assert header_of(token)["typ"] == "logout+jwt"
        assert header_of(token)["kid"] == header_of(held.id_token)["kid"]
        assert claims.pop("jti")
        now = int(portal.now.timestamp())
        assert claims == {
            "iss": ORIGIN,
            "aud": held.site.client_id,
            # A second before: the portal's clock may be behind ours, and may allow for nothing.
            "iat": now - 1,
            "exp": now + 120,
            "toe": now,
            "sub": portal.ann.id,
            "sid": read(held.id_token).claims["sid"],
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        }

    def test_has_no_nonce_and_nothing_about_the_contact(self, token):
        assert {"nonce", "email", "name", "workspace"}.isdisjoint(read(token).claims)

    def test_bcl_02_opens_nothing_of_ours(self, portal, held, token):
        # As a bearer of the two APIs, and as a hint that would end the browser's session.
        bearer = {"authorization": f"Bearer {token}"}
        userinfo = knock("userinfo", "GET /oauth2/userinfo", origin=None, headers=bearer)
        session = knock("session", "GET /v1/session", headers=bearer, query={"workspace": "acme"})
        checker = TokenChecker([os.environ["SIGNING_KEYS"]])

        assert (userinfo.status, session.status) == (401, 401)
        assert Hint.read(checker, token, issuer=ORIGIN) is None


class TestARepeat:
    """BCL-06: the same token once more."""

    def test_is_the_same_one_when_it_is_sent_again(self, portal, message, backchannel, receiver):
        receiver.statuses = [500, 200]
        backchannel.tries(message)
        portal.forward(minutes=5)

        assert backchannel.tries(message, tries=2)
        first, second = (read(each).claims for each in receiver.tokens)
        assert first["jti"] == second["jti"]
        assert (first["sid"], first["toe"]) == (second["sid"], second["toe"])
        # Late, and still good: it is signed anew.
        assert second["exp"] == int(portal.now.timestamp()) + 120

    def test_of_another_portal_is_another_one(self, portal, held, ann, backchannel, receiver):
        other = Site.register(portal, "other", backchannel_logout_uri=receiver.uri)
        other.signs_in(ann)
        backchannel.lines()
        ann.signs_out()
        backchannel.tells()

        first, second = (read(each).claims for each in receiver.tokens)
        assert first["jti"] != second["jti"]
        assert {first["aud"], second["aud"]} == {held.site.client_id, other.client_id}

    def test_from_a_stream_that_delivers_twice_is_the_same_one(self, held, ann, backchannel):
        ann.signs_out()
        backchannel.spreads()
        first = backchannel.queued()
        backchannel.seen.clear()
        backchannel.spreads()

        assert backchannel.queued() == first


class TestTheRequest:
    def test_is_a_form_with_the_token_and_nothing_else(self, token, receiver):
        (sent,) = receiver.requests

        assert (sent["method"], sent["path"]) == ("POST", "/backchannel-logout")
        assert sent["type"] == "application/x-www-form-urlencoded"
        assert sent["cookie"] is None
        assert sent["body"] == f"logout_token={token}"


class TestAReceiver:
    """BCL-03: whatever it answers."""

    @pytest.mark.parametrize("status", [200, 202, 204])
    def test_that_says_yes_is_done_with(self, message, backchannel, receiver, status):
        receiver.statuses, receiver.body = [status], b""

        assert backchannel.tries(message)

    @pytest.mark.parametrize("status", [302, 307, 400, 403, 404, 410, 500, 503])
    def test_that_says_no_is_told_again(self, message, backchannel, receiver, status):
        receiver.statuses = [status]
        receiver.headers = [("location", f"{receiver.origin}/elsewhere")]

        assert not backchannel.tries(message)
        # A redirect is not followed: the token was for this address.
        assert [each["path"] for each in receiver.requests] == ["/backchannel-logout"]

    def test_that_was_down_is_told_when_it_is_up(self, message, backchannel, receiver):
        receiver.statuses = [503, 503, 200]

        assert [backchannel.tries(message, tries=n) for n in (1, 2, 3)] == [False, False, True]

    def test_is_asked_again_later_and_later(self, message, backchannel, receiver, monkeypatch):
        waits = []
        monkeypatch.setattr(
            "portico.backchannel.portal_sign_outs.put_back",
            lambda queue, receipt, *, after: waits.append(after),
        )
        receiver.statuses = [500]
        for n in range(1, MOST_TELLS + 1):
            assert not backchannel.tries(message, tries=n)

        assert waits[0] == FIRST_TELL_AGAIN
        assert waits == sorted(waits)
        assert max(waits).total_seconds() <= 3600

    def test_sees_nothing_of_its_answer_in_the_log(self, message, backchannel, receiver, caplog):
        receiver.statuses = [500]
        with caplog.at_level(logging.WARNING, "portico.backchannel"):
            backchannel.tries(message, tries=MOST_TELLS)

        (line,) = [each for each in caplog.records if each.name == "portico.backchannel"]
        assert (line.cause, line.portal, line.tries, line.is_last) == (
            "status 500",
            "help",
            10,
            True,
        )
        (token,) = receiver.tokens
        said = str(vars(line))
        assert token not in said
        assert receiver.body.decode() not in said

    def test_with_an_endless_answer_is_done_with_at_its_status(
        self, message, backchannel, receiver
    ):
        receiver.body = b"x" * (2 * transport.LARGEST_ANSWER)

        assert backchannel.tries(message)

    def test_that_is_not_there_is_told_again(self, portal, ann, backchannel):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        site = Site.register(portal, backchannel_logout_uri=f"http://127.0.0.1:{port}/out")
        site.signs_in(ann)
        backchannel.lines()
        ann.signs_out()

        assert backchannel.tells() == [False]


@pytest.fixture
def slow_server():
    """A server that takes a request and says what it is given, a piece at a time."""
    stop = threading.Event()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()

        def serve(pieces, pause):
            def run():
                # Whoever is told leaves early, and so does a test, whose socket is closed then.
                with suppress(OSError):
                    connection, _ = listening.accept()
                    with connection:
                        connection.recv(65536)
                        for each in pieces:
                            if stop.wait(pause):
                                return
                            connection.sendall(each)
                        stop.wait(30)

            threading.Thread(target=run, daemon=True).start()
            return f"http://127.0.0.1:{listening.getsockname()[1]}/out"

        yield serve
        stop.set()


class TestASlowReceiver:
    """BCL-03: however long it takes."""

    @pytest.fixture(autouse=True)
    def shorter(self, monkeypatch):
        monkeypatch.setattr(transport, "PROVIDER_READ_TIMEOUT", 0.3)
        monkeypatch.setattr(transport, "ANSWER_TIME", 0.4)

    def test_that_says_nothing_is_left(self, slow_server):
        begun = time.perf_counter()
        with pytest.raises(NotTold):
            tell(slow_server([], 0.0), "token", loopback=True)
        assert time.perf_counter() - begun < 2

    def test_that_sends_its_head_byte_by_byte_is_left(self, slow_server):
        # Each byte comes in time, so that no read ever times out.
        head = b"HTTP/1.1 200 OK\r\nx-slow: " + b"x" * 200
        begun = time.perf_counter()
        with pytest.raises(NotTold):
            tell(slow_server([bytes([each]) for each in head], 0.1), "token", loopback=True)
        assert time.perf_counter() - begun < 2

    def test_that_sends_its_head_byte_by_byte_after_a_slow_connect_is_left(
        self, slow_server, monkeypatch
    ):
        # Two of a name's three addresses may answer nothing, and take all of the time.
        def connects_slowly(connection):
            time.sleep(0.6)
            return connected(connection)

        connected = HTTPConnection._new_conn
        monkeypatch.setattr(HTTPConnection, "_new_conn", connects_slowly)
        head = b"HTTP/1.1 200 OK\r\nx-slow: " + b"x" * 200
        begun = time.perf_counter()
        with pytest.raises(NotTold):
            tell(slow_server([bytes([each]) for each in head], 0.1), "token", loopback=True)
        assert time.perf_counter() - begun < 2

    def test_that_never_ends_its_body_has_said_yes(self, slow_server):
        answer = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n"

        tell(slow_server([answer], 0.0), "token", loopback=True)


class TestAnAddress:
    """BCL-04: one that a team typed."""

    @pytest.mark.parametrize(
        "url",
        [
            "http://127.0.0.1/out",
            "http://portal.example.com/out",
            "https://127.0.0.1/out",
            "https://169.254.169.254/latest/meta-data/",
            "https://[::1]/out",
            "https://10.0.0.1:8443/out",
            "https://localhost/out",
        ],
    )
    def test_that_is_not_public_is_never_asked(self, url, monkeypatch):
        reached = []
        monkeypatch.setattr(socket.socket, "connect", lambda _, address: reached.append(address))

        with pytest.raises(NotTold):
            tell(url, "token", loopback=False)
        assert reached == []

    def test_of_a_name_that_leads_home_is_never_asked(self, monkeypatch):
        reached = []
        monkeypatch.setattr(socket.socket, "connect", lambda _, address: reached.append(address))
        inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 443))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: inside)

        with pytest.raises(NotTold):
            tell("https://portal.example.com/out", "token", loopback=False)
        assert reached == []


class TestAFault:
    """BCL-06: nothing is lost."""

    @pytest.mark.parametrize("operation", ["dynamodb.GetItem", "kms.Sign"])
    def test_behind_us_leaves_the_message_on_the_queue(
        self, message, backchannel, receiver, wire, operation
    ):
        wire.answer(operation, "InternalServerError")
        assert not backchannel.tries(message)
        wire.mend()

        assert backchannel.tries(message, tries=2)
        assert len(receiver.requests) == 1

    @pytest.mark.parametrize("operation", ["dynamodb.Query", "sqs.SendMessage"])
    def test_before_the_queue_leaves_the_line_on_the_stream(
        self, held, ann, backchannel, wire, operation
    ):
        ann.signs_out()
        (line,) = [each for each in backchannel.lines() if each["name"] == "session.ended"]
        record = stream_record(line)
        wire.answer(operation, "InternalServerError")
        assert len(backchannel.starts(record)) == 1
        wire.mend()

        assert backchannel.starts(record) == []
        assert len(backchannel.queued()) == 1
