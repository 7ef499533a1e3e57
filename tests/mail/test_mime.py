"""A code mail on the wire."""

import re
from datetime import UTC, datetime
from email.headerregistry import Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portico.mail.languages import LANGUAGES
from portico.mail.letters import Purpose
from portico.mail.mime import check_address, compose
from portico.mail.render import render
from tests.mail.mail_reader import html_of, parsed, shown, text_of

SENDER = "no-reply@acme.example"
NOW = datetime(2025, 5, 3, 14, 22, 5, tzinfo=UTC)
EVERY_HEADER = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Content-Language",
    "Content-Type",
    "MIME-Version",
]

# What header injection is made of, thick enough to be met in every run.
NASTY = st.lists(
    st.sampled_from(
        "\r\n|\n|\r|\u2028|\x0b|\x1c|\x85|\0|Bcc: v@y.example|=?utf-8?q?|=0d=0a|?=".split("|")
    )
    | st.sampled_from(',;"\\<>()@: é名x')
    | st.characters(),
    max_size=40,
).map("".join)


class TestTheHeaders:
    def test_are_these_and_no_others(self, a_letter):
        assert parsed(compose(a_letter(), sender=SENDER, at=NOW)).keys() == EVERY_HEADER

    def test_name_the_workspace_as_the_sender(self, a_letter):
        mail = parsed(compose(a_letter(sender_name="Acme Help"), sender=SENDER, at=NOW))

        assert mail["From"].addresses == (Address("Acme Help", addr_spec=SENDER),)

    @pytest.mark.parametrize(
        "name", ["株式会社アクメ", "Acme, Inc.", 'The "Desk"', "Müller & Söhne", "O'Hara (Help)"]
    )
    def test_keep_a_name_with_all_its_signs(self, a_letter, name):
        raw = compose(a_letter(sender_name=name), sender=SENDER, at=NOW)

        assert parsed(raw)["From"].addresses == (Address(name, addr_spec=SENDER),)
        assert shown(raw, "From") == f"{name} <{SENDER}>"

    def test_do_without_a_name_where_there_is_none(self, a_letter):
        mail = parsed(compose(a_letter(sender_name=" "), sender=SENDER, at=NOW))

        assert mail["From"] == SENDER

    def test_have_one_recipient_without_a_name(self, a_letter):
        mail = parsed(compose(a_letter(to="ann@example.com"), sender=SENDER, at=NOW))

        assert mail["To"].addresses == (Address(addr_spec="ann@example.com"),)

    def test_ask_robots_not_to_answer(self, a_letter):
        mail = parsed(compose(a_letter(), sender=SENDER, at=NOW))

        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["X-Auto-Response-Suppress"] == "All"
        assert "Reply-To" not in mail

    def test_say_when_it_left(self, a_letter):
        mail = parsed(compose(a_letter(), sender=SENDER, at=NOW))

        assert mail["Date"].datetime == NOW

    def test_name_the_mail_after_the_domain_of_the_sender(self, a_letter):
        first, second = (
            parsed(compose(a_letter(), sender=SENDER, at=NOW))["Message-ID"] for _ in range(2)
        )

        assert re.fullmatch(r"<[0-9a-f]{32}@acme\.example>", first)
        assert first != second

    def test_survive_a_domain_as_long_as_they_come(self, a_letter):
        domain = ".".join(["x" * 55] * 4)

        letter = a_letter(to=f"ann@{domain}")
        mail = parsed(compose(letter, sender=f"no-reply@{domain}", at=NOW))

        assert mail["Message-ID"].endswith(f"@{domain}>")
        assert mail["From"].addresses[0].addr_spec == f"no-reply@{domain}"
        assert mail["To"].addresses[0].addr_spec == f"ann@{domain}"

    def test_tell_the_language(self, a_letter):
        mail = parsed(compose(a_letter(language="ja"), sender=SENDER, at=NOW))

        assert mail["Content-Language"] == "ja"


class TestTheBody:
    def test_is_text_first_then_html(self, a_letter):
        mail = parsed(compose(a_letter(), sender=SENDER, at=NOW))

        assert mail.get_content_type() == "multipart/alternative"
        assert [part.get_content_type() for part in mail.iter_parts()] == [
            "text/plain",
            "text/html",
        ]

    def test_carries_the_logo_beside_the_html(self, a_letter, a_logo):
        mail = parsed(compose(a_letter(logo=a_logo), sender=SENDER, at=NOW))

        assert [part.get_content_type() for part in mail.walk()] == [
            "multipart/alternative",
            "text/plain",
            "multipart/related",
            "text/html",
            "image/png",
        ]
        *_, image = mail.walk()
        assert image["Content-ID"] == "<logo@signin.acme.example>"
        assert image.get_content_disposition() == "inline"
        assert image.get_content() == a_logo
        assert "cid:logo@signin.acme.example" in html_of(mail)

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("purpose", Purpose)
    def test_comes_out_as_it_went_in(self, a_letter, language, purpose):
        letter = a_letter(language=language, purpose=purpose)

        mail = parsed(compose(letter, sender=SENDER, at=NOW))

        rendered = render(letter)
        assert mail["Subject"] == rendered.subject
        assert text_of(mail) == rendered.text + "\n"
        assert html_of(mail) == rendered.html + "\n"

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_passes_every_relay_unchanged(self, a_letter, a_logo, language):
        raw = compose(a_letter(language=language, logo=a_logo), sender=SENDER, at=NOW)

        lines = raw.split(b"\r\n")
        assert raw.isascii()
        assert not [line for line in lines if b"\n" in line or b"\r" in line]
        assert max(len(line) for line in lines) <= 78


