"""How the page's files are kept by browsers, and let go after a deployment."""

import base64
import re

from tests.support.doors import Answer, knock


def page() -> str:
    answer = knock("sign_in_page", "GET /{workspace}", path={"workspace": "acme"}, origin=None)
    return base64.b64decode(answer.event["body"]).decode()


def asset(name: str, **more: object) -> Answer:
    return knock("sign_in_page", "GET /assets/{proxy+}", path={"proxy": name}, origin=None, **more)


class TestAFileThatThePageNames:
    def test_is_kept_for_ever(self, tables):
        versions = re.findall(r'"/assets/(-[0-9a-f]{16})/page\.js"', page())

        answer = asset(f"{versions[0]}/page.js")

        assert answer.status == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"

    def test_stands_below_the_version_wherever_the_page_names_one(self, tables):
        assert re.findall(r'"/assets/(?!-[0-9a-f]{16}/)', page()) == []


class TestAFileOfAnotherVersion:
    def test_is_answered_but_not_kept_under_that_name(self, tables):
        answer = asset("-0123456789abcdef/page.js")

        assert answer.status == 200
        assert answer.headers["cache-control"] == "public, max-age=300"


class TestTheModuleThatPortalsImport:
    def test_is_not_sent_again_to_whoever_has_it(self, tables):
        first = asset("portico.js")

        again = asset("portico.js", headers={"if-none-match": first.headers["etag"]})

        assert (again.status, "body" in again.event) == (304, False)
        assert again.headers["etag"] == first.headers["etag"]


class TestAFileThatIsNone:
    def test_is_not_found(self, tables):
        for name in ("nothing.js", "../handler.py", "words", "", "-0123456789abcdef/../index.html"):
            assert asset(name).problem == (404, "not-found")
