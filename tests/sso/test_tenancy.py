"""TEN-01 at the doors of SSO: another workspace's ids are ids that never were
(sso/start.py, sso/callback.py)."""

import json

from tests.support.doors import Answer


def masked(answer: Answer) -> str:
    body = answer.body
    if isinstance(body, dict):
        body = {k: v for k, v in body.items() if k != "instance"}
    return json.dumps([answer.status, body, sorted(answer.headers), answer.cookies])


class TestAnotherWorkspaces:
    def test_ten_01_connection_cannot_be_started(self, world, portal):
        globex = portal.neighbour()
        world.connect("google", portal=globex)

        theirs = portal.browser.starts_sso("google")
        nobodys = portal.browser.starts_sso("no-such-thing")
        through_their_link = portal.browser.starts_sso("google", link=globex.shared)

        assert theirs.status in (403, 404)
        assert masked(theirs) == masked(nobodys)
        assert through_their_link.problem == (404, "invalid-portal-link")
        assert world.asked("google") == []

    def test_ten_01_state_is_finished_in_its_own_workspace_only(self, connected, portal):
        globex = portal.neighbour()
        connected.connect("google", portal=globex, vouches_for=["example.com"])
        there = globex.another_browser()
        there.starts_sso("google")
        state = there.trip.partition("state=")[2].partition("&")[0]
        before = [row for row in portal.rows("sign-in") if row["pk"].startswith("globex#")]

        renamed = state.replace("_globex_", "_acme_")
        answers = [
            there.is_sent_back("google", {"state": each, "code": "x"})
            for each in (renamed, f"st_acme_{'x' * 22}")
        ]

        assert {answer.headers["location"] for answer in answers} == {"/acme#e=sso-expired"}
        after = [row for row in portal.rows("sign-in") if row["pk"].startswith("globex#")]
        assert after == before
        assert portal.session_rows() == []

    def test_ten_01_pending_identity_takes_no_address_here(self, connected, portal):
        globex = portal.neighbour()
        connected.connect("facebook", portal=globex)
        there = globex.another_browser()
        pending = there.signs_in_with("facebook", "ben").told
        here = portal.another_browser(cookies=dict(there.cookies))

        theirs = here.gives_an_address(pending, "ann@example.com")
        renamed = here.gives_an_address(pending.replace("_globex_", "_acme_"), "ann@example.com")

        assert theirs.problem == renamed.problem == (410, "challenge-closed")
        assert masked(theirs) == masked(renamed)
        assert portal.delivers_mail() == []
