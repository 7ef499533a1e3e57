"""``portico guide``: the ways in that a workspace offers, and no others (Y18)."""

import json
import re
from html.parser import HTMLParser
from string import Formatter

import pytest

from cli.guide_document import CONTINUES, WORDS, WORDS_OF_PAGE, Guide
from portico.mail.languages import LANGUAGES
from portico.people.rules import Workspace
from tests.docs.test_docs import ROOT

GOOGLE = {"id": "google", "kind": "google", "label": "Google", "on": True}
X = {"id": "x", "kind": "x", "label": "X", "on": False}
HEADINGS = {
    "code": "With a code by email",
    "password": "With an email and a password",
    "google": "With Google",
    "x": "With X",
    "sign_up": "If you are new to us",
}
MARKUP = '<img src="https://evil.test/x.png" onerror="alert(1)">'


def home(**settings):
    return Workspace("acme", "Acme Support", "https://portal.acme.test", **settings)


def words(language):
    return json.loads((WORDS / f"{language}.json").read_text())


class Page(HTMLParser):
    """What a browser would make of a guide."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.words = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)


class TestAGuide:
    @pytest.mark.parametrize(
        ("settings", "offered"),
        [
            ({}, {"code"}),
            ({"password_method": True}, {"code", "password"}),
            ({"password_method": True, "code_method": False}, {"password"}),
            ({"connections": [GOOGLE, X]}, {"code", "google"}),
            ({"connections": [GOOGLE], "sso_method": False}, {"code"}),
            ({"sign_up": True}, {"code", "sign_up"}),
            (
                {
                    "sign_up": True,
                    "password_method": True,
                    "connections": [GOOGLE],
                    "directory_rule": "sso_only",
                },
                {"google"},
            ),
        ],
    )
    def test_y18_has_exactly_the_ways_that_are_offered(self, settings, offered):
        text = Guide(home(**settings), "en").text()

        assert {name for name, heading in HEADINGS.items() if heading in text} == offered

    def test_y18_says_how_a_first_password_is_set(self):
        text = Guide(home(password_method=True), "en").text()

        assert "Choose “Forgot password?” and type your primary email" in text
        assert "Use it to set your first password" in text

    def test_names_the_domains_that_may_sign_up(self):
        text = Guide(home(sign_up=True, sign_up_domains=["example.com"]), "en").text()

        assert "You can sign up with an address at: example.com." in text

    @pytest.mark.parametrize(
        ("rule", "said"), [("match_required", "one of the other ways"), ("sso_only", "only, with")]
    )
    def test_tells_of_the_directory(self, rule, said):
        text = Guide(home(directory_rule=rule, connections=[GOOGLE]), "en").text()

        assert said in text
        assert "sends a code there" not in text

    def test_begins_at_the_portal_or_at_a_link(self):
        link = "https://signin.acme.test/acme#l=lnk_x"

        assert "Open https://portal.acme.test in your" in Guide(home(), "en").text()
        assert f"Open {link} in your" in Guide(home(), "en", link).text()

    def test_quotes_the_buttons_as_the_page_has_them(self):
        module = ROOT / "functions/sign_in_page/static/assets/providers.js"
        continues = re.findall(r"(\w+): \{[^}]*words: \"continue_with\"", module.read_text())

        assert set(continues) == CONTINUES


@pytest.mark.parametrize("language", LANGUAGES)
class TestALanguage:
    def test_has_every_sentence_with_what_it_is_filled_with(self, language):
        def blanks(sentences):
            return {
                name: {field for _, field, _, _ in Formatter().parse(text) if field}
                for name, text in sentences.items()
            }

        assert blanks(words(language)) == blanks(words("en"))

    def test_speaks_by_the_pages_own_buttons(self, language):
        settings = {"password_method": True, "sign_up": True, "connections": [GOOGLE]}
        text = Guide(home(**settings), language).text()
        page = json.loads((WORDS_OF_PAGE / f"{language}.json").read_text())

        for label in (
            "email_me",
            "use_password",
            "forgot_password",
            "password_set",
            "need_account",
        ):
            assert page[label] in text, label
        assert "{" not in text

    def test_is_marked_in_the_page(self, language):
        (tag, attributes), *_ = Page(Guide(home(), language).html()).tags

        assert tag == "html"
        assert attributes == {"lang": language, "dir": words(language)["direction"]}


class TestThePage:
    def test_needs_nothing_but_itself(self):
        page = Page(Guide(home(connections=[GOOGLE]), "en").html())

        loading = {"src", "srcset", "data", "action", "background"}
        assert not [each for each in page.tags if loading & each[1].keys()]
        assert not [each for each in page.tags if each[0] in ("script", "link", "img", "iframe")]
        assert "url(" not in Guide(home(), "en").html()
        assert [e["href"] for tag, e in page.tags if tag == "a"] == ["https://portal.acme.test"]

    def test_shows_names_as_they_are_written(self):
        odd = Workspace(
            "acme",
            f"{MARKUP}{{title}}",
            "https://portal.acme.test",
            connections=[{**GOOGLE, "label": MARKUP}],
            accent_color="red;}body{display:none",
        )

        page = Page(Guide(odd, "en").html())

        assert "img" not in {tag for tag, _ in page.tags}
        assert f"{MARKUP}{{title}}" in "".join(page.words)
        assert "display:none" not in Guide(odd, "en").html()

    def test_wears_the_workspaces_colour(self):
        assert "#2456e6" in Guide(home(accent_color="#2456e6"), "en").html()

    def test_has_one_heading_for_each_part(self):
        tags = [tag for tag, _ in Page(Guide(home(), "en").html()).tags]

        assert tags.count("h1") == 1
        assert tags.count("h2") == tags.count("section") == 4


class TestTheCommand:
    def test_shows_the_text_in_the_workspaces_language(self, acme):
        acme.says("workspace", "set", "acme", "--locale", "de")

        assert acme.says("guide", "acme").stdout.startswith("ZUM ERSTEN MAL BEI ACME SUPPORT")

    def test_shows_a_page(self, acme):
        said = acme.says("guide", "acme", "--html", "--language", "ar").stdout

        assert said.startswith('<!doctype html>\n<html lang="ar" dir="rtl">')

    def test_writes_all_languages_in_both_forms(self, acme, tmp_path):
        told = acme.told("guide", "acme", "--output", str(tmp_path / "new"))

        names = {f"sign-in-acme.{each}.{end}" for each in LANGUAGES for end in ("html", "txt")}
        assert {each.name for each in (tmp_path / "new").iterdir()} == names
        assert len(told["files"]) == len(names)

    def test_writes_what_was_asked_for(self, acme, tmp_path):
        acme.says("guide", "acme", "--output", str(tmp_path), "--text", "--language", "fr")

        assert [each.name for each in tmp_path.iterdir()] == ["sign-in-acme.fr.txt"]

    def test_begins_at_a_shared_link(self, acme):
        url = acme.told("link", "create", "acme")["url"]

        assert url in acme.says("guide", "acme", "--link", url).stdout

    def test_takes_no_personal_link(self, acme):
        acme.says("contact", "add", "acme", "--name", "Ann", "--email", "ann@example.com")
        url = acme.told("link", "create", "acme", "--contact", "ann@example.com")["url"]

        assert "personal" in acme.refused("guide", "acme", "--link", url)

    def test_takes_no_link_that_has_ended_or_is_none(self, acme):
        told = acme.told("link", "create", "acme")
        acme.says("link", "revoke", "acme", told["link"]["id"])

        assert "no such link, or the link has ended" in acme.refused(
            "guide", "acme", "--link", told["url"]
        )
        elsewhere = told["url"].replace("signin.acme.test", "evil.test")
        assert "a whole URL" in acme.refused("guide", "acme", "--link", elsewhere)

    def test_says_that_there_is_no_way_in(self, acme):
        acme.says("workspace", "set", "acme", "--no-code-method")

        result = acme.says("guide", "acme")

        assert "no way to sign in" in result.stderr

    def test_wants_a_folder_for_more_than_one(self, acme):
        said = acme.refused("guide", "acme", "--html", "--text", code=2)

        assert "--output DIR" in said

    def test_speaks_no_other_language(self, acme):
        assert "en de fr" in acme.refused("guide", "acme", "--language", "xx", code=2)

    def test_has_no_guide_to_nowhere(self, acme):
        assert "no workspace nowhere" in acme.refused("guide", "nowhere")
