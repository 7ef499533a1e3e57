"""Page and mail speak one language: the page's."""

from playwright.sync_api import expect

BEN = "ben@example.com"


class TestThePagesLanguage:
    def test_is_the_mails(self, person_with, house):
        person = person_with(locale="ja")
        person.opens(house.link("shared"))
        person.page.locator("#email").fill(house.someone()["email"])
        person.page.locator("#email-me").click()
        expect(person.code_field).to_be_visible()

        code = person.reads_the_code(house.someone()["email"])

        assert code
        assert "サインインコード" in house.subject_mailed_to(house.someone()["email"])

    def test_is_the_resent_mails_once_the_contact_has_chosen_another(self, person, house):
        who = house.someone()["email"]
        person.page.clock.install()
        person.opens(house.link("shared"))
        person.asks_for_a_code(who)
        house.code_mailed_to(who)

        person.page.locator("#language").select_option("fr")
        person.page.clock.run_for(31_000)
        house.forward(seconds=31)
        person.page.locator("#resend").click()

        assert house.subject_mailed_to(who, holding="Votre code de connexion")

    def test_is_the_mails_of_the_account(self, person, house):
        person.signs_in(house.link("shared", workspace="lumen"), BEN)
        person.page.locator("#edit-profile").click()
        person.page.locator("#language").select_option("de")

        person.page.locator("#change-email").click()
        person.page.locator("#email").fill("ben.new@example.com")
        person.page.locator("#email-me").click()

        assert "Bestätigen Sie" in house.subject_mailed_to("ben.new@example.com")