class TestMAI01:
    """Exactly one envelope recipient equal to the stored address, and no new header."""

    @pytest.mark.parametrize(
        "address",
        [
            "",
            "a",
            "@x",
            "a@",
            "a@x\r\nBcc:v@y",
            "a@x\n",
            "a@x%0aTo:v@y",
            "a\u2028@x",
            "a@x\u2028",
            "a\u001c@x",
            "a@x\u001c",
            "a\0@x",
            "a@x,v@y",
            "a@x;v@y",
            "a@x v@y",
            '"a@x,b"@y',
            '"a b"@y',
            "<a@x>",
            "Ann <a@x>",
            "a@x (c)",
            "a(c)@x",
            "=?utf-8?q?a?=@x",
            "a@[127.0.0.1]",
            "a@x.",
            "a@.x",
            "a@-x",
            "a..b@x",
            ".a@x",
            "a@x@y",
            "mıke@example.org",
            "a@exämple.org",
            "a" * 65 + "@x",
            "a@" + "x" * 64,
            "a@" + ".".join(["x" * 60] * 5),
        ],
    )
    def test_what_is_not_one_plain_address_gets_no_mail(self, a_letter, address):
        with pytest.raises(ValueError, match="plain mail address") as refused:
            compose(a_letter(to=address), sender=SENDER, at=NOW)
        assert len(address) < 3 or address not in str(refused.value)

    def test_a_forged_sender_sends_nothing(self, a_letter):
        with pytest.raises(ValueError, match="plain mail address"):
            compose(a_letter(), sender="no-reply@acme.example\r\nBcc: v@y", at=NOW)

    @pytest.mark.parametrize(
        "address",
        [
            "a@x",
            "ann+portal@example.com",
            "o'hara@example.co.uk",
            "a.b_c-d@sub.example.com",
            "a%0a@example.com",
            "ann@xn--exmple-cua.org",
            "!#$%&'*+/^_`{|}~-=@example.com",
        ],
    )
    def test_a_plain_address_gets_exactly_one(self, a_letter, address):
        mail = parsed(compose(a_letter(to=address), sender=SENDER, at=NOW))

        assert [each.addr_spec for each in mail["To"].addresses] == [address]

    @pytest.mark.parametrize(
        "name",
        [
            "Acme\r\nBcc: v@y.example",
            "Acme\rBcc: v@y.example",
            "Acme\u2028Bcc: v@y.example",
            "Acme\u0085Bcc: v@y.example",
            "=?utf-8?q?Acme=0d=0aBcc:_v@y.example?=",
            "=?utf-8?b?QWNtZQ0KQmNjOiB2QHkuZXhhbXBsZQ==?=",
            'Acme" <v@y.example>, "',
            "v@y.example, w@z.example",
            "Acme (v@y.example)",
            "Acme\\",
            "Acme: v@y.example;",
            # Long enough to be folded, which has cost quoted names their quotes.
            "Bcc: v@y.example" * 5,
            "v@y.example, " * 8,
            "Müller v@y.example, " * 5,
            'Acme" ' * 16 + "v@y.example",
            "x" * 5000,
            "名" * 5000,
        ],
    )
    def test_a_name_adds_no_header_and_no_address(self, a_letter, name):
        letter = a_letter(sender_name=name, workspace_name=name)

        raw = compose(letter, sender=SENDER, at=NOW)

        mail = parsed(raw)
        assert mail.keys() == EVERY_HEADER
        assert [each.addr_spec for each in mail["From"].addresses] == [SENDER]
        assert [each.addr_spec for each in mail["To"].addresses] == ["ann@example.com"]
        assert len(shown(raw, "From")) <= 100 + len(f" <{SENDER}>")

    @settings(deadline=None)
    @given(name=NASTY)
    def test_no_name_at_all_adds_anything(self, a_letter, name):
        letter = a_letter(sender_name=name, workspace_name=name)

        raw = compose(letter, sender=SENDER, at=NOW)

        mail = parsed(raw)
        assert mail.keys() == EVERY_HEADER
        assert not mail.defects
        assert [each.addr_spec for each in mail["From"].addresses] == [SENDER]
        assert [each.addr_spec for each in mail["To"].addresses] == ["ann@example.com"]
        # Blanks aside: between encoded words the two readers of the library disagree on them.
        assert _solid(shown(raw, "Subject")) == _solid(render(letter).subject)

    @settings(deadline=None)
    @given(address=NASTY.map(lambda noise: f"ann{noise}@example.com") | NASTY)
    def test_no_address_at_all_becomes_another(self, a_letter, address):
        try:
            check_address(address)
        except ValueError:
            return

        mail = parsed(compose(a_letter(to=address), sender=SENDER, at=NOW))

        assert mail.keys() == EVERY_HEADER
        assert [each.addr_spec for each in mail["To"].addresses] == [address]


class TestPWD02:
    """The mail knows our host from the settings: there is no request it could believe."""

    def test_the_only_host_in_the_mail_is_the_configured_one(self, a_letter):
        mail = parsed(compose(a_letter(), sender=SENDER, at=NOW))

        for body in (text_of(mail), html_of(mail)):
            assert set(re.findall(r"[\w-]+\.acme\.example", body)) == {"signin.acme.example"}


def _solid(text: str) -> str:
    return "".join(text.split())
