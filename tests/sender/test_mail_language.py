"""A mail that a page asks for is written in the language the page is shown in
(sender/mail_content.py, sender/code_mails.py)."""

import pytest

from portico.people.rules import LOCALES

ANN = "ann@example.com"


def languages(portal) -> list[str]:
    portal.delivers_mail()
    return [mail.language for mail in portal.mails]


class TestTheLanguageOfACodeMail:
    @pytest.mark.parametrize("language", LOCALES)
    def test_is_that_of_the_page(self, portal, language):
        portal.browser.asks_for_a_code(language=language)

        assert languages(portal) == [language]

    def test_goes_before_the_contacts_own(self, portal):
        bea = portal.adds("Bea", "bea@example.com", language="fr")

        portal.browser.asks_for_a_code(bea.email, language="de")

        assert languages(portal) == ["de"]

    def test_is_otherwise_the_contacts_and_then_the_workspaces(self, portal):
        portal.sets(locale="it")
        bea = portal.adds("Bea", "bea@example.com", language="fr")

        portal.browser.asks_for_a_code(bea.email)
        portal.another_browser().asks_for_a_code(ANN)

        assert sorted(languages(portal)) == ["fr", "it"]

    @pytest.mark.parametrize("tag", ["pt-BR", "pt_BR", "PT"])
    def test_may_be_asked_for_by_any_tag_of_it(self, portal, tag):
        portal.browser.asks_for_a_code(language=tag)

        assert languages(portal) == ["pt"]

    @pytest.mark.parametrize("tag", ["", "nl", "tlh", "de\r\nBcc: eve@example.com"])
    def test_that_we_do_not_speak_is_as_if_none_was_asked_for(self, portal, tag):
        bea = portal.adds("Bea", "bea@example.com", language="fr")

        assert portal.browser.asks_for_a_code(bea.email, language=tag).status == 202

        assert languages(portal) == ["fr"]
        assert "language" not in portal.challenge_row()

    def test_must_be_text(self, portal):
        refused = portal.browser.asks_for_a_code(language=7)

        assert refused.problem == (400, "invalid-request")
        assert refused.body["errors"] == [{"field": "language", "reason": "text"}]

    def test_may_change_with_the_page_before_a_resend(self, portal):
        portal.browser.asks_for_a_code(language="de")
        portal.delivers_mail()
        portal.forward(seconds=30)

        portal.browser.asks_again(language="ja")

        assert languages(portal) == ["de", "ja"]

    def test_stays_without_a_word_at_a_resend(self, portal):
        portal.browser.asks_for_a_code(language="de")
        portal.delivers_mail()
        portal.forward(seconds=30)

        portal.browser.asks_again()

        assert languages(portal) == ["de", "de"]

    def test_changes_nothing_that_a_stranger_sees(self, portal, wire):
        told = []
        for who in (ANN, "nobody@example.com"):
            wire.forget()
            answer = portal.another_browser().asks_for_a_code(who, language="ja")
            content = {k: v for k, v in answer.body.items() if k not in ("challenge", "label")}
            told.append((answer.status, content, tuple(wire.operations)))

        assert told[0] == told[1]


class TestTheLanguageOfOtherMails:
    def test_is_the_pages_for_a_new_password(self, portal):
        portal.sets(password_method=True)

        portal.browser.forgets_the_password(language="es")

        assert languages(portal) == ["es"]

    def test_is_the_pages_for_a_sign_up(self, portal):
        portal.sets(sign_up=True)

        portal.browser.signs_up("eve@example.com", language="ar")

        assert languages(portal) == ["ar"]

    def test_stays_with_the_contact_whom_the_code_makes(self, portal):
        portal.sets(sign_up=True)
        portal.browser.signs_up("eve@example.com", language="ar")
        portal.delivers_mail()

        portal.browser.types_the_mailed_code()

        assert portal.team.contact(portal.id, "eve@example.com").language == "ar"

    def test_is_the_pages_for_a_contact_who_signs_up_again(self, portal):
        portal.sets(sign_up=True)
        portal.browser.signs_up(ANN, language="ja")
        portal.delivers_mail()  # withholds the code, and asks for the notice

        assert languages(portal) == ["ja"]
