"""The whole house: what a newcomer has after one command."""

import http.client
import json
import os
import re
import subprocess
import sys
import time
from datetime import datetime

import pytest

from tests.local.conftest import OWN_ELSEWHERE, OWN_HERE, ROOT
from tests.local.visitor import Visitor

pytestmark = pytest.mark.emulated


class TestASignIn:
    def test_by_a_shared_link_ends_in_the_portal(self, house, visitor):
        signed_in = visitor.signs_in(visitor.link(kind="shared"), "ben@example.com")

        assert signed_in.status == 200, signed_in.text
        assert signed_in.body["contact"]["email"] == "ben@example.com"
        assert signed_in.body["return_to"] == {"area": "dashboard", "url": f"{house.portal}/acme/"}

    def test_by_a_personal_link_ends_in_the_area_it_names(self, house, visitor):
        link = visitor.link(kind="personal", destination="request:new-laptop")

        signed_in = visitor.signs_in(link)

        assert signed_in.body["contact"]["id"] == link["contact"]
        assert signed_in.body["return_to"] == {
            "area": "request:new-laptop",
            "url": f"{house.portal}/acme/requests/new-laptop",
        }

    def test_is_known_to_the_portal_on_its_own_origin(self, house, visitor):
        visitor.comes_in("chloe@example.com")
        portal = Visitor(house.origin, page=house.portal, cookies=visitor.cookies)

        session = portal.sends("POST", "/v1/session/refresh", {"workspace": "acme"})

        assert session.status == 200
        assert session.body["contact"]["email"] == "chloe@example.com"
        assert session.headers["access-control-allow-origin"] == house.portal
        assert session.headers["access-control-allow-credentials"] == "true"

    def test_is_for_no_deactivated_contact(self, visitor):
        before = len(visitor.mails())
        visitor.asks_for_a_code(visitor.link(kind="personal", email="dora@example.com"))
        visitor.comes_in("ben@example.com")

        assert len(visitor.mails()) == before + 1

    def test_by_a_provider_begins_with_a_trip(self, visitor):
        link = visitor.link(kind="shared")
        body = {"workspace": "acme", "link": link["token"], "connection": "google"}

        assert visitor.sends("POST", "/v1/sso/start", body).status == 200

    def test_works_under_the_other_name_of_this_machine(self, house):
        visitor = Visitor(f"http://localhost:{house.port}")

        link = visitor.link(kind="personal", workspace="fabrik")
        assert visitor.signs_in(link).status == 200


class TestTheTerminal:
    def test_prints_requests_and_no_metrics(self, house, visitor):
        link = visitor.link(kind="shared")
        body = {"workspace": "acme", "link": link["token"], "connection": "google"}
        visitor.sends("GET", "/acme?a=secret")
        visitor.sends("POST", "/v1/sso/start", body)
        visitor.sends("GET", "/v1/nothing")
        for _ in range(101):
            visitor.sends("GET", "/acme")

        for line in ("GET /acme 200", "POST /v1/sso/start 200", "GET /v1/nothing 404"):
            assert re.search(rf"^{re.escape(line)} \d+ ms$", house.said, re.MULTILINE)
        assert "_aws" not in house.said
        assert "secret" not in house.said

    def test_has_nothing_to_note_at_a_newcomers_first_command(self, house):
        first = [sys.executable, "-m", "cli", "workspace", "show", "acme", "--local", house.origin]

        done = subprocess.run(
            first, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
        )

        assert "Acme Support" in done.stdout
        assert done.stderr == ""


class TestAPortalOfADevelopers:
    def test_elsewhere_may_fetch_its_tokens_from_the_browser(self, house):
        page = Visitor(house.origin, page=OWN_ELSEWHERE)

        answer = page.sends("OPTIONS", "/oauth2/token", access_control_request_method="POST")

        assert answer.headers["access-control-allow-origin"] == "*"
        assert f"--redirect-uri {OWN_ELSEWHERE}/callback" in house.said

    def test_on_our_site_gets_the_session_of_a_contact(self, house, visitor):
        visitor.comes_in("chloe@example.com")
        portal = Visitor(house.origin, page=OWN_HERE, cookies=visitor.cookies)

        session = portal.sends("POST", "/v1/session/refresh", {"workspace": "acme"})

        assert session.status == 200
        assert session.headers["access-control-allow-origin"] == OWN_HERE

    def test_that_was_not_named_gets_no_session(self, house, visitor):
        visitor.comes_in("chloe@example.com")
        stranger = Visitor(house.origin, page="http://127.0.0.1:3001", cookies=visitor.cookies)

        session = stranger.sends("POST", "/v1/session/refresh", {"workspace": "acme"})

        assert session.status == 403
        assert "access-control-allow-origin" not in session.headers


