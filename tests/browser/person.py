"""A person at the page: does what contacts do, and looks at what they see."""

import secrets
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Locator, Page, expect

from tests.browser.house import House

LOOK = """async () => {
    // A heading that is still fading in has the contrast of that moment.
    const isStill = ({ playState, effect }) => playState !== "running" || effect.getComputedTiming().endTime > 1000;
    const until = performance.now() + 30_000;
    while (!document.getAnimations().every(isStill)) {
        if (performance.now() > until) throw new Error("something moves on and on");
        await new Promise(requestAnimationFrame);
    }
    const { violations } = await axe.run({ resultTypes: ["violations"] });
    const sizeOf = (each) => parseFloat(getComputedStyle(each).fontSize);
    const sizes = [...document.querySelectorAll("body *")]
        .filter((each) => each.innerText?.trim() && each.checkVisibility()).map(sizeOf);
    const { scrollWidth, clientWidth } = document.documentElement;
    return { violations, smallest: Math.min(...sizes), sideways: scrollWidth - clientWidth };
}"""
"""What axe finds, once nothing moves any more, the smallest letters, and how far it scrolls sideways."""


class Person:
    """One person in one tab."""

    def __init__(self, page: Page, house: House) -> None:
        self.page = page
        self.house = house
        self.email = ""
        self.asked_after = 0
        """The newest mail before they asked for a code."""

    def opens(self, link: dict[str, Any] | str, *, to: str | None = None) -> None:
        """Open a link of the world, or an address of the page's own host."""
        url = link if isinstance(link, str) else link["url"]
        if to is not None:
            url = f"{url.partition('&to=')[0]}&to={to}"
        # Only the fragment may differ from what the tab shows: a real person's tab is new.
        self.page.goto("about:blank")
        self.page.goto(url if url.startswith("http") else self.house.origin + url)

    def asks_for_a_code(self, email: str) -> None:
        self.email = email
        self.asked_after = self.house.newest_mail()
        self.page.get_by_label("Primary email").fill(email)
        self.page.get_by_role("button", name="Email me a code").click()
        expect(self.code_field).to_be_visible()

    def reads_the_code(self, email: str = "") -> str:
        """The code of the mail that has the label that the page shows."""
        label = self.page.locator(".code-label").inner_text()
        return self.house.code_mailed_to(email or self.email, label=label, after=self.asked_after)

    def types(self, code: str) -> None:
        self.code_field.click()
        self.code_field.fill("")
        self.page.keyboard.type(code)

    def continues(self) -> None:
        self.page.get_by_role("button", name="Continue", exact=True).click()

    def signs_in(self, link: dict[str, Any], email: str) -> None:
        """The whole way through a shared link, up to the portal."""
        self.opens(link)
        self.asks_for_a_code(email)
        self.types(self.reads_the_code())
        self.continues()
        self.lands_in_the_portal()

    def signs_up(self, link: dict[str, Any]) -> str:
        """Become a contact nobody has seen before, up to the portal; return the address."""
        email = f"{secrets.token_hex(4)}@example.org"
        self.opens(link)
        self.page.locator("#sign-up").click()
        self.asks_for_a_code(email)
        self.types(self.reads_the_code())
        self.continues()
        self.page.locator("#skip").click()
        self.lands_in_the_portal()
        return email

    def presses(self, provider: str) -> None:
        """Press a provider's button, and see its page."""
        self.page.locator(f"#sso-{provider}").click()
        expect(self.page.locator("button[name=_account]").first).to_be_visible()

    def chooses(self, account: str, *, mode: str = "") -> None:
        """Sign in at the provider, which may have been told to misbehave."""
        if mode:
            self.page.locator("select[name=_mode]").select_option(mode)
        self.page.locator(f"button[name=_account][value={account}]").click()

    def cancels(self) -> None:
        """Leave the provider without signing in."""
        self.page.get_by_role("button", name="Cancel").click()

    def signs_in_with(self, provider: str, account: str, *, mode: str = "") -> None:
        self.presses(provider)
        self.chooses(account, mode=mode)

    def lands_in_the_portal(self, *, at: str = "") -> None:
        """See the portal, and the area that its path ends with."""
        portal = self.house.portal
        # After a provider the address ends with an empty fragment, so that the provider's own
        # (`#_=_`) does not come along.
        self.page.wait_for_url(
            lambda url: url.startswith(portal) and url.removesuffix("#").endswith(at)
        )

    def signs_in_elsewhere(self, email: str) -> None:
        """The whole way from the portal on another site through our page, and back."""
        self.opens(f"{self.house.sample_client}/tickets")
        self.asks_for_a_code(email)
        self.types(self.reads_the_code())
        self.continues()
        self.lands_elsewhere(at="/tickets")

    def lands_elsewhere(self, *, at: str = "") -> None:
        """See the portal on another site, signed in there, and the area that its path ends with."""
        portal = self.house.sample_client
        self.page.wait_for_url(lambda url: url.startswith(portal) and url.endswith(at))
        expect(self.page.locator("#area[data-state=signed-in]")).to_be_visible()

    @property
    def code_field(self) -> Locator:
        return self.page.locator("#code")

    @property
    def message(self) -> Locator:
        return self.page.locator("#message")

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()

    def sees_heading(self, text: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(text)

    def finds_no_barrier(self) -> None:
        """Axe finds nothing on the screen as it is, and every letter is 16 px or more."""
        # Half a megabyte, so a page that is looked at more than once reads it once.
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        found = self.page.evaluate(LOOK)
        results = AxeResults({"violations": found["violations"]})
        assert results.violations_count == 0, results.generate_report()
        assert found["smallest"] >= 16
        assert found["sideways"] == 0
