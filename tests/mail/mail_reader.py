"""A mail as its reader's software sees it."""

from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser


def parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=default)


def shown(raw: bytes, header: str) -> str:
    """One header in letters. The old reader: the new one puts blanks between encoded words."""
    return str(make_header(decode_header(message_from_bytes(raw)[header])))


def text_of(mail: EmailMessage) -> str:
    return _body(mail, "plain").replace("\r\n", "\n")


def html_of(mail: EmailMessage) -> str:
    return _body(mail, "html").replace("\r\n", "\n")


def seen_in(html: str) -> str:
    """The words that are shown, without title, style and the hidden inbox line."""
    reader = _Reader()
    reader.feed(html)
    return " ".join(" ".join(reader.seen).split())


def tags_in(html: str) -> set[str]:
    reader = _Reader()
    reader.feed(html)
    return reader.tags


def attributes_in(html: str) -> set[str]:
    reader = _Reader()
    reader.feed(html)
    return reader.attributes


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    content = part.get_content()
    assert isinstance(content, str)
    return content


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self._hidden_in: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        is_hidden = tag in ("style", "title") or "display:none" in (dict(attrs).get("style") or "")
        if is_hidden:
            self._hidden_in.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._hidden_in and self._hidden_in[-1] == tag:
            self._hidden_in.pop()

    def handle_data(self, data: str) -> None:
        if not self._hidden_in:
            self.seen.append(data)
