"""What links and the way back must survive: the rows LNK and RED, each under its id
(links/flow.py, links/destinations.py)."""

import json
import secrets
from base64 import urlsafe_b64encode

import pytest

from portico.links.rules import public_id
from tests.support.doors import Answer, knock
from tests.support.driver import WRONG

TABLES = ("people", "sign-in", "trail")


class TestLnk01AScanner:
    def test_lnk_01_opens_the_link_and_changes_nothing(self, portal):
        token = portal.personal_link()
        before = [portal.rows(table) for table in TABLES]

        for n in range(5):
            scanner = {"source_ip": f"198.51.100.{n}", "origin": None}
            for route in ("GET /{workspace}", "HEAD /{workspace}"):
                page = knock("sign_in_page", route, path={"workspace": "acme"}, **scanner)
                assert page.status == 200
                assert page.cookies == []
            portal.another_browser(**scanner).opens_the_link(token)

        assert [portal.rows(table) for table in TABLES] == before
        assert portal.mails == []

    def test_lnk_01_leaves_the_link_to_its_contact(self, portal):
        token = portal.personal_link()
        for n in range(5):
            portal.another_browser(source_ip=f"198.51.100.{n}").opens_the_link(token)

        portal.browser.asks_for_a_code(None, link=token)
        portal.delivers_mail()

        assert portal.browser.types_the_mailed_code().status == 200


class TestLnk02AScannerThatRunsThePage:
    def test_lnk_02_causes_one_mail_at_most_and_no_session(self, portal):
        token = portal.personal_link()

        for n in range(5):
            scanner = portal.another_browser(source_ip=f"198.51.100.{n}")
            scanner.opens_the_link(token)
            scanner.asks_for_a_code(None, link=token, auto=True)
            portal.delivers_mail()
            scanner.types("")
            scanner.types(" ")

        assert len(portal.mails) == 1
        assert portal.session_rows() == []

    def test_lnk_02_leaves_the_contact_a_code_to_type(self, portal):
        token = portal.personal_link()
        scanner = portal.another_browser(source_ip="198.51.100.1")
        scanner.asks_for_a_code(None, link=token, auto=True)
        portal.delivers_mail()

        refused = portal.browser.asks_for_a_code(None, link=token, auto=True)
        portal.browser.asks_for_a_code(None, link=token)
        portal.delivers_mail()

        assert refused.problem == (429, "too-soon")
        assert portal.browser.types_the_mailed_code().status == 200

    def test_lnk_02_is_the_only_one_who_can_use_the_code_it_asked_for(self, portal):
        token = portal.personal_link()
        scanner = portal.another_browser(source_ip="198.51.100.1")
        scanner.asks_for_a_code(None, link=token, auto=True)
        portal.delivers_mail()
        portal.browser.asks_for_a_code(None, link=token)

        assert portal.browser.types_the_mailed_code().problem == (401, "code-not-accepted")


class TestLnk03ATokenThatIsNone:
    def test_lnk_03_with_one_bit_flipped_looks_like_any_other(self, portal):
        generic = masked(portal.browser.opens_the_link("lnk_" + "A" * 43))

        for place in range(len(portal.shared)):
            flipped = chr(ord(portal.shared[place]) ^ 1)
            token = portal.shared[:place] + flipped + portal.shared[place + 1 :]
            assert masked(portal.browser.opens_the_link(token)) == generic

    def test_lnk_03_cut_lengthened_or_foreign_looks_like_any_other(self, portal):
        generic = masked(portal.browser.opens_the_link("lnk_" + "A" * 43))
        foreign = portal.neighbour().personal_link()

        for token in (
            portal.shared[:-1],
            portal.shared[4:],
            portal.shared + "A",
            portal.shared + "=",
            portal.shared + "\n",
            " " + portal.shared,
            portal.shared.upper(),
            portal.shared * 40,
            foreign,
            "\u202e" + portal.shared,
            "\x00",
        ):
            assert masked(portal.browser.opens_the_link(token)) == generic
            assert portal.browser.asks_for_a_code(link=token).status == 404

    @pytest.mark.parametrize(
        "workspace", ["globex", "nowhere", "ACME", "acme ", "v1", "", "acme#x"]
    )
    def test_lnk_03_in_another_workspace_looks_like_any_other(self, portal, workspace):
        portal.neighbour()
        generic = masked(portal.browser.opens_the_link("lnk_" + "A" * 43))
        body = {"workspace": workspace, "link": portal.shared}

        answer = portal.browser.sends("resolve_link", "POST /v1/links/resolve", body)

        assert masked(answer) == generic

    def test_lnk_03_drawn_at_random_shows_nothing(self, portal):
        portal.personal_link()

        for _ in range(200):
            token = "lnk_" + urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
            answer = portal.browser.opens_the_link(token)
            assert answer.problem == (404, "invalid-portal-link")
            assert "@" not in answer.event["body"]
            assert "Acme" not in answer.event["body"]

    def test_lnk_03_takes_the_same_work_as_one_that_is(self, portal, wire):
        work = []
        for token in (portal.shared, "lnk_" + "A" * 43, portal.shared[:-1], "x"):
            wire.forget()
            portal.browser.opens_the_link(token)
            work.append([(sent.operation, keys_in(sent.parameters)) for sent in wire.sent])

        assert work == [work[0]] * 4

    def test_lnk_03_that_shares_the_public_id_of_one_that_is_opens_nothing(self, portal):
        _, one = portal.link()
        _, other = portal.link()
        row = next(r for r in portal.rows("people") if r.get("id") == public_id(one))
        portal.writes("people", row | {"pk": f"acme#link#{public_id(other)}"})

        assert portal.browser.opens_the_link(other).problem == (404, "invalid-portal-link")
        assert portal.browser.opens_the_link(one).status == 200


