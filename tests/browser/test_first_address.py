"""Somebody who has written by Messenger alone: their personal link asks for an address."""

import json
import os
import secrets
from pathlib import Path

import pytest
from playwright.sync_api import expect


@pytest.fixture
def link(house, witness):
    ref = house.team(
        *("--json", "contact", "ref", "acme", "--channel", "messenger"),
        *("--id", secrets.token_hex(6), "--name", "Zoe Zimmer"),
    )
    made = json.loads(house.team("--json", "link", "create", "acme", "--contact", id_in(ref)))
    url = made["url"]
    witness.secrets.add(url.partition("#l=")[2])
    return url


def id_in(said):
    told = json.loads(said)
    return (told.get("contact") or told)["id"]


class TestALinkOfSomebodyWithoutAnAddress:
    def test_leads_to_one_that_is_proved_and_into_the_portal(self, person, house, link):
        email = f"{secrets.token_hex(4)}@example.org"
        person.opens(link)
        person.finds_no_barrier()
        person.sees("We send a code to it. Once you have entered the code")
        person.asks_for_a_code(email)
        person.sees("unless it is the address of another contact")
        person.finds_no_barrier()
        person.types(person.reads_the_code())
        person.continues()
        person.lands_in_the_portal()

        assert email in house.team("--json", "contact", "show", "acme", email)

    def test_ref_01_says_the_same_of_another_contacts_address(self, person, house, link):
        other = house.someone()["email"]
        person.opens(link)
        person.asks_for_a_code(other)
        person.sees("unless it is the address of another contact")
        expect(person.page.locator("#mail-news")).to_have_count(0)
        house.forward(seconds=5)

        person.page.get_by_role("button", name="Use another address").click()
        person.asks_for_a_code(f"{secrets.token_hex(4)}@example.org")
        person.reads_the_code()
        assert house.mails_to(other) == []

    @pytest.mark.parametrize("width", [360, 1100])
    @pytest.mark.parametrize("language", ["de", "ar"])
    def test_has_no_barrier_in_any_width(self, person_with, link, language, width):
        person = person_with(locale=language, viewport={"width": width, "height": 900})
        person.opens(link)
        expect(person.page.locator("#email")).to_be_visible()
        person.finds_no_barrier()
        if folder := os.environ.get("SCREENSHOTS"):
            path = Path(folder) / f"first-{language}-{width}.png"
            person.page.screenshot(path=path, full_page=True)
