"""What became of the mail: the page of a personal link says it, that of a shared link never."""

import os
import re
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Response, expect

CAME_BACK = "Your mail server sent the email back."
HELD_BACK = "Earlier emails to this address came back"
CHANCE = re.compile(r'chl_acme_[\w-]{22}|(?<="label":")..|(?<=<bdi>)[A-Z]{2}(?=</bdi>)')
"""A challenge's id and the two letters of its mail."""


@pytest.fixture
def link(house):
    return house.link("personal")


@pytest.fixture
def owner(house, link):
    return house.contact(link["contact"])["email"]


@pytest.fixture
def asked(person):
    """The moments at which the page asked what became of the mail, in whole seconds."""
    page, seen = person.page, []

    def note(request):
        if request.url.endswith("/v1/codes/mail"):
            seen.append(request)

    page.on("request", note)
    return seen


def news(person):
    return person.page.locator("#mail-news")


class TestAPersonalLinksPage:
    def test_says_that_the_mail_came_back_and_the_next_one_is_held_back(
        self, person, house, link, owner
    ):
        page = person.page
        page.clock.install()
        with house.mails_end(owner, "bounce"):
            person.opens(link)
            expect(person.code_field).to_be_visible()
            house.hears_of_mail_to(owner, "mail.bounced")
            expect(news(person)).to_be_hidden()

            page.clock.run_for(31_000)
            expect(news(person)).to_contain_text(CAME_BACK)
            expect(page.locator("#status")).to_contain_text(CAME_BACK)
            person.finds_no_barrier()

            house.forward(seconds=31)
            page.get_by_role("button", name="Resend code").click()
            expect(person.message).to_contain_text("Another code is on its way")
            expect(news(person)).to_be_hidden()
            house.hears_of_mail_to(owner, "code.withheld")
            page.clock.run_for(61_000)
            expect(news(person)).to_contain_text(HELD_BACK)
            page.clock.run_for(61_000)
            expect(page.get_by_role("heading", name="Still no email?")).to_be_hidden()
            expect(page.locator("#look-again")).to_have_count(0)

    def test_asks_four_times_and_no_more(self, person, house, link, owner, asked):
        page = person.page
        page.clock.install()
        with house.mails_end(owner, "silence"):
            person.opens(link)
            expect(person.code_field).to_be_visible()
            counts = []
            for seconds in (29, 2, 14, 30, 45, 200):
                page.clock.run_for(seconds * 1000)
                page.wait_for_timeout(200)
                counts.append(len(asked))

            assert counts == [0, 1, 2, 3, 4, 4]
            expect(news(person)).to_contain_text("No news of the email yet.")
            expect(page.get_by_role("heading", name="Still no email?")).to_be_visible()
            expect(page.locator("#look-again")).to_have_count(0)

    def test_asks_at_a_press_once_the_mail_server_has_it(self, person, house, link, owner, asked):
        page = person.page
        page.clock.install()
        # Of a mail that only arrives the trail has no line to wait for.
        with house.mails_end(owner, "complaint"):
            person.opens(link)
            expect(person.code_field).to_be_visible()
            house.hears_of_mail_to(owner, "mail.complained")
            page.clock.run_for(31_000)
            expect(news(person)).to_contain_text("Your mail server has taken the email.")
            page.clock.run_for(200_000)
            assert len(asked) == 1

            for count in (2, 3):
                with page.expect_response("**/v1/codes/mail"):
                    page.locator("#look-again").click()
                assert len(asked) == count
                expect(page.locator("#look-again")).to_be_focused()
            page.locator("#look-again").click()
            expect(page.locator("#look-again")).to_have_count(0)
            assert len(asked) == 4

    def test_asks_nothing_after_a_code_was_typed(self, person, link, asked):
        page = person.page
        page.clock.install()
        person.opens(link)
        expect(person.code_field).to_be_visible()
        person.types("000-0000")
        person.continues()
        expect(person.message).to_contain_text("This is not the code we sent.")
        page.clock.run_for(130_000)
        page.wait_for_timeout(200)

        assert asked == []

    @pytest.mark.parametrize("width", [360, 1100])
    @pytest.mark.parametrize("language", ["en", "de", "ar"])
    def test_has_no_barrier_in_any_width(self, person_with, house, link, owner, language, width):
        person = person_with(locale=language, viewport={"width": width, "height": 900})
        page = person.page
        page.clock.install()
        told = {"mail": "held-back", "questions_left": 3}
        page.route("**/v1/codes/mail", lambda route: route.fulfill(json=told))
        person.opens(link)
        expect(person.code_field).to_be_visible()
        page.clock.run_for(31_000)

        expect(news(person)).to_be_visible()
        person.finds_no_barrier()
        if folder := os.environ.get("SCREENSHOTS"):
            page.screenshot(path=Path(folder) / f"mail-{language}-{width}.png", full_page=True)


class TestASharedLinksPage:
    def test_mai_03_has_the_same_bytes_whatever_became_of_the_mail(self, person_with, house, owner):
        some = [
            each["email"]
            for each in house.world["contacts"]
            if each["workspace"] == "acme" and each["active"] and each["email"] != owner
        ]
        fates = dict(zip(some, ("bounce", "delay", "arrives"), strict=False))
        assert len(fates) == 3
        lines = {"bounce": "mail.bounced", "delay": "mail.delayed", "arrives": "code.mailed"}
        seen = {}
        with ExitStack() as ends:
            for email, fate in fates.items():
                ends.enter_context(house.mails_end(email, fate))
            for email in (*fates, "nobody-at-all@example.org"):
                seen[fates.get(email)] = self.everything_seen_by(
                    person_with(), house, email, lines.get(fates.get(email, ""))
                )

        requests, screens = zip(*seen.values(), strict=True)
        assert len(set(requests)) == 1
        assert len(set(screens)) == 1
        assert "/v1/codes/mail" not in requests[0]

    def everything_seen_by(self, person, house, email, line):
        """Each answer that the page got, and the screen at five moments of two mails."""
        page, screens = person.page, []
        answers: list[Response] = []
        page.clock.install(time=0)

        def note(answer: Response) -> None:
            answers.append(answer)

        page.on("response", note)
        person.opens(house.link("shared"))
        person.asks_for_a_code(email)
        # From now on no time passes that a busy machine could stretch.
        page.clock.pause_at(60)
        if line:
            house.hears_of_mail_to(email, line)
        for seconds in (0, 31, 100):
            page.clock.run_for(seconds * 1000)
            screens.append(page.locator("main").inner_html())
        house.forward(seconds=31)
        page.locator("#resend").click()
        expect(person.message).to_contain_text("Another code is on its way")
        for seconds in (0, 130):
            page.clock.run_for(seconds * 1000)
            screens.append(page.locator("main").inner_html())
        page.wait_for_timeout(300)
        told = [self.as_told(each) for each in answers if "/v1/" in each.url]
        return self.without_chance("\n".join(told), email), self.without_chance(
            "\n".join(screens), email
        )

    def as_told(self, answer):
        headers = {
            name: value
            for name, value in answer.headers.items()
            if name not in ("date", "apigw-requestid")
        }
        asked = answer.request
        return (
            f"{asked.method} {urlsplit(asked.url).path} {answer.status} {headers} {answer.text()}"
        )

    def without_chance(self, text, email):
        return CHANCE.sub("", text.replace(email, "…"))
