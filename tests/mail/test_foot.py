"""The workspace's own links below a mail (mail/letters.py, mail/render.py)."""

import pytest

from portico.mail.languages import LANGUAGES
from portico.mail.letters import FootLink
from portico.mail.render import render

FOOT = (
    FootLink("help", "mailto:help@acme.example"),
    FootLink("privacy", "https://acme.example/privacy?lang=de&x=1"),
    FootLink("terms", "https://acme.example/terms"),
)


class TestTheFoot:
    def test_out_08_says_where_to_find_help(self, a_letter):
        mail = render(a_letter(foot=FOOT))

        assert "Help: help@acme.example\n" in mail.text
        assert "Privacy: https://acme.example/privacy?lang=de&x=1\n" in mail.text
        assert 'href="mailto:help@acme.example"' in mail.html
        assert 'href="https://acme.example/privacy?lang=de&amp;x=1"' in mail.html

    def test_out_08_is_empty_where_the_workspace_has_set_nothing(self, a_letter):
        mail = render(a_letter())

        assert "href" not in mail.html
        assert "Help" not in mail.text

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_out_08_speaks_the_mails_language_and_the_code_stays_last(self, a_letter, language):
        mail = render(a_letter(language=language, foot=FOOT))

        assert "help@acme.example" in mail.text
        assert mail.text.rstrip().splitlines()[-1] == a_letter().bound_line

    @pytest.mark.parametrize(
        "url",
        [
            "javascript:alert(1)",
            "http://acme.example",
            'https://acme.example/"><script>',
            "https://acme.example/ x",
            "mailto:a@b.example?bcc=c@d.example",
            "mailto:a@b.example\r\nBcc: c@d.example",
            "https://\u202egro.example",
            "",
        ],
        ids=ascii,
    )
    def test_out_08_leaves_out_what_is_neither_a_page_nor_an_address(self, a_letter, url):
        mail = render(a_letter(foot=(FootLink("help", url),)))

        assert mail.html == render(a_letter()).html
        assert mail.text == render(a_letter()).text
