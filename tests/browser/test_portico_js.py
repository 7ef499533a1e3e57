"""portico.js as a portal's front end uses it, on an origin of its own."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def at_the_portal(person, house):
    """Somebody has signed in and stands in the sample portal; returns what a module says there."""
    person.signs_in(house.link("shared"), house.someone()["email"])
    expect(person.page.get_by_text(house.someone()["name"]).first).to_be_visible()

    def says(code):
        return person.page.evaluate(
            """async ([origin, code]) => {
              const { createPortico, PorticoError } = await import(`${origin}/assets/portico.js`);
              const portico = createPortico({ workspace: "acme" });
              return await (new Function("portico", "PorticoError", `return (async () => {${code}})()`))
                (portico, PorticoError);
            }""",
            [house.origin, code],
        )

    return says


class TestThePorticoModule:
    def test_knows_who_is_there(self, at_the_portal, house):
        session = at_the_portal("return await portico.session()")

        assert session["contact"]["email"] == house.someone()["email"]
        assert session["workspace"] == "acme"

    def test_asks_once_for_all_who_wait(self, at_the_portal):
        tokens = at_the_portal(
            "const all = await Promise.all([1, 2, 3].map(() => portico.session()));"
            "all.push(await portico.session()); return all.map(each => each.access_token)"
        )

        assert len(set(tokens)) == 1

    def test_signs_out(self, at_the_portal):
        assert at_the_portal("await portico.signOut(); return await portico.session()") is None

    def test_says_what_was_refused(self, at_the_portal):
        said = at_the_portal(
            "try { await portico.resolve({ link: 'lnk_x' }) } catch (error) {"
            " return [error instanceof PorticoError, error.type, error.problem.status] }"
        )

        assert said == [True, "invalid-portal-link", 404]
