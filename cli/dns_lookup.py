"""Ask a name server for records, as RFC 1035 has it: what the doctor of mail needs, and no more."""

import ipaddress
import secrets
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

KINDS = {"CNAME": 5, "MX": 15, "TXT": 16}
CNAME, MX, TXT = KINDS["CNAME"], KINDS["MX"], KINDS["TXT"]
WAITS = 3.0
"""Seconds for an answer, twice."""
_NO_SUCH_NAME = 3
_HEADER = struct.Struct("!6H")
_RESOLVERS = Path("/etc/resolv.conf")


class NoAnswer(Exception):
    """The name server does not answer, or not with records."""


@dataclass(frozen=True, slots=True)
class NameServer:
    """A name server that looks records up for us."""

    host: str
    port: int = 53

    @classmethod
    def of_this_machine(cls, file: Path = _RESOLVERS) -> "NameServer":
        """Return the one that this machine asks.

        Raises:
            NoAnswer: no file says which.
        """
        try:
            lines = file.read_text().splitlines()
        except OSError:
            lines = []
        for line in lines:
            words = line.split()
            if len(words) > 1 and words[0] == "nameserver":
                return cls(words[1])
        raise NoAnswer(f"{file} names no name server: say which with --dns")

    @classmethod
    def parse(cls, text: str) -> "NameServer":
        """Read an IP address, with a port behind a ``#`` if it is not 53.

        Raises:
            ValueError: it is none.
        """
        host, _, port = text.partition("#")
        return cls(str(ipaddress.ip_address(host)), int(port or 53))

    def records(self, name: str, kind: str) -> list[str]:
        """Return the records of a name, sorted: hosts in lower case without the last dot.

        An ``MX`` is ``<preference> <host>``. No record, and no such name, is an empty list.

        Raises:
            NoAnswer: the server does not answer.
        """
        asked = secrets.randbelow(1 << 16)
        question = _question(asked, name, KINDS[kind])
        for _ in range(2):
            try:
                answer = self._over_udp(question)
                if answer[2] & 2:
                    # Too long for one datagram.
                    answer = self._over_tcp(question)
                if _HEADER.unpack_from(answer)[0] == asked:
                    return sorted(_records(answer, KINDS[kind]))
            except (OSError, struct.error, IndexError, UnicodeError):
                continue
        raise NoAnswer(f"{self.host} does not answer for {name}")

    def _over_udp(self, question: bytes) -> bytes:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as line:
            line.settimeout(WAITS)
            line.connect((self.host, self.port))
            line.send(question)
            return line.recv(65535)

    def _over_tcp(self, question: bytes) -> bytes:
        with socket.create_connection((self.host, self.port), timeout=WAITS) as line:
            line.sendall(struct.pack("!H", len(question)) + question)
            whole = b""
            while len(whole) < 2 or len(whole) - 2 < struct.unpack_from("!H", whole)[0]:
                more = line.recv(65535)
                if not more:
                    raise OSError("the answer ends early")
                whole += more
            return whole[2:]


def _question(asked: int, name: str, kind: int) -> bytes:
    labels = b"".join(
        bytes([len(part)]) + part for part in name.rstrip(".").encode("ascii").split(b".")
    )
    # With recursion, and room for 1,232 bytes (RFC 6891).
    edns = b"\0" + struct.pack("!HHIH", 41, 1232, 0, 0)
    head = _HEADER.pack(asked, 0x0100, 1, 0, 0, 1)
    return head + labels + b"\0" + struct.pack("!HH", kind, 1) + edns


def _records(answer: bytes, kind: int) -> list[str]:
    _, flags, questions, answers, _, _ = _HEADER.unpack_from(answer)
    if flags & 15 == _NO_SUCH_NAME:
        return []
    if flags & 15:
        raise OSError("the name server refuses")
    at = _HEADER.size
    for _ in range(questions):
        at = _name(answer, at)[1] + 4
    found = []
    for _ in range(answers):
        at = _name(answer, at)[1]
        got, _, _, length = struct.unpack_from("!HHIH", answer, at)
        at += 10
        if got == kind:
            found.append(_text(answer, at, length, kind))
        at += length
    return found


def _text(answer: bytes, at: int, length: int, kind: int) -> str:
    if kind == CNAME:
        return _name(answer, at)[0]
    if kind == MX:
        (preference,) = struct.unpack_from("!H", answer, at)
        return f"{preference} {_name(answer, at + 2)[0]}"
    parts, end = [], at + length
    while at < end:
        size = answer[at]
        parts.append(answer[at + 1 : at + 1 + size])
        at += 1 + size
    return b"".join(parts).decode("utf-8", "replace")


def _name(answer: bytes, at: int) -> tuple[str, int]:
    """Read a name, and where what follows it begins."""
    labels, after, jumps = [], None, 0
    while size := answer[at]:
        if size >= 0xC0:
            after = after or at + 2
            at = struct.unpack_from("!H", answer, at)[0] & 0x3FFF
            jumps += 1
            if jumps > len(answer):
                raise OSError("a name without end")
            continue
        labels.append(answer[at + 1 : at + 1 + size].decode("ascii"))
        at += 1 + size
    return ".".join(labels).lower(), after or at + 1
