"""One spelling per address, and what a stranger may see of it."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portico.errors import InvalidRequest
from portico.mail.mime import check_address
from portico.people.addresses import UNMAILABLE as UNMAILABLE_REASON
from portico.people.addresses import mailable, masked, normalise, subject_of


class TestAnAddress:
    @pytest.mark.parametrize(
        ("typed", "stored"),
        [
            ("ann@example.com", "ann@example.com"),
            ("  ann@example.com\r\n", "ann@example.com"),
            ("Ann.Archer@Example.COM", "ann.archer@example.com"),
            ("ann+tickets@example.com", "ann+tickets@example.com"),
            ("a.n.n@example.com", "a.n.n@example.com"),
            ("o'hara_{x}|y~!#$%&*/=?^`@example.com", "o'hara_{x}|y~!#$%&*/=?^`@example.com"),
            ("jose\u0301@example.com", "jos\u00e9@example.com"),
            ("JOS\u00c9@example.com", "jos\u00e9@example.com"),
            ("ann@mail.example.co.uk", "ann@mail.example.co.uk"),
            ("ann@1and1.example", "ann@1and1.example"),
            ("a@b.co", "a@b.co"),
        ],
    )
    def test_has_one_spelling(self, typed, stored):
        assert normalise(typed) == stored

    @given(st.from_regex(r"[A-Za-z0-9.+_-]{1,20}@[A-Za-z0-9]{1,10}\.[a-zA-Z]{2,5}", fullmatch=True))
    @settings(max_examples=60, deadline=None)
    def test_is_left_alone_once_it_has_its_spelling(self, typed):
        assert normalise(normalise(typed)) == normalise(typed)

    @pytest.mark.parametrize(
        "typed",
        [
            "",
            " ",
            "ann",
            "@",
            "ann@",
            "@example.com",
            "ann@@example.com",
            "ann@eve@example.com",
            "ann@localhost",
            "ann@.example.com",
            "ann@example..com",
            "ann@example.com.",
            "ann@-example.com",
            "ann@example-.com",
            "ann@exam_ple.com",
            "ann@exam ple.com",
            "an n@example.com",
            "ann@[127.0.0.1]",
            "ann@example.com:25",
            "ann@example.com/x",
            '"ann"@example.com',
            "<ann@example.com>",
            "Ann <ann@example.com>",
            "ann(x)@example.com",
            "ann,eve@example.com",
            "ann;eve@example.com",
            "ann\\@example.com",
            "ann:eve@example.com",
            "mailto:ann@example.com",
        ],
    )
    def test_that_is_none_is_refused(self, typed):
        with pytest.raises(InvalidRequest) as refused:
            normalise(typed)
        assert refused.value.field == "email"

    @pytest.mark.parametrize(
        "address",
        [
            "a" * 64 + "@example.com",
            "ann@" + "a" * 63 + ".com",
            "ann@" + ".".join(["a" * 61] * 4) + ".b",
        ],
    )
    def test_may_be_as_long_as_mail_allows(self, address):
        assert normalise(address) == address
        assert len(address) <= 254

    @pytest.mark.parametrize(
        "address",
        [
            "a" * 65 + "@example.com",
            "ann@" + "a" * 64 + ".com",
            "ann@" + ".".join(["a" * 61] * 4) + ".bcd",
            "a" * 5000 + "@example.com",
            "ann@" + "\u00fc" * 10_000 + ".com",
            "ann@" + "a." * 3000 + "com",
        ],
    )
    def test_that_is_longer_is_refused(self, address):
        with pytest.raises(InvalidRequest):
            normalise(address)


class TestUni01LettersThatFoldIntoAnother:
    @pytest.mark.parametrize(
        "look_alike",
        [
            "m\u0131ke@example.org",  # dotless i: upper-case of both is I
            "m\u0130ke@example.org",  # dotted I: its lower-case is i and a dot
            "mi\u03bae@example.org",  # Greek kappa
            "mike@ex\u00e4mple.org",
            "\uff4dike@example.org",  # full-width m
        ],
    )
    def test_uni_01_are_somebody_else(self, look_alike):
        assert normalise(look_alike) != "mike@example.org"

    def test_uni_01_only_what_unicode_calls_the_same_letter_is_the_same(self):
        kelvin = "mi\u212ae@example.org"

        assert unicodedata.normalize("NFC", kelvin) == "miKe@example.org"
        assert normalise(kelvin) == "mike@example.org"

    @pytest.mark.parametrize("typed", ["m\u0131ke@example.org", "M\u0130KE@example.org"])
    def test_uni_01_are_mailed_nothing_through_the_door(self, portal, typed):
        portal.adds("Mike Miller", "mike@example.org")

        answer = portal.browser.asks_for_a_code(typed)
        portal.delivers_mail()

        assert answer.status == 400
        assert portal.mails == []

    def test_uni_01_whatever_is_typed_the_mail_goes_to_the_stored_address(self, portal):
        portal.adds("Mike Miller", "mike@example.org")

        portal.browser.asks_for_a_code("Mi\u212aE@EXAMPLE.org")
        portal.delivers_mail()

        assert [set(mail.to) for mail in portal.mails] == [{"mike@example.org"}]


class TestUni02Domains:
    @pytest.mark.parametrize(
        "domain",
        [
            "b\u00fccher.example",
            "bu\u0308cher.example",
            "B\u00dcCHER.example",
            "xn--bcher-kva.example",
            "XN--BCHER-KVA.Example",
            "b\u00fccher\u3002example",
        ],
    )
    def test_uni_02_have_one_a_label(self, domain):
        assert normalise(f"ann@{domain}") == "ann@xn--bcher-kva.example"

    def test_uni_02_keep_the_sharp_s(self):
        assert normalise("ann@fa\u00df.example") == "ann@xn--fa-hia.example"

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("ann@\u0430pple.example", "ann@apple.example"),  # Cyrillic a
            ("\u0430nn@apple.example", "ann@apple.example"),
            ("ann@g\u00f6ogle.example", "ann@google.example"),
        ],
    )
    def test_uni_02_that_look_alike_are_distinct(self, one, other):
        assert normalise(one) != normalise(other)

    @pytest.mark.parametrize(
        "typed",
        [
            "an\u200bn@example.com",  # zero width space
            "an\u200dn@example.com",  # zero width joiner
            "an\u00adn@example.com",  # soft hyphen
            "\u202eann@example.com",  # right-to-left override
            "ann\u2066@example.com",
            "an\x00n@example.com",
            "an\x7fn@example.com",
            "an\x1cn@example.com",
            "an\u2028n@example.com",
            "an\u00a0n@example.com",
            "an\ue000n@example.com",
            "an\ufeffn@example.com",
            "ann@exa\u200bmple.com",
            "ann@exa\u00admple.com",
            "ann@example.com\u202c",
            "ann@\u2024example.com",
            "ann@b\u00fccher.example.",
            "ann@" + "\u00fc" * 64 + ".example",
            "ann@-\u00fc.example",
        ],
        ids=ascii,
    )
    def test_uni_02_with_what_nobody_sees_are_refused(self, typed):
        with pytest.raises(InvalidRequest):
            normalise(typed)


class TestUni03Spellings:
    def test_uni_03_are_distinct_contacts(self, portal):
        spellings = ["a+1@gmail.com", "a+2@gmail.com", "a.b@gmail.com", "ab@gmail.com"]

        contacts = {portal.adds(spelling, spelling).id for spelling in spellings}

        assert len(contacts) == 4

    def test_uni_03_are_never_one_for_another(self, portal):
        portal.adds("Ab", "a.b@gmail.com")

        for other in ("ab@gmail.com", "a.b+1@gmail.com", "a.b@googlemail.com"):
            portal.browser.asks_for_a_code(other)
            portal.delivers_mail()

        assert portal.mails == []

    def test_uni_03_share_one_mail_budget(self, portal):
        for spelling in ("ann+1@gmail.com", "a.nn@gmail.com", "ann@gmail.com"):
            portal.adds(spelling, spelling)
        for spelling in ("ann+1@gmail.com", "a.nn@gmail.com", "ann@gmail.com") * 2:
            portal.browser.asks_for_a_code(spelling)
            portal.delivers_mail()

        assert [set(mail.to) for mail in portal.mails] == [
            {"ann+1@gmail.com"},
            {"a.nn@gmail.com"},
            {"ann@gmail.com"},
            {"ann+1@gmail.com"},
        ]


class TestAMask:
    @pytest.mark.parametrize(
        ("email", "shown"),
        [
            ("ann@example.com", "a•••@example.com"),
            ("a@example.com", "a•••@example.com"),
            ("annabelle.archer@example.com", "a•••@example.com"),
            ("\u00e9lodie@example.com", "\u00e9•••@example.com"),
        ],
    )
    def test_shows_one_letter_and_the_domain(self, email, shown):
        assert masked(email) == shown


class TestTheTrailsName:
    def test_of_an_address_is_the_same_and_is_not_the_address(self):
        assert subject_of("ann@example.com") == subject_of("ann@example.com")
        assert subject_of("ann@example.com") != subject_of("bob@example.com")
        assert "ann" not in subject_of("ann@example.com")


UNMAILABLE = [
    "josé@example.com",
    "ſusan@example.com",
    ".ann@example.com",
    "ann.@example.com",
    "an..n@example.com",
    "=?utf-8?q?ann?=@example.com",
    "ann@203.0.113.7",
    "ann@example.123",
]


class TestMai06AnAddressThatCannotBeMailed:
    @pytest.mark.parametrize("email", UNMAILABLE)
    def test_is_refused(self, email):
        with pytest.raises(InvalidRequest) as refused:
            mailable(email)
        assert refused.value.field == "email"

    @pytest.mark.parametrize("email", UNMAILABLE)
    @pytest.mark.parametrize(
        ("name", "route"),
        [
            ("request_code", "POST /v1/codes"),
            ("password", "POST /v1/passwords/forgot"),
            ("password", "POST /v1/sign-up"),
        ],
    )
    def test_is_refused_at_the_door_of_whoever_asks(self, portal, wire, name, route, email):
        portal.sets(password_method=True, sign_up=True)
        body = {"workspace": "acme", "link": portal.shared, "email": email}
        wire.forget()

        answer = portal.browser.sends(name, route, body)

        assert answer.problem == (400, "invalid-request")
        assert wire.sent == []

    @pytest.mark.parametrize("email", UNMAILABLE)
    def test_is_refused_as_a_new_one_of_a_contacts(self, portal, email):
        with pytest.raises(InvalidRequest) as refused:
            portal.adds("Ann", email)
        assert (refused.value.field, refused.value.reason) == ("email", UNMAILABLE_REASON)

    @pytest.mark.parametrize("email", ["ken.@docomo.example", "jörg@example.com"])
    def test_is_still_found_where_it_was_imported_before(self, email):
        assert normalise(email) == email

    @given(
        st.text(st.sampled_from("ab1.+_-'é=?\u0301"), min_size=1, max_size=12),
        st.text(st.sampled_from("ab1.-ä"), min_size=1, max_size=12),
    )
    @settings(max_examples=300, deadline=None)
    def test_is_one_that_no_mail_is_written_to(self, local, domain):
        try:
            address = mailable(f"{local}@{domain}")
        except InvalidRequest:
            return
        assert check_address(address) == address
