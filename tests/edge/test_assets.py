"""How the page's files are kept by browsers, and let go after a deployment."""

import base64
import gzip
import re
from hashlib import sha256

import pytest

from tests.support.doors import Answer, door, knock

GZIP = {"accept-encoding": "gzip, deflate, br"}


def opened(method: str = "GET", **more: object) -> Answer:
    return knock(
        "sign_in_page", f"{method} /{{workspace}}", path={"workspace": "acme"}, origin=None, **more
    )


def content(answer: Answer) -> bytes:
    assert answer.event["isBase64Encoded"] is True
    return base64.b64decode(answer.event["body"])


def page() -> str:
    return content(opened()).decode()


def asset(name: str, *, method: str = "GET", **more: object) -> Answer:
    return knock(
        "sign_in_page", f"{method} /assets/{{proxy+}}", path={"proxy": name}, origin=None, **more
    )


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


class TestAFileForABrowserThatReadsGzip:
    @pytest.mark.parametrize("name", ["page.js", "portico.js", "page.css", "words/ja.json"])
    def test_is_sent_compressed(self, tables, name):
        plain, packed = asset(name), asset(name, headers=GZIP)

        assert "content-encoding" not in plain.headers
        assert packed.headers["content-encoding"] == "gzip"
        assert gzip.decompress(content(packed)) == content(plain)
        assert len(content(packed)) < len(content(plain)) / 2

    def test_is_told_apart_from_the_plain_one(self, tables):
        plain, packed = asset("portico.js"), asset("portico.js", headers=GZIP)

        assert plain.headers["etag"] != packed.headers["etag"]
        assert plain.headers["vary"] == packed.headers["vary"] == "origin, accept-encoding"

    def test_is_not_sent_again_to_whoever_has_it(self, tables):
        tag = asset("portico.js", headers=GZIP).headers["etag"]

        again = asset("portico.js", headers=GZIP | {"if-none-match": tag})
        plain = asset("portico.js", headers={"if-none-match": tag})

        assert (again.status, "content-encoding" in again.headers) == (304, False)
        assert again.headers["vary"] == "origin, accept-encoding"
        assert plain.status == 200

    def test_is_plain_where_gzip_is_refused(self, tables):
        answer = asset("portico.js", headers={"accept-encoding": "gzip;q=0, br"})

        assert "content-encoding" not in answer.headers
        assert content(answer).startswith(b"/**")

    def test_is_the_same_bytes_in_every_environment(self, tables):
        first = content(asset("page.js", headers=GZIP))

        door.cache_clear()

        # A browser may load one file from two of them, in parts.
        assert content(asset("page.js", headers=GZIP)) == first
        assert first[4:8] == bytes(4), "a time in the frame"

    def test_has_the_same_headers_when_only_they_are_asked_for(self, tables):
        assert asset("page.js", method="HEAD", headers=GZIP).headers == (
            asset("page.js", headers=GZIP).headers
        )

    def test_is_a_picture_as_it_is(self, tables):
        answer = asset("favicon.svg", headers=GZIP)

        assert "content-encoding" not in answer.headers
        assert answer.headers["vary"] == "origin"


class TestThePage:
    def test_is_sent_compressed_to_a_browser_that_reads_it(self, tables):
        answer = opened(headers=GZIP)

        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["vary"] == "accept-encoding"
        assert gzip.decompress(content(answer)).decode() == page()
        assert opened("HEAD", headers=GZIP).headers == answer.headers

    def test_is_plain_for_any_other(self, tables):
        assert "content-encoding" not in opened().headers

    def test_allows_its_own_style_and_no_other(self, tables):
        (style,) = re.findall(r"<style>(.*?)</style>", page(), re.DOTALL)
        digest = base64.b64encode(sha256(style.encode()).digest()).decode()

        policy = opened().headers["content-security-policy"]

        assert f"; style-src 'sha256-{digest}'; " in policy

    def test_allows_the_console_the_style_of_the_page_that_it_shows(self, tables):
        path = {"workspace": "acme"}
        answer = knock("sign_in_page", "GET /{workspace}/team", path=path, origin=None)

        policy = answer.headers["content-security-policy"]
        digests = [
            base64.b64encode(sha256(style.encode()).digest()).decode()
            for shown in (content(answer).decode(), page())
            for style in re.findall(r"<style>(.*?)</style>", shown, re.DOTALL)
        ]
        assert len(digests) == 2
        allowed = " ".join(f"'sha256-{each}'" for each in digests)
        assert f"; style-src {allowed}; " in policy

    def test_api_04_turns_no_text_into_markup_or_a_script(self, tables):
        policy = opened().headers["content-security-policy"].split("; ")

        assert "script-src 'self'" in policy
        assert policy[-2:] == ["require-trusted-types-for 'script'", "trusted-types 'none'"]


class TestAModuleOfTheBundle:
    def test_has_the_address_of_the_source_that_it_is_made_of(self, tables):
        script = content(asset("page.js")).decode()

        # Everything that a first visit needs is in it, so it imports nothing.
        assert not re.search(r"\bimport\b[^(.]", script)

    def test_has_no_second_address(self, tables):
        for name in ("bundle/page.js", "bundle/assets/page.js", "../bundle/assets/page.js"):
            assert asset(name).problem == (404, "not-found")