class TestTheSamplePortal:
    def test_is_led_to_the_site_that_portico_is_on(self, house):
        asked = http.client.HTTPConnection("localhost", house.port + 1, timeout=20)
        asked.request("GET", "/acme/tickets?a=1")

        answer = asked.getresponse()

        assert answer.status == 307
        assert answer.headers["location"] == f"{house.portal}/acme/tickets?a=1"


class TestTheMailbox:
    def test_tells_all_of_a_mail(self, visitor):
        asked = visitor.asks_for_a_code(
            visitor.link(kind="shared", workspace="waha"), "omar@example.com"
        )

        mail = visitor.mail_labelled(asked["label"])

        assert {"to", "from", "subject", "text", "html", "headers", "at"} <= mail.keys()
        assert mail["to"] == "omar@example.com"
        assert "واحة الدعم" in mail["from"]
        assert asked["label"] in mail["subject"]
        assert 'dir="rtl"' in mail["html"]
        assert mail["headers"]["Auto-Submitted"] == "auto-generated"
        assert datetime.fromisoformat(mail["at"]).tzinfo is not None
        assert visitor.mails()[-1] == mail


class TestThePortal:
    @pytest.mark.parametrize(
        "path", ["/acme/", "/acme/tickets", "/acme/tickets/123", "/acme/requests/new-laptop"]
    )
    def test_has_every_area(self, house, path):
        page = Visitor(house.portal).sends("GET", path)

        assert page.status == 200
        assert house.origin in page.text

    def test_may_ask_the_api_from_its_origin(self, house):
        portal = Visitor(house.origin, page=house.portal)

        answer = portal.sends(
            "OPTIONS", "/v1/session/refresh", access_control_request_method="POST"
        )

        assert answer.status == 204
        assert answer.headers["access-control-allow-origin"] == house.portal

    def test_may_import_the_module(self, house):
        portal = Visitor(house.origin, page=house.portal)

        module = portal.sends("GET", "/assets/portico.js")

        assert module.headers["access-control-allow-origin"] == "*"
        assert module.headers["content-type"].startswith("text/javascript")

    def test_of_nobody_is_not_there(self, house):
        assert Visitor(house.portal).sends("GET", "/nobody/").status == 404


class TestTheStack:
    def test_is_told_to_the_cli(self, house, visitor):
        told = visitor.sends("GET", "/_local/stack.json").body

        assert told["api_url"] == house.origin
        assert told["endpoint"].startswith("http://127.0.0.1:")
        assert told["people_table"] == told["outputs"]["PeopleTable"]
        assert "FRONT" not in json.dumps(told)


class TestTheClock:
    def test_lets_a_wait_be_over(self, visitor):
        asked = visitor.asks_for_a_code(visitor.link(kind="shared"), "nobody@example.com")
        resend = {"challenge": asked["challenge"]}
        assert visitor.sends("POST", "/v1/codes/resend", resend).status == 429

        visitor.forward(30)

        assert visitor.sends("POST", "/v1/codes/resend", resend).status == 202

    def test_stays_where_it_is_when_the_doors_are_loaded_again(self, house, visitor):
        before = visitor.forward(60)
        handler = ROOT / "functions" / "resolve_link" / "handler.py"
        link = visitor.link(kind="shared")
        opened = {"workspace": "acme", "link": link["token"]}

        os.utime(handler)
        time.sleep(0.3)
        answer = visitor.sends("POST", "/v1/links/resolve", opened)

        assert answer.status == 200
        assert "changed: functions/resolve_link/handler.py" in house.said
        assert visitor.sends("GET", "/_local/clock").body["now"] >= before
        assert visitor.signs_in(link, "ben@example.com").status == 200
