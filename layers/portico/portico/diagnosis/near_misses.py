"""Addresses that somebody may have meant: pure guesses, the likeliest first, a hundred at most."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from portico.aws.tables import MOST_AT_ONCE

OFTEN = (
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com icloud.com me.com "
    "aol.com proton.me gmx.de gmx.net web.de t-online.de freenet.de orange.fr free.fr laposte.net "
    "wanadoo.fr hotmail.fr yahoo.fr libero.it virgilio.it hotmail.it hotmail.es yahoo.es uol.com.br "
    "bol.com.br terra.com.br yahoo.co.jp docomo.ne.jp yahoo.co.uk hotmail.co.uk btinternet.com"
).split()
"""Domains of mailboxes that many people have."""
ENDINGS = {"con": "com", "cmo": "com", "om": "com", "cm": "com", "co": "com", "comm": "com", "ocm": "com", "nte": "net", "ogr": "org", "ed": "de"}  # fmt: skip
"""Top-level domains as they are mistyped."""
LETTERS = "eanirostlcdumhpgbkyfwvzjxq0123456789"
"""The likeliest to have been left out first."""


def near_misses(email: str, *, domains: Iterable[str] = ()) -> list[str]:
    """Return the addresses that *email* may have been meant to be, but not itself.

    One slip at a time: of the domain, of a dot or a plus, of a letter doubled, missing, too many
    or swapped.

    Args:
        email: in its normal form.
        domains: those that the workspace itself names.
    """
    local, _, domain = email.rpartition("@")
    guesses = chain(
        (f"{local}@{each}" for each in _domains(domain, [*domains, *OFTEN])),
        (f"{each}@{domain}" for each in chain(_signs(local), _slips(local), _missing(local))),
    )
    fresh = dict.fromkeys(each for each in guesses if each != email and not each.startswith("@"))
    return list(islice(fresh, MOST_AT_ONCE))


def _domains(domain: str, known: Iterable[str]) -> Iterator[str]:
    rest, _, ending = domain.rpartition(".")
    if ending in ENDINGS:
        yield f"{rest}.{ENDINGS[ending]}"
    for each in known:
        if each != domain and is_one_slip(domain, each):
            yield each


def _signs(local: str) -> Iterator[str]:
    yield local.partition("+")[0]
    yield local.replace(".", "")
    for n, each in enumerate(local):
        if each in ".-_":
            yield local[:n] + local[n + 1 :]
            for other in ".-_":
                yield local[:n] + other + local[n + 1 :]


def _slips(local: str) -> Iterator[str]:
    for n in range(len(local) - 1):
        yield local[:n] + local[n + 1] + local[n] + local[n + 2 :]
    for n in range(len(local)):
        yield local[:n] + local[n + 1 :]
    for n, each in enumerate(local):
        # Doubled letters are left out most often.
        yield local[:n] + each + local[n:]
    for n in range(1, len(local)):
        yield f"{local[:n]}.{local[n:]}"


def _missing(local: str) -> Iterator[str]:
    for each in LETTERS:
        for n in range(len(local) + 1):
            yield local[:n] + each + local[n:]


def is_one_slip(typed: str, meant: str) -> bool:
    """Say whether one letter is missing, too many, wrong, or swapped with its neighbour."""
    short, long = sorted((typed, meant), key=len)
    if len(long) - len(short) > 1 or typed == meant:
        return False
    n = next((n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[n:] == long[n + 1 :]
    is_swapped = short[n : n + 2] == long[n : n + 2][::-1] and short[n + 2 :] == long[n + 2 :]
    return is_swapped or short[n + 1 :] == long[n + 1 :]
