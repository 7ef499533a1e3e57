"""The README's pictures of the page, made when PORTICO_PICTURES=1."""

import os
from pathlib import Path

import pytest

IMAGES = Path(__file__).parents[2] / "docs/images"

pytestmark = pytest.mark.skipif(
    os.environ.get("PORTICO_PICTURES") != "1", reason="only with PORTICO_PICTURES=1"
)


@pytest.fixture
def sitter(person_with):
    return person_with(
        viewport={"width": 640, "height": 880}, device_scale_factor=2, reduced_motion="reduce"
    )


class TestThePictures:
    def test_show_where_the_address_and_the_code_go(self, sitter, house):
        sitter.opens(house.link("shared"), to="tickets")
        sitter.page.get_by_role("textbox").wait_for()
        sitter.page.wait_for_load_state("networkidle")
        sitter.page.screenshot(path=IMAGES / "sign-in-address.png")
        sitter.asks_for_a_code(house.someone()["email"])
        sitter.page.keyboard.type("4F29K")

        sitter.page.screenshot(path=IMAGES / "sign-in.png")
