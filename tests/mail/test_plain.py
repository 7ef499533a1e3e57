"""Names that a workspace chose, and browsers that a request claims."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.mail.devices import KNOWN_DEVICES, device_of
from portico.mail.plain import LONGEST_MAIL_NAME, plain_name, unlinked

GECKO_LIKE = "(KHTML, like Gecko)"


class TestAPlainName:
    @pytest.mark.parametrize(
        "name",
        [
            "Acme Support",
            "Müller & Söhne",
            "Booking.com",
            "株式会社アクメ",
            "مكتب النور",
            "👩‍💻 Desk",
        ],
    )
    def test_is_left_as_it_is(self, name):
        assert plain_name(name) == name

    @pytest.mark.parametrize(
        ("name", "plain"),
        [
            ("  Acme\t Support ", "Acme Support"),
            ("Acme\r\nBcc: v@y", "Acme Bcc: v@y"),
            ("Acme\u2028Support", "Acme Support"),
            ("Acme\u001cSupport", "Acme Support"),
            ("Ac\u0000me", "Acme"),
            ("Ac\u202eme", "Acme"),
            ("Ac\u00adme", "Acme"),
            ("Ac\ud800me", "Acme"),
            ("=?utf-8?q?=0d=0aBcc:_v@y?=", "utf-8?q0d=0aBcc:_v@y"),
            ("==??utf-8", "utf-8"),
            ("<b>Acme</b>", "bAcme/b"),
            ("https://acme.example", "acme.example"),
            ("Sales // Support", "Sales Support"),
        ],
    )
    def test_loses_what_a_header_or_a_sentence_must_not_have(self, name, plain):
        assert plain_name(name) == plain

    def test_is_cut_at_a_hundred_characters(self):
        cut = plain_name("x" * 5000)

        assert len(cut) == LONGEST_MAIL_NAME
        assert cut.endswith("…")

    @pytest.mark.parametrize("name", ["", " ", "\u200b", "\u200d", "<>", "=?", "https://"])
    def test_that_is_nothing_becomes_something_else(self, name):
        assert plain_name(name, otherwise="acme") == "acme"

    @given(st.text(alphabet=st.characters() | st.sampled_from("=?<>:/\r\n"), max_size=300))
    def test_is_one_visible_line_whatever_it_was(self, name):
        plain = plain_name(name)

        assert len(plain) <= LONGEST_MAIL_NAME
        assert len(plain.splitlines()) <= 1
        assert not {unicodedata.category(each) for each in plain} & {"Cc", "Cs", "Zl", "Zp"}
        assert not [mark for mark in ("=?", "?=", "//", "<", ">") if mark in plain]
        assert plain_name(plain) == plain


class TestANameInASentence:
    def test_looks_the_same_but_is_no_link(self):
        assert unlinked("Booking.com Desk.") == "Booking\u200c.com Desk."


class TestACoarseOrigin:
    @pytest.mark.parametrize(
        ("user_agent", "said"),
        [
            (
                f"Mozilla/5.0 (Windows NT 10.0) {GECKO_LIKE} Chrome/131 Safari/537",
                "Chrome (Windows)",
            ),
            (f"Mozilla/5.0 (Windows NT 10.0) {GECKO_LIKE} Chrome/131 Edg/131", "Edge (Windows)"),
            (f"Mozilla/5.0 (iPhone; like Mac OS X) {GECKO_LIKE} Safari/604", "Safari (iPhone)"),
            (f"Mozilla/5.0 (X11; CrOS x86_64) {GECKO_LIKE} Chrome/131", "Chrome (ChromeOS)"),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X) Gecko Firefox/133", "Firefox (macOS)"),
            (
                f"Mozilla/5.0 (Linux; Android 14) {GECKO_LIKE} SamsungBrowser/27 Chrome/125",
                "Samsung Internet (Android)",
            ),
            ("Mozilla/5.0 (PlayStation 5) Safari/605", None),
            ("curl/8.5.0", None),
            ("", None),
        ],
    )
    def test_is_a_browser_and_a_system(self, user_agent, said):
        assert device_of(user_agent) == said

    @given(st.text() | st.text().map(lambda noise: f"Chrome/1 {noise} Linux <a href=//evil>"))
    def test_is_one_of_our_own_texts_whatever_the_header_says(self, user_agent):
        assert device_of(user_agent) in KNOWN_DEVICES | {None}
