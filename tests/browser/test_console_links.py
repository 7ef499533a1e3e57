"""A link that was just made, as a QR code: drawn here, when it is asked for, and kept nowhere."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.member import Member

DAY = 24 * 3600
AT = 1795262400
"""21 November 2026."""
ANN = "ct_demo-acme-ann-00000000"
FINDER = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]
MODULES = """(svg) => {
  const side = svg.viewBox.baseVal.width - 8;
  const dark = new Set(svg.querySelector("path").getAttribute("d").match(/M\\d+ \\d+/g));
  const line = (y) => Array.from({ length: side }, (_, x) => (dark.has(`M${x} ${y}`) ? "1" : "0")).join("");
  return Array.from({ length: side }, (_, y) => line(y));
}"""
"""What a camera reads, row by row."""


@pytest.fixture
def member(person) -> Member:
    return Member(person)


def makes_a_link(member: Member, fragment: str) -> str:
    member.opens(fragment)
    member.presses("Make a link")
    member.sees_heading("The link is made")
    return member.field("Address of the link").input_value()


def remember(witness, url: str) -> str:
    token = url.partition("l=")[2].partition("&")[0]
    witness.secrets.add(token)
    return token


class TestTheCode:
    @pytest.mark.parametrize(
        "fragment", ["new-link", f"new-link={ANN}"], ids=["shared", "personal"]
    )
    def test_is_drawn_when_it_is_asked_for(self, member, witness, fragment):
        member.comes_in("admin")
        token = remember(witness, makes_a_link(member, fragment))
        assert not [url for url in witness.urls if "/qr.js" in url]

        member.presses("Show as a QR code")

        picture = member.page.get_by_role("img", name="QR code of the link")
        expect(picture).to_be_visible()
        modules = picture.evaluate(MODULES)
        assert len(modules) % 4 == 1
        for rows, cut in (
            (modules[:7], slice(7)),
            (modules[:7], slice(-7, None)),
            (modules[-7:], slice(7)),
        ):
            assert [row[cut] for row in rows] == FINDER
        member.presses("Done")
        kept = member.page.evaluate("JSON.stringify({...sessionStorage, ...localStorage})")
        assert token not in kept

    def test_is_another_for_another_link(self, member, witness):
        member.comes_in("admin")
        codes = []
        for _ in range(2):
            remember(witness, makes_a_link(member, "new-link"))
            member.presses("Show as a QR code")
            codes.append(
                member.page.get_by_role("img", name="QR code of the link").evaluate(MODULES)
            )

        assert codes[0] != codes[1]

    def test_is_dark_on_light_in_the_dark_too_and_printed_alone(self, person_with, witness):
        member = Member(person_with(color_scheme="dark", viewport={"width": 360, "height": 740}))
        member.comes_in("owner")
        remember(witness, makes_a_link(member, "new-link"))
        member.presses("Show as a QR code")
        picture = member.page.get_by_role("img", name="QR code of the link")

        colours = picture.evaluate(
            "(svg) => [getComputedStyle(svg).backgroundColor, getComputedStyle(svg.firstChild).fill]"
        )

        assert colours == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]
        member.person.finds_no_barrier()
        assert member.page.evaluate("document.documentElement.scrollWidth") <= 360
        member.page.emulate_media(media="print")
        expect(picture).to_be_visible()
        expect(member.offers("Print the code")).to_be_hidden()
        expect(member.page.get_by_role("heading", level=1)).to_be_hidden()

    def test_says_what_now_where_its_script_does_not_come(self, member, witness):
        member.comes_in("owner")
        remember(witness, makes_a_link(member, "new-link"))
        member.page.route("**/qr.js", lambda route: route.abort())

        member.presses("Show as a QR code")

        member.is_told("No answer came.")
        expect(member.field("Address of the link")).to_be_visible()


class TestARevokedLink:
    @pytest.mark.parametrize(
        ("revoked_at", "ends"),
        [(None, "1 Dec 2026"), (AT, "21 Nov 2026"), (AT + 20 * DAY, "1 Dec 2026")],
        ids=["open", "revoked", "revoked after its end"],
    )
    def test_ends_when_it_was_revoked(self, member, revoked_at, ends):
        link = {
            "id": "abcdefgh12345678901234", "kind": "shared", "contact": None, "label": "Of May",
            "state": "revoked" if revoked_at else "alive", "to": None, "portal": None, "entrance": False,
            "break_glass": False, "expires_at": AT + 10 * DAY, "revoked_at": revoked_at,
        }  # fmt: skip
        member.comes_in("agent")
        member.page.route(
            re.compile(r"/v1/workspaces/acme/links(\?|$)"),
            lambda route: route.fulfill(json={"links": [link], "next": None}),
        )

        member.opens("links")

        expect(member.row("Of May")).to_contain_text(f"{ends},")
