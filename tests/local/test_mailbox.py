"""What the mailbox tells of a message."""

from datetime import UTC, datetime
from email.message import EmailMessage

from local.mailbox import Mailbox, read

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def message(subject: str = "Ihr Code für Fabrik") -> bytes:
    mail = EmailMessage()
    mail["From"] = "Fabrik Müßig <signin@portico.example>"
    mail["To"] = "ann@example.com"
    mail["Subject"] = subject
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("Ihr Code: 4F2-9KXB\n")
    mail.add_alternative('<p>Ihr Code: 4F2-9KXB</p><img src="cid:logo@portico">', subtype="html")
    _, html = mail.iter_parts()
    html.add_related(b"\x89PNG", maintype="image", subtype="png", cid="<logo@portico>")
    return mail.as_bytes()


class TestAMail:
    def test_is_shown_as_its_reader_sees_it(self):
        mail = read(message(), to="ann@example.com", at=NOON)

        assert mail["to"] == "ann@example.com"
        assert mail["from"] == "Fabrik Müßig <signin@portico.example>"
        assert mail["subject"] == "Ihr Code für Fabrik"
        assert "4F2-9KXB" in mail["text"]
        assert mail["html"].startswith("<p>")
        assert mail["headers"]["Auto-Submitted"] == "auto-generated"
        assert mail["at"] == "2026-11-21T12:00:00.000+00:00"

    def test_has_its_pictures_ready_to_show(self):
        mail = read(message(), to="ann@example.com", at=NOON)

        assert mail["inline"] == {"cid:logo@portico": "data:image/png;base64,iVBORw=="}

    def test_of_text_alone_has_no_html(self):
        mail = read(b"Subject: x\r\nFrom: a@b.example\r\n\r\nhi\r\n", to="c@d.example", at=NOON)

        assert (mail["html"], mail["inline"]) == ("", {})


class TestTheMailbox:
    def test_has_the_newest_last(self):
        mailbox = Mailbox(lambda: NOON)

        mailbox.take(message("first"), "ann@example.com")
        mailbox.take(message("second"), "ann@example.com")

        assert [mail["subject"] for mail in mailbox.all()] == ["first", "second"]

    def test_forgets_the_oldest_when_it_is_full(self):
        mailbox = Mailbox(lambda: NOON, kept=2)

        for subject in ("first", "second", "third"):
            mailbox.take(message(subject), "ann@example.com")

        assert [mail["subject"] for mail in mailbox.all()] == ["second", "third"]

    def test_tells_what_came_after_a_mail_that_is_known(self):
        mailbox = Mailbox(lambda: NOON, kept=2)
        for subject in ("first", "second", "third"):
            mailbox.take(message(subject), "ann@example.com")

        assert [mail["id"] for mail in mailbox.all(after=1)] == [2, 3]
        assert [mail["id"] for mail in mailbox.all(after=2)] == [3]
        assert mailbox.all(after=3) == []
