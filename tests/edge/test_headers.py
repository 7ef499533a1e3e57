"""LOG-02: what every answer says beside its content, and what no address ever holds
(edge/responses.py)."""

import base64
import json
import re

import pytest

from portico.people.store import People
from tests.support.doors import Answer, knock
from tests.support.driver import Portal

PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)


@pytest.fixture
def visit(portal: Portal) -> dict[str, Answer]:
    """One answer of every kind: each route, and each way it can fail."""
    ann = portal.browser
    portal.sets(logo=People("people", "acme").put_logo(PNG))
    answers: dict[str, Answer] = {}
    answers["page"] = knock("sign_in_page", "GET /{workspace}", path={"workspace": "acme"})
    answers["page of nobody"] = knock("sign_in_page", "GET /{workspace}", path={"workspace": "x"})
    answers["root"] = knock("sign_in_page", "GET /")
    for file in ("page.css", "portico.js", "words/en.json", "favicon.svg", "nothing.js"):
        answers[file] = knock("sign_in_page", "GET /assets/{proxy+}", path={"proxy": file})
    logo = {"proxy": f"logo/acme/{portal.workspace.logo}.png"}
    answers["logo"] = knock("sign_in_page", "GET /assets/{proxy+}", path=logo)
    answers["elsewhere"] = knock("sign_in_page", "$default")
    answers["link"] = ann.opens_the_link(to="ticket:123")
    answers["bad link"] = ann.opens_the_link("x")
    answers["asked"] = ann.asks_for_a_code(to="ticket:123")
    answers["asked too soon"] = ann.asks_again()
    answers["bad address"] = ann.asks_for_a_code("ann")
    portal.delivers_mail()
    answers["no code"] = ann.types("!")
    answers["wrong code"] = ann.types("0000000")
    answers["too large"] = ann.types("x" * 20000)
    answers["not JSON"] = ann.sends("verify_code", "POST /v1/codes/verify", "x")
    answers["form"] = ann.sends(
        "verify_code", "POST /v1/codes/verify", "x", headers={"content-type": "text/plain"}
    )
    answers["other site"] = ann.sends(
        "verify_code",
        "POST /v1/codes/verify",
        {"challenge": ann.challenge, "code": "0000001"},
        origin="https://evil.test",
    )
    answers["signed in"] = ann.types_the_mailed_code()
    answers["used"] = ann.types_the_mailed_code()
    token = answers["signed in"].body["access_token"]
    answers["refreshed"] = ann.refreshes()
    answers["read"] = ann.reads_the_session(token)
    answers["not read"] = ann.reads_the_session("x")
    answers["no such method"] = knock("session", "PUT /v1/session")
    answers["signed out"] = ann.signs_out(token)
    answers["not refreshed"] = ann.refreshes()
    answers["discovery"] = knock("session", "GET /.well-known/openid-configuration")
    answers["keys"] = knock("session", "GET /.well-known/jwks.json")
    return answers


@pytest.fixture
def secrets(portal: Portal, visit: dict[str, Answer]) -> list[str]:
    """What the visit must not have left in any address."""
    signed_in = visit["signed in"]
    code = portal.mailed_code()
    return [
        portal.shared,
        portal.browser.challenge,
        code,
        f"{code[:3]}-{code[3:]}",
        signed_in.body["access_token"],
        *(cookie.split(";")[0].partition("=")[2] for cookie in signed_in.cookies),
    ]


PUBLIC = {"page.css", "portico.js", "words/en.json", "favicon.svg", "logo", "discovery", "keys"}
PAGES = {"page", "page of nobody", "root"}


class TestEveryAnswer:
    def test_log_02_is_what_the_visit_expects(self, visit):
        assert {what: answer.status for what, answer in visit.items()} == {
            **dict.fromkeys(PAGES | PUBLIC, 200),
            "nothing.js": 404,
            "elsewhere": 404,
            "link": 200,
            "bad link": 404,
            "asked": 202,
            "asked too soon": 429,
            "bad address": 400,
            "no code": 400,
            "wrong code": 401,
            "too large": 413,
            "not JSON": 400,
            "form": 415,
            "other site": 403,
            "signed in": 200,
            "used": 410,
            "refreshed": 200,
            "read": 200,
            "not read": 401,
            "no such method": 405,
            "signed out": 204,
            "not refreshed": 401,
        }

    def test_log_02_is_kept_by_nobody_unless_it_is_everybodys(self, visit):
        for what, answer in visit.items():
            kept = answer.headers["cache-control"]
            assert kept.startswith("public, max-age=") if what in PUBLIC else kept == "no-store", (
                what
            )

    def test_log_02_is_taken_for_what_it_is(self, visit):
        for what, answer in visit.items():
            headers = answer.headers
            assert headers["x-content-type-options"] == "nosniff", what
            assert headers["referrer-policy"] == "no-referrer", what
            assert headers["strict-transport-security"].startswith("max-age=63072000"), what

    def test_log_02_is_json_wherever_the_api_answers(self, visit):
        for what, answer in visit.items():
            if what in PAGES | PUBLIC or answer.status == 204:
                continue
            kind = "application/json" if answer.status < 400 else "application/problem+json"
            assert answer.headers["content-type"] == kind, what

    def test_log_02_is_framed_by_nobody_and_loads_nothing_from_elsewhere(self, visit):
        for what, answer in visit.items():
            policy = answer.headers["content-security-policy"]
            assert "frame-ancestors 'none'" in policy, what
            assert "default-src 'none'" in policy, what
            assert "unsafe" not in policy, what
            assert "http" not in policy, what
            assert "*" not in policy, what

    def test_log_02_names_no_other_host_in_the_page(self, visit):
        page = visit["page"].event
        assert page["isBase64Encoded"] is True

        text = decoded(page["body"])

        assert re.findall(r"""(?:src|href|action)=["']?(?:https?:)?//""", text) == []
        assert re.findall(r"<script(?![^>]*\bsrc=)", text) == []

    def test_log_02_keeps_every_secret_out_of_addresses(self, visit, secrets):
        for what, answer in visit.items():
            assert "location" not in answer.headers, what
            for url in urls_in(answer):
                assert not any(secret in url for secret in secrets), what

    def test_log_02_keeps_every_secret_out_of_headers_but_its_cookie(self, visit, secrets):
        for what, answer in visit.items():
            headers = json.dumps(answer.headers)
            assert not any(secret in headers for secret in secrets), what

    def test_log_02_repeats_no_secret_that_came_in(self, visit, secrets):
        link, challenge, code = secrets[:3]

        for what, answer in visit.items():
            body = json.dumps(answer.event.get("body", ""))
            assert link not in body, what
            assert code not in body, what
            assert what == "asked" or challenge not in body, what


def decoded(body: str) -> str:
    return base64.b64decode(body).decode()


def urls_in(answer: Answer) -> list[str]:
    if answer.event.get("isBase64Encoded"):
        return []
    return re.findall(r'https?://[^"\s]*|"/[^"\s]*', answer.event.get("body") or "")