class TestRed01AnotherPlace:
    @pytest.mark.parametrize(
        "to",
        [
            "//evil.test",
            "/\\evil.test",
            "https://evil.test",
            "https:evil.test",
            "javascript:alert(1)",
            "data:text/html,x",
            "%0d%0aSet-Cookie:a=b",
            "\r\nSet-Cookie: a=b",
            "ticket:1\r\nSet-Cookie: a=b",
            "ticket:../../evil",
            "ticket:1@evil.test",
            "tickets?next=//evil.test",
            "x" * 4000,
        ],
        ids=lambda to: ascii(to)[:30],
    )
    def test_red_01_ends_on_the_dashboard_of_the_same_workspace(self, portal, to):
        opened = portal.browser.opens_the_link(to=to)
        portal.browser.asks_for_a_code(to=to)
        portal.delivers_mail()
        signed_in = portal.browser.types_the_mailed_code()

        dashboard = {"area": "dashboard", "url": "https://portal.acme.test/"}
        assert signed_in.body["return_to"] == dashboard
        assert opened.body["destination"]["url"] == dashboard["url"]
        assert "evil" not in json.dumps(signed_in.headers)
        assert all(cookie.startswith("__Host-portico") for cookie in signed_in.cookies)
        assert "location" not in signed_in.headers

    @pytest.mark.parametrize("to", ["x" * 5000, 7, ["tickets"], {"area": "tickets"}])
    def test_red_01_that_is_no_short_text_is_refused(self, portal, to):
        assert portal.browser.asks_for_a_code(to=to).problem == (400, "invalid-request")
        assert portal.browser.opens_the_link(to=to).problem == (400, "invalid-request")

    def test_red_01_sent_twice_is_refused(self, portal):
        body = (
            f'{{"workspace": "acme", "link": "{portal.shared}", "email": "ann@example.com", '
            '"to": "tickets", "to": "//evil.test"}'
        )

        answer = portal.browser.sends("request_code", "POST /v1/codes", body)

        assert answer.problem == (400, "invalid-request")


class TestRed02ADeepLink:
    def test_red_02_outlives_wrong_codes_resends_and_expiry(self, portal):
        portal.browser.asks_for_a_code(to="ticket:123")
        portal.delivers_mail()
        portal.browser.types(WRONG)
        portal.forward(minutes=11)
        portal.browser.types_the_mailed_code()
        portal.browser.asks_again()
        portal.delivers_mail()

        signed_in = portal.browser.types_the_mailed_code()

        assert signed_in.body["return_to"]["url"] == "https://portal.acme.test/tickets/123"

    def test_red_02_outlives_a_second_challenge(self, portal):
        portal.browser.asks_for_a_code(to="ticket:123")
        portal.delivers_mail()
        portal.forward(minutes=31)
        assert portal.browser.types_the_mailed_code().status == 410
        portal.browser.asks_for_a_code(to="ticket:123")
        portal.delivers_mail()

        signed_in = portal.browser.types_the_mailed_code()

        assert signed_in.body["return_to"]["area"] == "ticket:123"

    def test_red_02_is_not_read_again_from_what_is_typed_later(self, portal):
        portal.browser.asks_for_a_code(to="ticket:123")
        portal.delivers_mail()

        evil = {"area": "x", "url": "https://evil.test"}
        signed_in = portal.browser.types_the_mailed_code(to="tickets", return_to=evil)

        assert signed_in.body["return_to"] == {
            "area": "ticket:123",
            "url": "https://portal.acme.test/tickets/123",
        }

    def test_red_02_stays_with_its_own_challenge(self, portal):
        first, second = portal.browser, portal.another_browser()
        first.asks_for_a_code(to="ticket:123")
        portal.delivers_mail()
        second.asks_for_a_code(to="tickets")
        portal.delivers_mail()

        assert second.types(portal.mailed_code(1)).body["return_to"]["area"] == "tickets"
        assert first.types(portal.mailed_code(0)).body["return_to"]["area"] == "ticket:123"


class TestRed03AnAreaThatIsNotHere:
    def test_red_03_of_another_workspace_is_the_dashboard(self, portal):
        globex = portal.neighbour()
        globex.sets(request_flows=["company-car"])

        portal.browser.asks_for_a_code(to="request:company-car")
        portal.delivers_mail()
        signed_in = portal.browser.types_the_mailed_code()

        assert signed_in.status == 200
        assert signed_in.body["return_to"]["url"] == "https://portal.acme.test/"
        assert "company-car" not in signed_in.event["body"]

    def test_red_03_that_the_portal_does_not_have_is_the_dashboard(self, portal):
        portal.sets(areas={"dashboard": "/", "tickets": "/tickets"})

        portal.browser.asks_for_a_code(to="ticket:123")
        portal.delivers_mail()

        signed_in = portal.browser.types_the_mailed_code()
        assert signed_in.body["return_to"] == {
            "area": "dashboard",
            "url": "https://portal.acme.test/",
        }


def masked(answer: Answer) -> str:
    """All that a browser sees, but for the id of its request."""
    event = answer.event
    body = {**json.loads(event["body"]), "instance": None}
    return json.dumps({**event, "body": body}, sort_keys=True)


def keys_in(parameters: dict) -> list[str]:
    return [key["sk"]["S"] for key in parameters["RequestItems"]["people"]["Keys"]]
