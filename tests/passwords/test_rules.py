"""Which passwords may be set: long ones that nobody guesses first. Nothing else is asked."""

import pytest

from portico.errors import InvalidRequest
from portico.passwords.common_passwords import listed
from portico.passwords.rules import Reason, chosen, own_words, spelled, why_not
from portico.people.rules import Workspace

ACME = Workspace("acme", "Acme Support", "https://portal.acme.test")
OWN = own_words(ACME, "Ann Archer", "ann@example.com")
PASSPHRASE = "seven loud geese over the mill"


class TestAPassword:
    @pytest.mark.parametrize(
        "password",
        [
            PASSPHRASE,
            "correct horse battery staple",
            "my voice is my passport",
            "sunshine in the morning",
            "a channel tunnel train",
            "nnnnever odd or even, sir",
            "dragonmonkey-teapot",
            "jT7#pL0qZ2!mXv9",
            "まいにちあさごはんをたべるひと",
            "🐧🐧🦆🦆🐢🐢🦉🦉🐝🐝🦋🦋🐌🐌🦎🐍",
        ],
    )
    def test_may_be_anything_long_that_is_nobodys_first_guess(self, password):
        assert why_not(spelled(password), own=OWN) is None

    @pytest.mark.parametrize(
        ("password", "reason"),
        [
            ("jT7#pL0qZ2!mXv", Reason.TOO_SHORT),
            ("jT7#pL0qZ2!mXv9", None),
            ((PASSPHRASE * 5)[:128], None),
            ((PASSPHRASE * 5)[:129], Reason.TOO_LONG),
        ],
    )
    def test_pwd_04_has_15_to_128_characters(self, password, reason):
        assert why_not(password) is reason

    def test_is_counted_in_characters_and_not_in_bytes(self):
        assert why_not("ж" * 3 + "щучка и налим " * 8) is None
        assert why_not("жщучканалимокун"[:14]) is Reason.TOO_SHORT

    def test_is_counted_as_it_is_spelled_out(self):
        # One character that NFKC makes eighteen of.
        assert len("ﷺ" * 8) == 8
        with pytest.raises(InvalidRequest) as refused:
            chosen("ﷺ" * 8)
        assert refused.value.reason == Reason.TOO_LONG

    def test_keeps_its_blanks(self):
        assert chosen(f" {PASSPHRASE} ") == f" {PASSPHRASE} "

    def test_is_one_however_its_letters_are_composed(self):
        assert chosen("cafe\u0301 on the left bank") == chosen("caf\u00e9 on the left bank")


class TestACommonPassword:
    @pytest.mark.parametrize(
        "password",
        [
            "passwordpassword",
            "PASSWORDpassword",
            "Password123456789",
            "P@ssw0rdP@ssw0rd",
            "mypassword12345",
            "letmeinletmein2024",
            "iloveyouiloveyou!!",
            "summer2024summer2024",
            "manchesterunited",
            "password-password-password",
            "aaaaaaaaaaaaaaa",
            "0" * 128,
            "abcabcabcabcabc",
            "x7Kq9!x7Kq9!x7Kq",
            "1234567890abcdef",
            "qwertyuiopasdfgh",
            "!@#$%^&*()qwerty",
            "1qaz2wsx3edc4rfv",
            "987654321987654321",
            "пароль пароль пароль",
            "1234567890987654321",
        ],
    )
    def test_pwd_04_is_refused_in_every_form(self, password):
        assert why_not(spelled(password)) is Reason.COMMON

    def test_pwd_04_is_none_of_the_3000_first_however_it_is_stretched(self):
        words = sorted(listed())[:: len(listed()) // 3000]

        stretched = [(word * 15)[: max(15, 2 * len(word))] for word in words]

        assert [each for each in stretched if why_not(spelled(each)) is None] == []

    def test_pwd_04_is_none_of_those_that_are_long_enough(self):
        long = [word for word in listed() if len(word) >= 15]

        assert len(long) > 50
        assert {why_not(word) for word in long if len(word) <= 128} == {Reason.COMMON}


class TestAPersonalPassword:
    @pytest.mark.parametrize(
        "password",
        [
            "acme support portal",
            "AcmeSupport2024!",
            "portal.acme.test",
            "annarcherannarcher1",
            "Ann.Archer@Acme1",
            "ann@example.com!!",
            "annarcherpassword",
            "4nn4rch3r-4nn4rch3r",
        ],
    )
    def test_pwd_04_is_made_of_names_that_a_guesser_knows(self, password):
        reason = why_not(spelled(password), own=OWN)

        assert reason in (Reason.PERSONAL, Reason.COMMON)
        assert why_not("jT7#pL0qZ2!mXv9" + password, own=OWN) is None

    def test_is_nobody_elses_business(self):
        assert why_not("acme support portal", own=["Globex"]) is None


class TestTheList:
    def test_says_where_it_is_from_and_holds_what_it_says(self):
        assert len(listed()) > 39_000
        assert {"123456", "password", "qwerty", "iloveyou", "пароль"} <= listed()
        assert not any(word.startswith("# ") for word in listed())
