"""What lies in the tables: nothing that a thief of them could sign in with
(codes/store.py, sessions/store.py)."""

import base64
import hashlib
import json
from typing import Any

import pytest

from portico.aws.values import item_of

WRONG = "7654321"


@pytest.fixture
def everything(portal) -> Any:
    """All rows of all tables, as text, after a sign-in with all that can happen to one."""
    portal.browser.asks_for_a_code()
    portal.delivers_mail()
    portal.records_trail()
    portal.browser.types(WRONG, request_id="press-1")
    portal.records_trail()
    portal.forward(seconds=30)
    portal.browser.asks_again()
    portal.delivers_mail()
    portal.records_trail()
    kept = rows_as_text(portal)
    portal.browser.types_the_mailed_code(request_id="press-2")
    portal.records_trail()
    return kept + rows_as_text(portal)


class TestTheTables:
    def test_hold_no_code_that_was_mailed_or_typed(self, portal, everything):
        for code in (portal.mailed_code(0), portal.mailed_code(1), WRONG):
            assert not any(form in everything for form in forms_of(code))

    def test_hold_no_hash_of_a_code_and_what_stands_beside_it(self, portal, everything):
        challenge = portal.browser.challenge
        row = portal.challenge_row()
        beside = [
            challenge,
            challenge.split("_", 2)[2],
            row["link"],
            "press-1",
            "press-2",
            "sign_in",
        ]
        beside += [portal.ann.id, "ann@example.com", row["pk"]]

        for mail in portal.mails:
            for text in beside:
                for joint in ("", "|", ":", "#", "."):
                    for guess in (f"{mail.code}{joint}{text}", f"{text}{joint}{mail.code}"):
                        assert not any(form in everything for form in digests_of(guess))

    def test_hold_no_token_in_clear(self, portal, everything):
        refresh = portal.browser.cookies["__Host-portico-acme"].split(".")[3]
        access = portal.browser.last.body["access_token"]

        for secret in (portal.shared.removeprefix("lnk_"), refresh, access.split(".")[2]):
            assert secret not in everything
        assert hashlib.sha256(portal.shared.encode()).hexdigest() in everything


class TestThisTest:
    def test_would_find_a_code_that_was_stored(self, portal):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()
        code, row = portal.mailed_code(), portal.challenge_row()
        digest = hashlib.sha256(code.encode()).digest()

        for stored in (
            code,
            f"{code[:3]}-{code[3:]}",
            digest,
            digest.hex(),
            base64.b64encode(digest).decode(),
            base64.urlsafe_b64encode(code.encode()).decode().rstrip("="),
        ):
            portal.writes("sign-in", row | {"code": stored})
            assert any(form in rows_as_text(portal) for form in forms_of(code)), stored


def rows_as_text(portal) -> str:
    rows = [row for name in ("people", "sign-in", "trail") for row in portal.rows(name)]
    return json.dumps([item_of(row) for row in rows], default=as_text, ensure_ascii=False)


def as_text(value: bytes) -> str:
    return f"{value.hex()} {base64.b64encode(value).decode()}"


def forms_of(code: str) -> set[str]:
    """A code in every form in which it could have been kept."""
    shown = f"{code[:3]}-{code[3:]}"
    plain = {code, code.lower(), shown, shown.lower(), code[::-1], code.encode().hex()}
    encoded = {base64.b64encode(each.encode()).decode().rstrip("=") for each in (code, shown)}
    hashed = {form for each in (code, code.lower(), shown) for form in digests_of(each)}
    return plain | encoded | hashed


def digests_of(text: str) -> set[str]:
    forms = set()
    for name in ("md5", "sha1", "sha256", "sha512", "blake2b"):
        digest = hashlib.new(name, text.encode()).digest()
        forms |= {digest.hex(), base64.b64encode(digest).decode().rstrip("=")}
        forms.add(base64.urlsafe_b64encode(digest).decode().rstrip("="))
    return forms
