"""A mail as the bytes that SES sends."""

import re
import secrets
from base64 import encodebytes
from binascii import b2a_qp
from datetime import datetime
from email.generator import BytesGenerator
from email.header import Header
from email.message import Message
from email.utils import format_datetime
from io import BytesIO

from portico.mail.letters import Letter
from portico.mail.mail_logo import Logo
from portico.mail.plain import plain_name
from portico.mail.render import RenderedLetter, render

# A dot-atom at a domain in its A-label form. The rest of RFC 5322 is refused: quoted local parts,
# comments, lists. SES takes no other local part either (it has no SMTPUTF8).
ADDRESS_SHAPE = re.compile(
    r"(?P<local>[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*)"
    r"@(?P<domain>[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*)",
    re.IGNORECASE | re.ASCII,
)
LONGEST_ADDRESS = 254
LONGEST_LOCAL_PART = 64

# Names that need neither quotes nor encoding, before an address or in a subject.
PLAIN_NAME = re.compile(r"[A-Za-z0-9&'/+_-]+(?: [A-Za-z0-9&'/+_-]+)*")
PLAIN_SUBJECT = re.compile(r"[!-~]+(?: [!-~]+)*")
LONGEST_PLAIN_TEXT = 60
LONGEST_LINE = 78


def compose(letter: Letter, *, sender: str, at: datetime) -> bytes:
    """Build the mail, with CRLF line ends and quoted-printable bodies.

    The text comes first, then the HTML, with the logo if there is a usable one. It has no
    Reply-To, and no link or picture of another site.

    Args:
        letter: what to say, and to whom.
        sender: the address that SES may send from.
        at: when the mail leaves, with a time zone.

    Raises:
        ValueError: *sender* or the recipient is not exactly one plain address (MAI-01).
    """
    who = _from_line(plain_name(letter.sender_name), check_address(sender))
    whom = f"To: {check_address(letter.to)}\r\n"
    rendered = render(letter)
    what = f"Subject: {_encoded('Subject', rendered.subject, unless=PLAIN_SUBJECT)}\r\n"
    others = {
        "Date": format_datetime(at),
        "Message-ID": f"<{secrets.token_hex(16)}@{sender.rpartition('@')[2]}>",
        # From RFC 3834, and Exchange's own: no holiday note or ticket system should answer (MAI-04).
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": rendered.language,
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in others.items())
    # The library must not fold text that somebody chose. CPython 3.13.0 drops the quotes of a long
    # name, which makes it one more address, and it joins the encoded words of a subject.
    return (who + whom + what + lines).encode("ascii") + _bytes(_bodies(rendered))


def check_address(address: str) -> str:
    """Let exactly one plain address through, unchanged.

    Raises:
        ValueError: it is a list, has a name, a comment, a quote, a control or a character beyond
            ASCII, or is too long. The message does not repeat it.
    """
    match = ADDRESS_SHAPE.fullmatch(address)
    if match is None or len(address) > LONGEST_ADDRESS:
        raise ValueError("not exactly one plain mail address")
    # Clients decode an encoded word even where RFC 2047 forbids it.
    if len(match["local"]) > LONGEST_LOCAL_PART or "=?" in match["local"]:
        raise ValueError("not the local part of a plain mail address")
    return address


def _from_line(name: str, address: str) -> str:
    if not name:
        return f"From: {address}\r\n"
    shown = _encoded("From", name, unless=PLAIN_NAME)
    gap = " " if len(f"From: {shown} <{address}>") <= LONGEST_LINE else "\r\n "
    return f"From: {shown}{gap}<{address}>\r\n"


def _encoded(header: str, text: str, *, unless: re.Pattern[str]) -> str:
    if unless.fullmatch(text) and len(text) <= LONGEST_PLAIN_TEXT:
        return text
    # The whole text becomes encoded words, so that none of it can be read as syntax.
    return Header(text, "utf-8", header_name=header).encode(linesep="\r\n")


def _bytes(mail: Message) -> bytes:
    # Not by email.policy: its parser of structured headers costs most of a mail's CPU, and those
    # headers that need care are written here.
    whole = BytesIO()
    BytesGenerator(whole, mangle_from_=False).flatten(mail, linesep="\r\n")
    return whole.getvalue()


def _bodies(rendered: RenderedLetter) -> Message:
    html = _text(rendered.html, "html")
    if rendered.logo is not None:
        html = _multipart("related", html, _picture(rendered.logo, rendered.logo_id))
    mail = _multipart("alternative", _text(rendered.text, "plain"), html)
    mail["MIME-Version"] = "1.0"
    return mail


def _multipart(kind: str, *parts: Message) -> Message:
    whole = Message()
    whole["Content-Type"] = f"multipart/{kind}"
    for each in parts:
        whole.attach(each)
    return whole


def _text(text: str, kind: str) -> Message:
    encoded = b2a_qp(f"{text}\n".encode()).decode("ascii")
    return _part(f'text/{kind}; charset="utf-8"', "quoted-printable", encoded)


def _picture(logo: Logo, logo_id: str) -> Message:
    part = _part("image/png", "base64", encodebytes(logo.png).decode("ascii"))
    part["Content-Disposition"] = 'inline; filename="logo.png"'
    part["Content-ID"] = f"<{logo_id}>"
    return part


def _part(kind: str, encoding: str, content: str) -> Message:
    part = Message()
    part["Content-Type"] = kind
    part["Content-Transfer-Encoding"] = encoding
    part.set_payload(content)
    return part
