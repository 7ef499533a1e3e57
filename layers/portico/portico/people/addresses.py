"""Normalise email addresses, so that two spellings of one address compare equal.

Nothing here decides that two different addresses belong to one person.
"""

import re
import unicodedata

from portico.errors import InvalidRequest
from portico.ids import digest

LONGEST_EMAIL = 254
"""Characters of a whole address (RFC 5321 4.5.3.1.3, less the angle brackets)."""
LONGEST_LOCAL = 64
LONGEST_DOMAIN = 253
UNMAILABLE = "cannot be mailed to"
"""The reason that the page and the CLI know, and say in words of their own."""

# Characters that RFC 5322 allows only in quotes or around an address. No contact of a portal
# has them, and each could turn one recipient into two.
_SPECIALS = frozenset('"(),:;<>[\\]')
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})
_DOT_ATOM = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*\Z")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\Z")


def normalise(text: str) -> str:
    """Return an email address in its normal form.

    The form is trimmed, NFC and lower case, with the domain as its A-label. It is never
    case-folded, which would merge look-alikes.

    Raises:
        InvalidRequest: *text* is not one address, or longer than 254 characters.
    """
    # Check the length first, so that the steps below never work on a long text.
    if len(text) > 4 * LONGEST_EMAIL:
        raise _invalid("too long")
    address = unicodedata.normalize("NFC", text.strip(" \t\r\n")).lower()
    # NFC again: some accents only join a small letter, so only now do J̌ and ǰ become equal.
    address = unicodedata.normalize("NFC", address)
    local, at, domain = address.rpartition("@")
    if not at or not local or "@" in local:
        raise _invalid("not an email address")
    if any(c in _SPECIALS or unicodedata.category(c) in _UNSEEN for c in address):
        raise _invalid("has a character that we do not allow")
    if len(local) > LONGEST_LOCAL:
        raise _invalid("too long")
    address = f"{local}@{_a_label(domain)}"
    if len(address) > LONGEST_EMAIL:
        raise _invalid("too long")
    return address


def mailable(text: str) -> str:
    """Return the one spelling of an address that a mail can be sent to.

    SES takes no local part beyond ASCII (it has no SMTPUTF8), and we send none in quotes. A
    domain that ends in a number is an IP address, which has no mailboxes.

    Raises:
        InvalidRequest: not one address, or none that can be mailed to.
    """
    address = normalise(text)
    local, _, domain = address.rpartition("@")
    is_encoded = "=?" in local  # mail programs decode such words, also where they must not
    if not _DOT_ATOM.match(local) or is_encoded or domain.rpartition(".")[2].isdecimal():
        raise _invalid(UNMAILABLE)
    return address


def domain_of(text: str) -> str:
    """Return a domain in the form in which addresses have it.

    Raises:
        InvalidRequest: it is none.
    """
    try:
        return normalise(f"x@{text.strip()}").partition("@")[2]
    except InvalidRequest as refused:
        raise InvalidRequest("domain", refused.reason) from None


def masked(email: str) -> str:
    """Return what a stranger may see of an address: ``a•••@example.com``."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}•••@{domain}"


def subject_of(email: str) -> str:
    """Return the subject under which the trail stores what happened to an address."""
    return f"address-{digest(email)[:16]}"


def _a_label(domain: str) -> str:
    # An A-label is longer than what it stands for, so a longer text stands for none.
    if len(domain) > LONGEST_DOMAIN:
        raise _invalid("not a domain")
    if not domain.isascii():
        # Loaded here, because its tables cost every cold start and few addresses need them.
        import idna  # noqa: PLC0415

        try:
            domain = idna.encode(domain, uts46=True).decode()
        except idna.IDNAError:
            raise _invalid("not a domain") from None
    labels = domain.split(".")
    if len(labels) < 2 or not all(_LABEL.match(label) for label in labels):
        raise _invalid("not a domain")
    return domain


def _invalid(reason: str) -> InvalidRequest:
    return InvalidRequest("email", reason)
