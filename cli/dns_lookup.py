"""Ask a name server for records: what the doctor of mail needs, by dnspython."""

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dns.exception import DNSException
from dns.resolver import NXDOMAIN, Resolver

WAITS = 3.0
"""Seconds for an answer, twice."""
_RESOLVERS = Path("/etc/resolv.conf")


class NoAnswer(Exception):
    """The name server does not answer, or not with records."""


@dataclass(frozen=True, slots=True)
class NameServer:
    """A name server that looks records up for us, and those that are asked if it does not answer."""

    host: str
    port: int = 53
    others: tuple[str, ...] = ()

    @classmethod
    def of_this_machine(cls, file: Path = _RESOLVERS) -> "NameServer":
        """Return those that this machine asks.

        Raises:
            NoAnswer: no file says which.
        """
        try:
            host, *others = map(str, Resolver(str(file)).nameservers)
        except DNSException as none:
            raise NoAnswer(f"{file} names no name server: say which with --dns") from none
        return cls(host, others=tuple(others))

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

        Of *kind* ``CNAME``, ``MX`` (``<preference> <host>``) or ``TXT``. No record, and no such
        name, is an empty list.

        Raises:
            NoAnswer: the server does not answer.
        """
        resolver = Resolver(configure=False)
        resolver.nameservers = [self.host, *self.others]
        resolver.port = self.port
        resolver.timeout, resolver.lifetime = WAITS, 2 * WAITS
        try:
            answer = resolver.resolve(name, kind, search=False, raise_on_no_answer=False)
        except NXDOMAIN:
            return []
        except DNSException as none:
            raise NoAnswer(f"{self.host} does not answer for {name}") from none
        return sorted(_text(each, kind) for each in answer.rrset or ())


def _text(record: Any, kind: str) -> str:
    match kind:
        case "CNAME":
            return _host(record.target)
        case "MX":
            return f"{record.preference} {_host(record.exchange)}"
        case _:
            return b"".join(record.strings).decode("utf-8", "replace")


def _host(name: Any) -> str:
    return str(name.to_text(omit_final_dot=True)).lower()
