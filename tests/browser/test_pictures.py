"""The README's picture of the page, made when PORTICO_PICTURES=1."""

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


class TestThePicture:
    def test_shows_where_the_code_goes(self, sitter, house):
        sitter.opens(house.link("shared"), to="tickets")
        sitter.asks_for_a_code(house.someone()["email"])
        sitter.page.keyboard.type("4F29K")

        sitter.page.screenshot(path=IMAGES / "sign-in.png")
