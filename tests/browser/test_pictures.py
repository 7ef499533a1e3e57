"""The README's picture of the page, made when PORTICO_PICTURES=1."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

IMAGES = Path(__file__).parents[2] / "docs/images"

pytestmark = pytest.mark.skipif(
    os.environ.get("PORTICO_PICTURES") != "1", reason="only with PORTICO_PICTURES=1"
)


@pytest.fixture
def sitter(person_with):
    return person_with(
        viewport={"width": 640, "height": 720}, device_scale_factor=2, reduced_motion="reduce"
    )


class TestThePictures:
    def test_show_the_way_in(self, sitter, house):
        sitter.opens(house.link("shared"), to="tickets")
        expect(sitter.page.get_by_label("Primary email")).to_be_visible()
        sitter.page.get_by_label("Primary email").fill(house.someone()["email"])

        sitter.page.screenshot(path=IMAGES / "sign-in-address.png")

    def test_show_the_code(self, sitter, house):
        sitter.opens(house.link("shared"), to="tickets")
        sitter.asks_for_a_code(house.someone()["email"])
        sitter.page.keyboard.type("4F29K")

        sitter.page.screenshot(path=IMAGES / "sign-in.png")
