"""What a code mail says, in text and in HTML."""

import re
from datetime import timedelta

import pytest

from portico.codes.rules import read_code
from portico.mail.languages import LANGUAGES, words_of
from portico.mail.letters import Purpose
from portico.mail.render import DEFAULT_ACCENT, render
from tests.mail.mail_reader import attributes_in, seen_in, tags_in

every_language = pytest.mark.parametrize("language", LANGUAGES)
every_purpose = pytest.mark.parametrize("purpose", Purpose)


@every_language
@every_purpose
class TestEveryMail:
    def test_shows_the_code_once_and_ends_with_the_bound_line(self, a_letter, language, purpose):
        text = render(a_letter(language=language, purpose=purpose)).text

        *above, last = text.splitlines()
        assert "\n".join(above).count("4F2-9KXB") == 1
        assert "4F29KXB" not in "\n".join(above)
        assert last == "@signin.acme.example #4F29KXB"

    def test_shows_the_same_in_html(self, a_letter, language, purpose):
        seen = seen_in(render(a_letter(language=language, purpose=purpose)).html)

        assert seen.count("4F2-9KXB") == 1
        assert seen.count("4F29KXB") == 1
        assert seen.endswith("@signin.acme.example #4F29KXB")

    def test_says_label_life_moment_browser_and_workspace(self, a_letter, language, purpose):
        rendered = render(a_letter(language=language, purpose=purpose))
        words = words_of(language)

        for part in (rendered.text, seen_in(rendered.html)):
            assert "KQ" in part
            assert words.minutes(10) in part
            assert words.moment(a_letter().asked_at) in part
            assert "Firefox (Windows)" in part
            assert "Acme Support" in part

    def test_names_the_workspace_once(self, a_letter, a_logo, language, purpose):
        for logo in (None, a_logo):
            rendered = render(a_letter(language=language, purpose=purpose, logo=logo))

            assert rendered.text.count("Acme Support") == 1
            assert rendered.html.count("Acme Support") == 2, "and once in the title, for nobody"

    def test_says_when_by_the_contacts_own_clock(self, a_letter, language, purpose):
        letter = a_letter(language=language, purpose=purpose, time_zone="Asia/Tokyo")
        rendered = render(letter)

        for part in (rendered.text, seen_in(rendered.html)):
            assert words_of(language).moment(letter.asked_at, zone="Asia/Tokyo") in part
            assert "23:22" in part

    def test_says_what_to_do_if_it_was_not_you(self, a_letter, language, purpose):
        rendered = render(a_letter(language=language, purpose=purpose))
        not_you = words_of(language).say(purpose.value, "not_you")

        assert not_you in rendered.text
        assert not_you in seen_in(rendered.html)

    def test_has_no_link_no_button_and_no_picture_from_elsewhere(self, a_letter, language, purpose):
        rendered = render(a_letter(language=language, purpose=purpose))

        for part in (rendered.subject, rendered.text, rendered.html):
            assert "http" not in part
            assert "href" not in part
            assert "://" not in part
            assert "url(" not in part
        assert not tags_in(rendered.html) & {"a", "button", "form", "input", "link", "script"}
        assert "img" not in tags_in(rendered.html)
        assert not [name for name in attributes_in(rendered.html) if name.startswith("on")]

    def test_can_be_pasted_whole_into_the_page(self, a_letter, language, purpose):
        rendered = render(a_letter(language=language, purpose=purpose))

        assert read_code(rendered.text) == "4F29KXB"
        assert read_code(seen_in(rendered.html)) == "4F29KXB"


class TestTheSubject:
    @every_language
    @every_purpose
    def test_has_the_label_and_no_code(self, a_letter, language, purpose):
        subject = render(a_letter(language=language, purpose=purpose)).subject

        assert "KQ" in subject
        assert "Acme Support" in subject
        assert "4F2" not in subject

    @every_language
    def test_has_the_code_where_the_workspace_wants_it(self, a_letter, language):
        subject = render(a_letter(language=language, code_in_subject=True)).subject

        assert subject.count("4F2-9KXB") == 1
        assert "KQ" in subject

    def test_starts_with_the_code_so_that_a_phone_shows_it(self, a_letter):
        subject = render(a_letter(code_in_subject=True)).subject

        assert subject == "4F2-9KXB · Your sign-in code for Acme Support (KQ)"

    def test_differs_by_purpose(self, a_letter):
        subjects = {render(a_letter(purpose=purpose)).subject for purpose in Purpose}

        assert len(subjects) == len(Purpose)


class TestTheInboxLine:
    @every_language
    def test_gives_away_nothing_that_looks_like_a_code(self, a_letter, language):
        preheader = words_of(language).say("preheader", minutes=words_of(language).minutes(10))
        html = render(a_letter(language=language)).html

        hidden = html[html.index("display:none") : html.index("</div>")]
        assert preheader in hidden
        assert not re.search(r"[A-Z0-9]{3,}(?!;)", preheader)
        assert "KQ" not in hidden

    def test_is_filled_up_so_that_the_code_does_not_follow_it(self, a_letter):
        html = render(a_letter()).html

        assert html[html.index("display:none") : html.index("</div>")].count("&zwnj;") >= 50


class TestTheLife:
    def test_is_never_rounded_up(self, a_letter):
        text = render(a_letter(lifetime=timedelta(minutes=9, seconds=59))).text

        assert "within 9 minutes" in text


