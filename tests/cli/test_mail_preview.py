"""``portico workspace preview-mail`` (cli/mail_preview.py)."""

import re

import pytest

from cli.mail_preview import LETTERS
from portico.sender.sample_mails import SampleLetter
from portico.team.workspace_key import Scope
from tests.cli.test_remote import Remote, doors, makes_a_key, remote

__all__ = ["Remote", "doors", "makes_a_key", "remote"]

HOST = re.compile(
    r"(?<=@)(127\.0\.0\.1|localhost|signin\.acme\.test)(?= #)|https?://(?!www)[^/]+(?=/acme#)"
)
PREVIEW = ("workspace", "preview-mail", "acme")


class TestAPreview:
    def test_prints_the_text(self, portal, terminal):
        portal.sets(sender_name="Help desk", support_url="mailto:help@acme.test")

        said = terminal.says(*PREVIEW, "--language", "de").stdout

        assert said.startswith("From: Help desk\nSubject: ")
        assert "\n    SAM-PLE0\n" in said
        assert "help@acme.test" in said

    def test_writes_the_html_for_a_browser(self, portal, terminal, tmp_path):
        portal.sets(accent_color="#123456")
        file = tmp_path / "mail.html"

        said = terminal.says(*PREVIEW, "--letter", "link", "--html", str(file)).stdout

        assert "Open it in a browser" in said
        assert "background:#123456" in file.read_text()
        assert "lnk_SAMPLE-" in file.read_text()

    def test_knows_the_letters_of_the_route(self, portal, terminal):
        assert tuple(SampleLetter) == LETTERS

        refused = terminal.refused(*PREVIEW, "--letter", "bill", code=2)

        assert "code, link, notice" in refused

    def test_that_cannot_be_written_says_so(self, portal, terminal, tmp_path):
        refused = terminal.refused(*PREVIEW, "--html", str(tmp_path / "none" / "mail.html"))

        assert "No such file" in refused


class TestOverHttp:
    @pytest.mark.parametrize("letter", LETTERS)
    def test_is_the_same(self, remote, makes_a_key, letter):
        remote.has(PORTICO_KEY=makes_a_key(Scope.READ_SETTINGS))
        asked = (*PREVIEW, "--letter", letter, "--language", "ja")

        over_http = remote.told(*asked)["mail"]

        by_aws = remote.terminal.told(*asked)["mail"]
        # Each names the host that it was asked at, of which the line for the browser leaves the port out.
        shown = [HOST.sub("HOST", str(each)) for each in (over_http, by_aws)]
        assert shown[0] == shown[1]
        assert ("HOST" in shown[0]) == (letter != "notice")
