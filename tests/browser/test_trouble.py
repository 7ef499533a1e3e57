"""When it goes no further: what the page says, and what it offers next."""

import json
import re

import pytest
from playwright.sync_api import expect


def answers(route, status, **problem):
    # A portal's gateway may answer in its own words; the page must not need ours.
    headers = {"content-type": "application/problem+json"}
    if "retry_after" in problem:
        headers["retry-after"] = str(problem["retry_after"])
    route.fulfill(status=status, headers=headers, body=json.dumps({"status": status, **problem}))


class TestALink:
    @pytest.mark.parametrize("state", ["expired", "revoked"])
    def test_that_is_over_asks_for_a_fresh_one(self, person, house, state):
        link = next(each for each in house.world["links"] if each["state"] == state)

        person.opens(link)

        person.sees_heading("Invalid portal link")
        person.sees(f"Ask {house.name_of(link['workspace'])} for a fresh link.")
        person.finds_no_barrier()

    def test_that_was_replaced_says_so(self, person, house):
        person.opens(next(each for each in house.world["links"] if each["state"] == "replaced"))

        person.sees_heading("This link has been replaced")
        person.sees("Look for it in your latest mail, or ask Acme Support for it.")
        person.finds_no_barrier()

    @pytest.mark.parametrize("address", ["/acme#l=lnk_cut", "/nobody#l=lnk_x"])
    def test_that_is_incomplete_says_the_same(self, person, address):
        person.opens(address)

        person.sees_heading("Invalid portal link")
        person.sees("Ask your service provider for a fresh link.")

    @pytest.mark.parametrize("address", ["/fabrik", "/fabrik#l=", "/nobody"])
    def test_that_is_not_there_at_all_where_there_is_no_entrance(self, person, address):
        person.opens(address)

        person.sees_heading("No sign-in at this address")

    def test_of_another_workspace_says_the_same(self, person, house):
        token = house.link("shared")["token"]

        person.opens(f"/fabrik#l={token}")

        person.sees_heading("Invalid portal link")

    def test_to_a_portal_that_is_off_says_so(self, person, house):
        closed = next(each for each in house.world["workspaces"] if not each["portal_enabled"])
        link = next(each for each in house.world["links"] if each["workspace"] == closed["id"])

        person.opens(link)

        person.sees_heading("Portal unavailable")
        person.finds_no_barrier()

    def test_is_tried_again_when_nothing_answered(self, person, house):
        person.page.route("**/v1/links/resolve", lambda route: route.abort())
        person.opens(house.link("shared"))
        person.sees_heading("Your link could not be opened")
        expect(person.message).to_be_focused()
        person.finds_no_barrier()

        person.page.unroute("**/v1/links/resolve")
        person.page.get_by_role("button", name="Try again").click()

        expect(person.page.get_by_label("Primary email")).to_be_visible()


class TestAFault:
    def test_is_tried_once_more_without_a_word(self, person, house):
        person.opens(house.link("shared"))
        faults = [1]

        def fail_once(route):
            if faults:
                faults.pop()
                answers(route, 503, type="try-later", title="Try again shortly", retry_after=1)
            else:
                route.continue_()

        person.page.route("**/v1/codes", fail_once)
        person.asks_for_a_code("someone@example.net")

        assert not faults

    def test_that_stays_counts_down_and_keeps_what_was_typed(self, person, house):
        person.page.clock.install()
        person.opens(house.link("shared"))
        person.page.route(
            "**/v1/codes",
            lambda route: answers(route, 503, type="try-later", title="…", retry_after=42),
        )
        person.page.get_by_label("Primary email").fill("someone@example.net")
        person.page.keyboard.press("Enter")

        expect(person.message).to_contain_text(re.compile("4[0-2] seconds"))
        person.page.clock.run_for(45_000)
        expect(person.message).to_contain_text("You can try again now.")
        expect(person.page.get_by_label("Primary email")).to_have_value("someone@example.net")

    def test_of_a_busy_network_says_how_long(self, person, house):
        person.opens(house.link("shared"))
        person.page.route(
            "**/v1/codes",
            lambda route: answers(
                route, 429, type="too-many-requests", title="Please wait", retry_after=1500
            ),
        )
        person.page.get_by_label("Primary email").fill("someone@example.net")
        person.page.keyboard.press("Enter")

        expect(person.message).to_contain_text("25 minutes")
        expect(person.page.get_by_label("Primary email")).to_have_value("someone@example.net")

    @pytest.mark.parametrize("status", [429, 500, 502, 504])
    def test_of_the_gateway_is_understood(self, person, house, status):
        person.opens(house.link("shared"))
        person.page.route(
            "**/v1/codes",
            lambda route: route.fulfill(status=status, body='{"message":"Service Unavailable"}'),
        )
        person.page.get_by_label("Primary email").fill("someone@example.net")
        person.page.keyboard.press("Enter")

        expect(person.message).to_contain_text("Please wait." if status == 429 else "Try again")

    def test_without_a_network_is_told_apart(self, person, house, context):
        person.opens(house.link("shared"))
        person.page.get_by_label("Primary email").fill("someone@example.net")
        context.set_offline(True)
        person.page.keyboard.press("Enter")

        expect(person.message).to_contain_text("Your device is offline.")
        context.set_offline(False)
        person.page.get_by_role("button", name="Email me a code").click()
        expect(person.code_field).to_be_visible()


