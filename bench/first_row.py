"""What a browser computes until the console shows the first row of a hundred thousand contacts.

The CPU of the page's main thread is counted, which a busy machine changes little. A page of the list is
the same however many contacts there are (bench/contact_scale.py counts that), so fifty are answered.
"""

import json
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Route

from bench.console_house import house_and_browser
from tests.browser.house import House
from tests.browser.member import Member
from tests.browser.person import Person

ROUNDS = 7
ROWS = 50
"""As many as the screen asks for."""
SLOWER = 4
"""Than this machine: a telephone of the middle."""
GOAL_MS = 1000


def table() -> str:
    """Return the table of docs/performance.md."""
    with house_and_browser() as (house, browser):
        page = browser.new_page(locale="en-GB")
        Member(Person(page, house)).comes_in()
        kept = page.context.storage_state()
        taken = sorted(_round(browser, house, kept) for _ in range(ROUNDS))
    middle = median(taken)
    verdict = "met" if middle * SLOWER <= GOAL_MS else "**missed**"
    rows = [
        ["", "CPU of the main thread", "at a CPU four times slower", "goal"],
        ["---"] * 4,
        [
            f"the first row of a page of {ROWS} contacts, middle of {ROUNDS} first visits",
            f"{middle:.0f} ms",
            f"{middle * SLOWER:.0f} ms",
            f"{GOAL_MS} ms, {verdict}",
        ],
        [
            "the fastest and the slowest visit",
            f"{taken[0]:.0f} and {taken[-1]:.0f} ms",
            f"{taken[0] * SLOWER:.0f} and {taken[-1] * SLOWER:.0f} ms",
            "",
        ],
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _round(browser: Browser, house: House, kept: Any) -> float:
    """Open the list in a browser that has nothing of the page, and return milliseconds."""
    context = browser.new_context(locale="en-GB", storage_state=kept)
    page = context.new_page()
    page.route("**/contacts/list", _many)
    # From here on, also in the process that the page gets.
    session = context.new_cdp_session(page)
    session.send("Performance.enable")
    page.goto(f"{house.origin}/acme/team#contacts", wait_until="commit")
    page.wait_for_selector("tbody tr a")
    metrics = session.send("Performance.getMetrics")["metrics"]
    context.close()
    seconds = next(each["value"] for each in metrics if each["name"] == "ThreadTime")
    return float(seconds) * 1000


def _many(route: Route) -> None:
    ours = {"origin": route.request.headers.get("origin", ""), "sec-fetch-site": "same-origin"}
    answer = route.fetch(headers=route.request.headers | ours)
    found = answer.json()
    (one, *_) = found["contacts"]
    found["contacts"] = [
        one | {"id": f"{one['id'][:-4]}{n:04}", "email": f"contact{n:04}@example.com"}
        for n in range(ROWS)
    ]
    found["next"] = found.get("next") or "more"
    route.fulfill(response=answer, body=json.dumps(found))
