"""Asking a name server: over a socket, as one answers."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pytest

from cli.dns_lookup import NameServer, NoAnswer

type Answer = Callable[[bytes], bytes]


def labels(name: str) -> bytes:
    return b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"


def answering(*records: tuple[int, bytes], code: int = 0, cut: bool = False) -> Answer:
    """An answer with these records, each of the name that was asked for, as a pointer to it."""

    def answer(question: bytes) -> bytes:
        asked = question[12 : question.index(b"\0", 12) + 5]
        flags = 0x8180 | code | (0x0200 if cut else 0)
        head = question[:2] + struct.pack("!5H", flags, 1, 0 if cut else len(records), 0, 0)
        rows = b"".join(
            b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 60, len(data)) + data
            for kind, data in records
        )
        return head + asked + (b"" if cut else rows)

    return answer


def both_at_one_port() -> tuple[socket.socket, socket.socket]:
    """Sockets of UDP and TCP. A port that is free in one may be taken in the other."""
    for _ in range(50):
        line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        line.bind(("127.0.0.1", 0))
        try:
            return line, socket.create_server(line.getsockname())
        except OSError:
            line.close()
    raise AssertionError("no port is free in both")


def until_closed(work: Callable[[], None]) -> None:
    """Serve, if the test has not ended by then: its sockets are closed when it has."""
    with suppress(OSError):
        work()


@pytest.fixture
def serving() -> Iterator[Callable[..., NameServer]]:
    """A name server that answers over UDP, and with *whole* over TCP."""
    with ExitStack() as stack:

        def serve(answer: Answer, whole: Answer | None = None) -> NameServer:
            line, tcp = map(stack.enter_context, both_at_one_port())
            port = tcp.getsockname()[1]

            def over_udp() -> None:
                question, asker = line.recvfrom(512)
                line.sendto(answer(question), asker)

            def over_tcp() -> None:
                talk, _ = tcp.accept()
                with talk:
                    said = (whole or answer)(talk.recv(512)[2:])
                    talk.sendall(struct.pack("!H", len(said)) + said[:5])
                    talk.sendall(said[5:])

            for work in (over_udp, over_tcp):
                threading.Thread(target=until_closed, args=(work,), daemon=True).start()
            return NameServer("127.0.0.1", port)

        yield serve


class TestANameServer:
    def test_says_texts_in_one_piece(self, serving):
        server = serving(answering((16, b"\x06v=spf1\x05 ~all"), (16, b"\x01x")))

        assert server.records("example.com", "TXT") == ["v=spf1 ~all", "x"]

    def test_says_hosts_in_small_letters_with_their_preference(self, serving):
        server = serving(answering((15, struct.pack("!H", 10) + labels("MX.Example.NET"))))

        assert server.records("example.com", "MX") == ["10 mx.example.net"]

    def test_follows_pointers(self, serving):
        server = serving(answering((5, b"\x03abc\xc0\x0c")))

        assert server.records("example.com", "CNAME") == ["abc.example.com"]

    def test_leaves_out_what_was_not_asked_for(self, serving):
        server = serving(answering((5, labels("other.example")), (16, b"\x01x")))

        assert server.records("example.com", "TXT") == ["x"]

    def test_knows_no_such_name(self, serving):
        assert serving(answering(code=3)).records("nobody.example.com", "TXT") == []

    def test_is_asked_anew_where_an_answer_was_too_long(self, serving):
        server = serving(answering(cut=True), answering((16, b"\x04long")))

        assert server.records("example.com", "TXT") == ["long"]

    def test_that_is_away_leaves_it_to_the_next(self, serving):
        there = serving(answering((16, b"\x01x")))
        server = NameServer("::1", there.port, others=(there.host,))

        assert server.records("example.com", "TXT") == ["x"]

    @pytest.mark.parametrize(
        "answer",
        [answering(code=2), lambda _: b"", lambda _: b"x" * 40, answering((5, b"\xc0\x00" * 9))],
        ids=["fails", "nothing", "noise", "a name without end"],
    )
    def test_that_answers_badly_gives_no_answer(self, serving, answer, monkeypatch):
        monkeypatch.setattr("cli.dns_lookup.WAITS", 0.2)

        with pytest.raises(NoAnswer):
            serving(answer).records("example.com", "CNAME")


class TestWhichOne:
    def test_is_the_machines_own(self, tmp_path):
        file = tmp_path / "resolv.conf"
        file.write_text("# ours\nsearch example.com\nnameserver 192.0.2.53\nnameserver ::1\n")

        assert NameServer.of_this_machine(file) == NameServer("192.0.2.53", others=("::1",))
        with pytest.raises(NoAnswer):
            NameServer.of_this_machine(tmp_path / "none")

    def test_is_one_that_was_named(self):
        assert NameServer.parse("192.0.2.53") == NameServer("192.0.2.53")
        assert NameServer.parse("::1#5353") == NameServer("::1", 5353)
        with pytest.raises(ValueError, match="dns"):
            NameServer.parse("dns.example.com")