class TestHelp:
    def test_names_the_four_common_issues(self, person, house):
        person.opens(house.link("shared"))

        person.page.get_by_text("Trouble signing in?").click()

        for issue in [
            "Portal unavailable",
            "Invalid portal link",
            "No sign-in email received",
            "Sign-in failed",
        ]:
            expect(person.page.get_by_role("term").filter(has_text=issue)).to_be_visible()
        person.finds_no_barrier()

    def test_is_there_without_scripts(self, person_with, house):
        person = person_with(java_script_enabled=False)

        person.opens(house.link("shared"))

        # Its words are shown, though locators do not look into <noscript>.
        assert person.page.locator("noscript p").bounding_box()

    def test_is_there_when_the_page_cannot_load_its_parts(self, person, house):
        person.page.route("**/words/*.json", lambda route: route.abort())
        person.page.on("pageerror", lambda error: None)
        person.opens(house.link("shared"))

        expect(person.page.get_by_text("This page did not open.")).to_be_visible(timeout=12_000)


class TestTextThatWouldBeMarkup:
    SINKS = (
        "document.body.innerHTML = '<b>Eve</b>'",
        "document.body.insertAdjacentHTML('beforeend', '<b>Eve</b>')",
        "document.createElement('script').src = '/assets/page.js'",
        "trustedTypes.createPolicy('eve', { createHTML: (text) => text })",
    )

    @pytest.mark.parametrize("sink", SINKS)
    def test_api_04_is_refused_by_the_browser(self, person, house, sink, witness):
        person.opens(house.link("shared"))

        refused = person.page.evaluate(
            f"() => {{ try {{ {sink}; return 'taken'; }} catch (e) {{ return e.name; }} }}"
        )

        assert refused == "TypeError"
        # The browser has told of this one violation, and of nothing else.
        assert [each for each in witness.said if "Trusted" not in each] == []
        witness.said.clear()


class TestInsideAnotherPage:
    def test_it_is_not_shown_at_all(self, person, house):
        answer = person.page.request.get(f"{house.origin}/acme")

        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]

    def test_it_asks_for_a_window_where_a_browser_shows_it_all_the_same(self, person, house):
        def without_policy(route):
            answer = route.fetch()
            kept = {k: v for k, v in answer.headers.items() if k != "content-security-policy"}
            route.fulfill(response=answer, headers=kept)

        posts = []
        person.page.on(
            "request", lambda request: posts.append(request.url) if request.method == "POST" else 0
        )
        person.page.route("**/acme*", without_policy)
        person.page.goto(f"{house.origin}/assets/favicon.svg")
        person.page.route(
            "**/outer.html",
            lambda route: route.fulfill(
                content_type="text/html",
                body=f'<iframe src="{house.link("shared")["url"]}" width="800" height="600">',
            ),
        )
        person.page.goto(f"{house.origin}/outer.html")

        frame = person.page.frame_locator("iframe")
        expect(frame.get_by_role("heading", level=1)).to_have_text("Sign-in needs its own window")
        expect(frame.get_by_role("link", name="Open the sign-in page")).to_have_attribute(
            "target", "_blank"
        )
        assert not posts
