"""A provider's error, or whatever a stranger sends in its place, is kept so that it can be shown
(sso/callback.py, portico.printable)."""

import unicodedata

import pytest

EVIL = "\x1b[31mred\r\n\x00\x85\x9b2J\u202e\u2066\u200b\u2028\ufeffend"
"""ESC and C1 for a terminal, lines of one's own, a text turned around, and what has no width."""
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def unseen(text: str) -> list[str]:
    return [each for each in text if unicodedata.category(each) in UNSEEN]


@pytest.mark.parametrize("connection", ["microsoft", "google", "facebook", "twitter", "oidc"])
def test_out_09_control_characters_of_an_error_are_kept_by_no_row(connected, portal, connection):
    portal.browser.starts_sso(connection)

    portal.browser.comes_back(error=EVIL, code=None)

    (line,) = (row for row in portal.records_trail() if row["name"] == "sso.refused")
    assert line["detail"]["reason"].startswith("answer: ")
    assert line["detail"]["reason"].endswith("end")
    for table in ("people", "sign-in", "trail"):
        assert unseen(str([list(row.values()) for row in portal.rows(table)])) == []
        for row in portal.rows(table):
            texts = [row.get("detail", {}), row.get("event", {}).get("detail", {})]
            assert [unseen(each) for text in texts for each in text.values()] == [
                [] for text in texts for _ in text.values()
            ]
