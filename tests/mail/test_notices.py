"""What a notice of a connected account says, in text and in HTML
(mail/letters.py, mail/render.py)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from portico.mail.languages import LANGUAGES, words_of
from portico.mail.letters import Change, NoticeLetter
from portico.mail.mime import compose
from portico.mail.render import render
from tests.mail.mail_reader import attributes_in, parsed, seen_in, tags_in, text_of

AT = datetime(2025, 5, 3, 14, 22, tzinfo=UTC)
A_NOTICE = NoticeLetter(
    change=Change.IDENTITY_LINKED,
    account="Facebook",
    language="en",
    workspace_name="Acme Support",
    sender_name="Acme Support",
    accent_color=None,
    logo=None,
    to="ann@example.com",
    host="signin.acme.example",
    happened_at=AT,
    device="Firefox (Windows)",
)
UNDO = "https://signin.acme.example/acme#undo=und_acme_abc.def"
UNDONE = replace(A_NOTICE, change=Change.EMAIL_CHANGED, account="", undo_url=UNDO)
every_language = pytest.mark.parametrize("language", LANGUAGES)


CONSOLE = "https://signin.acme.example/acme/team"
JOINED = replace(A_NOTICE, change=Change.TEAM_JOINED, account="agent", console_url=CONSOLE)


@every_language
class TestWelcomeToATeam:
    def test_leads_to_the_console(self, language):
        rendered = render(replace(JOINED, language=language))
        opens = words_of(language).say("team_joined", "open")

        assert f"{opens}:\n{CONSOLE}\n" in rendered.text
        assert rendered.html.count(f'href="{CONSOLE}"') == 1
        assert opens in seen_in(rendered.html)


class TestAConsole:
    @pytest.mark.parametrize(
        "url",
        [f"{CONSOLE}#l=x", "https://evil.example/team", "javascript:alert(1)", f"{CONSOLE}?x"],
    )
    def test_is_our_own_and_nothing_else(self, url):
        with pytest.raises(ValueError, match="address of a console"):
            replace(JOINED, console_url=url)


@every_language
class TestEveryNotice:
    def test_says_what_where_when_and_from_which_browser(self, language):
        rendered = render(replace(A_NOTICE, language=language))

        for part in (rendered.text, seen_in(rendered.html)):
            assert "Facebook" in part
            assert "Acme Support" in part
            assert words_of(language).moment(AT) in part
            assert "Firefox (Windows)" in part
        assert "Acme Support" in rendered.subject

    def test_says_what_to_do_if_it_was_not_you(self, language):
        rendered = render(replace(A_NOTICE, language=language))
        not_you = words_of(language).say("identity_linked", "not_you")

        assert not_you in rendered.text
        assert not_you in seen_in(rendered.html)

    def test_has_no_link_and_no_code(self, language):
        rendered = render(replace(A_NOTICE, language=language))

        for part in (rendered.subject, rendered.text, rendered.html):
            assert "://" not in part
            assert "href" not in part
        assert not tags_in(rendered.html) & {"a", "button", "form", "img", "link", "script"}
        assert not [name for name in attributes_in(rendered.html) if name.startswith("on")]
        assert "@signin" not in rendered.text
        assert 'class="code' not in rendered.html

    @pytest.mark.parametrize("name", ["<a href=//evil>x</a>", "https://evil.example", "{account}"])
    def test_takes_names_for_text(self, language, name):
        letter = replace(A_NOTICE, language=language, account=name, workspace_name=name)

        rendered = render(letter)

        assert tags_in(rendered.html) == tags_in(render(A_NOTICE).html)
        assert "://" not in rendered.text + rendered.html + rendered.subject
        assert "evil.example" not in rendered.text + seen_in(rendered.html)
        assert "<" not in rendered.text

    def test_leaves_a_browser_out_that_it_does_not_know(self, language):
        rendered = render(replace(A_NOTICE, language=language, device="call 555-0100"))

        assert "555-0100" not in rendered.text + rendered.html

    @pytest.mark.parametrize("change", Change)
    def test_names_the_workspace_once(self, language, change):
        rendered = render(replace(A_NOTICE, language=language, change=change))

        assert rendered.text.count("Acme Support") == 1
        assert rendered.html.split("</head>")[1].count("Acme Support") == 2, (
            "once in the inbox line"
        )

    def test_says_when_by_the_contacts_own_clock(self, language):
        rendered = render(replace(A_NOTICE, language=language, time_zone="Asia/Tokyo"))

        for part in (rendered.text, seen_in(rendered.html)):
            assert words_of(language).moment(AT, zone="Asia/Tokyo") in part

    def test_undoes_with_one_button_that_says_so(self, language):
        rendered = render(replace(UNDONE, language=language))
        undo = words_of(language).say("email_changed", "undo")

        assert rendered.html.count(UNDO) == 1
        assert undo in seen_in(rendered.html)
        assert UNDO not in seen_in(rendered.html)
        assert f"{undo}:\n{UNDO}\n" in rendered.text


class TestANotice:
    def test_escapes_an_ampersand_in_html_alone(self):
        rendered = render(replace(A_NOTICE, account="Smith & Co"))

        assert "Smith &amp; Co" in rendered.html
        assert "Smith & Co" in rendered.text

    def test_leaves_as_a_mail_that_no_robot_answers(self):
        mail = parsed(compose(A_NOTICE, sender="no-reply@signin.acme.example", at=AT))

        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["Subject"] == "A sign-in was connected at Acme Support"
        assert "Facebook was connected" in text_of(mail)

    def test_keeps_the_address_out_of_its_repr(self):
        assert "ann@example.com" not in repr(A_NOTICE)

    def test_refuses_what_is_no_host(self):
        with pytest.raises(ValueError, match="host"):
            replace(A_NOTICE, host="https://evil.example")

    def test_refuses_a_time_without_a_zone(self):
        with pytest.raises(ValueError, match="zone"):
            replace(A_NOTICE, happened_at=AT.replace(tzinfo=None))