class TestTheLanguage:
    def test_we_do_not_speak_becomes_english(self, a_letter):
        assert render(a_letter(language="tlh")).language == "en"

    def test_is_told_to_screen_readers(self, a_letter):
        assert '<html lang="fr" dir="ltr">' in render(a_letter(language="fr-CA")).html

    def test_arabic_runs_from_right_to_left_but_its_code_does_not(self, a_letter):
        html = render(a_letter(language="ar")).html

        assert '<html lang="ar" dir="rtl">' in html
        assert "text-align:left" not in html
        assert re.search(r'<span class="code[^>]* dir="ltr"[^>]*>4F2-9KXB</span>', html)

    def test_arabic_isolates_a_latin_name(self, a_letter):
        assert "\u2068Acme Support\u2069" in render(a_letter(language="ar")).text


class TestTheBrand:
    def test_has_the_accent_of_the_workspace(self, a_letter):
        assert "background:#0f766e" in render(a_letter(accent_color="#0f766e")).html

    @pytest.mark.parametrize(
        "color", [None, "", "red", "#fff", '#000000;"><a', "#00000g", "#0f766e\n"]
    )
    def test_falls_back_to_a_calm_colour(self, a_letter, color):
        html = render(a_letter(accent_color=color)).html

        assert f"background:{DEFAULT_ACCENT}" in html
        assert "<a" not in html

    def test_shows_the_logo_from_inside_the_mail(self, a_letter, a_logo):
        rendered = render(a_letter(logo=a_logo))

        assert 'src="cid:logo@signin.acme.example" width="140" height="40"' in rendered.html
        # The sentence below says the name to whoever does not see the picture.
        assert 'alt=""' in rendered.html
        assert "Acme Support" in seen_in(rendered.html)

    @pytest.mark.parametrize(
        "logo",
        [
            None,
            b"",
            b"<svg xmlns='x'/>",
            b"\x89PNG\r\n\x1a\n",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(8),
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1" + bytes(64 * 1024),
        ],
    )
    def test_shows_the_name_where_the_logo_is_not_usable(self, a_letter, logo):
        rendered = render(a_letter(logo=logo))

        assert rendered.logo is None
        assert "img" not in tags_in(rendered.html)
        assert "Acme Support" in seen_in(rendered.html)

    def test_of_a_workspace_without_a_name_is_its_host(self, a_letter):
        assert "signin.acme.example" in render(a_letter(workspace_name=" \u200b ")).subject


class TestTheOrigin:
    def test_is_left_out_where_it_is_not_known(self, a_letter):
        text = render(a_letter(device=None)).text

        assert "Requested on 3 May 2025, 14:22 UTC.\n" in text

    def test_is_left_out_where_it_is_not_one_of_our_own_texts(self, a_letter):
        text = render(a_letter(device="your bank, call 555-0100")).text

        assert "555-0100" not in text
        assert "Requested on 3 May 2025, 14:22 UTC.\n" in text


class TestMAI05:
    """No attacker's text or link in a mail to an unproven address; HTML is escaped."""

    @pytest.mark.parametrize(
        "name",
        [
            "<a href=//evil>click</a>",
            "https://evil",
            "<https://evil>",
            "https:https:////evil",
            "ht<tps:/</evil",
            "www.evil.example",
            "//evil.example/x",
            '"><img src=x onerror=alert(1)>',
            "{{ code }} {code} %(code)s",
        ],
    )
    @every_language
    def test_a_name_is_only_ever_text(self, a_letter, name, language):
        rendered = render(a_letter(workspace_name=name, language=language))

        plain = tags_in(render(a_letter(language=language)).html)
        assert tags_in(rendered.html) == plain
        for part in (rendered.subject, rendered.text, rendered.html):
            assert "://" not in part
            assert "//evil" not in part
        assert "<" not in rendered.text
        assert rendered.text.count("4F2-9KXB") == 1
        for part in (rendered.text, seen_in(rendered.html)):
            assert "evil.example" not in part

    def test_an_ampersand_is_escaped_in_html_alone(self, a_letter):
        rendered = render(a_letter(workspace_name='Smith & Söhne\'s "Desk"'))

        assert "Smith &amp; Söhne&#39;s &#34;Desk&#34;" in rendered.html
        assert 'Smith & Söhne\'s "Desk"' in rendered.text
        assert 'Smith & Söhne\'s "Desk"' in rendered.subject

    def test_five_kilobytes_of_name_are_cut(self, a_letter):
        usual = len(render(a_letter()).text)
        rendered = render(a_letter(workspace_name="evil " * 1000))

        assert len(rendered.subject) < 150
        assert len(rendered.text) < usual + 400

    @every_language
    def test_the_mail_shows_workspace_life_and_not_you(self, a_letter, language):
        text = render(a_letter(language=language)).text
        words = words_of(language)

        assert "Acme Support" in text
        assert words.minutes(10) in text
        assert words.say("sign_in", "not_you", workspace="Acme Support") in text


@every_language
class TestAMailThatConnects:
    def test_says_what(self, a_letter, language):
        rendered = render(a_letter(language=language, purpose=Purpose.LINK, account="Face<b>book"))

        assert "Facebbook" in rendered.text
        assert "Facebbook" in seen_in(rendered.html)

    def test_says_that_it_was_chosen_where_it_has_no_name(self, a_letter, language):
        rendered = render(a_letter(language=language, purpose=Purpose.LINK))

        assert words_of(language).say("link", "account") in rendered.text

    def test_is_the_only_one_that_speaks_of_it(self, a_letter, language):
        rendered = render(a_letter(language=language, purpose=Purpose.SIGN_IN, account="Facebook"))

        assert "Facebook" not in rendered.text
