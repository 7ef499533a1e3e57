"""Argon2id, with OWASP's parameters, for everybody alike."""

import argon2
import pytest

from portico.passwords import password_hash
from portico.passwords.password_hash import hashed, is_outdated, is_right
from tests.passwords.conftest import HASH, RIGHT, WRONG


class TestAHash:
    def test_is_argon2id_with_the_stated_parameters(self):
        assert HASH.startswith("$argon2id$v=19$m=19456,t=2,p=1$")

    def test_knows_its_password_and_no_other(self):
        assert is_right(HASH, RIGHT)
        assert not is_right(HASH, WRONG)

    def test_is_another_every_time(self):
        assert hashed(RIGHT) != HASH

    def test_that_is_damaged_is_nobodys(self):
        assert not is_right("$argon2id$v=19$m=19456,t=2,p=1$AAAA", RIGHT)
        assert not is_right("", RIGHT)

    @pytest.mark.parametrize(("memory", "passes"), [(8, 2), (19456, 1), (46080, 1)])
    def test_made_with_other_parameters_is_outdated_and_still_right(self, memory, passes):
        old = argon2.PasswordHasher(passes, memory, 1).hash(RIGHT)

        assert is_right(old, RIGHT)
        assert is_outdated(old)
        assert not is_outdated(HASH)


class TestNobodysHash:
    def test_is_asked_as_much_work_as_anybodys(self, monkeypatch):
        asked = []
        verify = argon2.PasswordHasher.verify

        def watched(self, hash_, password):
            asked.append(argon2.extract_parameters(hash_))
            return verify(self, hash_, password)

        monkeypatch.setattr(argon2.PasswordHasher, "verify", watched)

        assert not is_right(None, RIGHT)
        assert not is_right(HASH, WRONG)

        assert asked[0] == asked[1]

    def test_is_no_secret_that_could_be_guessed(self):
        assert password_hash.nobodys_hash() != password_hash.nobodys_hash.__wrapped__()
