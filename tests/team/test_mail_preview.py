"""How a mail would look, before anybody saves it (functions/diagnose/handler.py,
portico/edge/mail_preview_routes.py, portico/sender/sample_mails.py).
"""

import re
from base64 import b64decode, b64encode
from typing import Any

import pytest

from portico.codes.rules import CODE_ALPHABET
from portico.people.memberships import Role
from portico.people.store import logo_row
from portico.sender.sample_mails import SAMPLE_CODE, SAMPLE_TOKEN, SampleLetter
from portico.team.team_budget import MOST_USES, TeamUse
from portico.team.workspace_key import Scope
from tests.mail.mail_reader import html_of, text_of
from tests.support.shared_rows import once
from tests.team.test_manage_workspace import WORKSPACE, House

ROUTE = f"POST {WORKSPACE}/mail-preview"
PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
"""One pixel."""
DATA = f"data:image/png;base64,{b64encode(PNG).decode()}"
PASSWORDS = ("four tired herons at the weir", "five tired herons at the weir")


@pytest.fixture
def house(portal):
    return House(portal)


def shows(house, by="auditor", **asked):
    answer = house[by].sends(ROUTE, asked)
    assert answer.status == 200, answer.event
    return answer.body


def refusal(house, **asked):
    refused = house["admin"].sends(ROUTE, asked)
    assert refused.problem == (400, "invalid-request"), refused.event
    return [each["field"] for each in refused.body["errors"]]


def has_its_look(portal):
    """Give Acme all that a mail can show of a workspace."""
    row = logo_row("acme", PNG)
    portal.writes("people", row)
    portal.sets(
        name="<b>Acme</b> & Söhne",
        sender_name="Help, desk",
        accent_color="#aa0000",
        logo=row["digest"],
        support_url="mailto:help@acme.test",
        terms_url="https://acme.test/terms?a=1&b=2",
        code_in_subject=True,
    )


def mails_a_code(portal):
    # Notices to the team lie there from before.
    portal.delivers_mail()
    portal.browser.asks_for_a_code(language="de")
    portal.delivers_mail()
    return portal.mails[-1]


def mails_a_notice(portal):
    portal.sets(password_method=True)
    for password in PASSWORDS:
        portal.browser.forgets_the_password()
        portal.delivers_mail()
        portal.browser.sets_a_password(password, portal.mailed_code())
        portal.delivers_mail()
    return portal.mails[-1]


def mails_a_link(portal):
    portal.sets(link_days=1)
    token = portal.personal_link(portal.ann.id)
    portal.forward(days=2)
    portal.browser.asks_for_a_new_link(token)
    portal.delivers_mail()
    return portal.mails[-1]


SENT = {"code": ("de", mails_a_code), "notice": ("en", mails_a_notice), "link": ("en", mails_a_link)}  # fmt: skip


def as_samples(text: str, label: str | None) -> str:
    """A text with sample values in the place of its own."""
    text = re.sub(r"\b[0-9B-Z]{3}-[0-9B-Z]{4}\b|SAM-PLE0", "(code)", text)
    text = re.sub(r"(?<=#)[0-9B-Z]{7}\b|SAMPLE0", "(bare code)", text)
    text = re.sub(r"lnk_[A-Za-z0-9_-]{43}", "(token)", text)
    return re.sub(rf"\b{label}\b", "(label)", text) if label else text


def label_in(text: str) -> str | None:
    found = re.search(r"^.*: ([B-Z]{2})$", text, re.MULTILINE)
    return found[1] if found else None


class TestAPreview:
    @pytest.mark.parametrize("kind", sorted(SENT))
    def test_is_the_mail_that_is_sent(self, house, portal, kind):
        language, mails = SENT[kind]
        has_its_look(portal)
        mail = mails(portal)
        text, html = text_of(mail.message), html_of(mail.message)
        told = shows(house, letter=kind, language=language)

        label, samples = label_in(text), label_in(told["text"])
        assert (label is None) == (kind != "code")
        assert as_samples(told["text"], samples).rstrip("\n") == as_samples(text, label).rstrip(
            "\n"
        )
        shown = as_samples(told["html"].replace(DATA, "cid:logo@signin.acme.test"), samples)
        assert shown == as_samples(html, label).rstrip("\n")
        subject = str(mail.message["Subject"])
        assert as_samples(told["subject"], samples) == as_samples(subject, label)
        assert (told["language"], told["sender"]) == (mail.language, "Help, desk")
        assert told["sender"] in str(mail.message["From"])

    def test_shows_settings_that_are_not_saved(self, house, portal):
        house["auditor"]
        before = portal.rows("people")
        mails = len(portal.mails)
        settings = {"name": "<i>New</i>", "accent_color": "#123456", "support_url": "a@b.test"}

        told = shows(house, settings=settings, logo=b64encode(PNG).decode())

        assert "&lt;i&gt;New&lt;/i&gt;" not in told["html"]
        assert "iNew/i" in told["html"]
        assert "<i>" not in told["html"]
        assert "background:#123456" in told["html"]
        assert 'href="mailto:a@b.test"' in told["html"]
        assert "a@b.test" in told["text"]
        assert f'src="{DATA}"' in told["html"]
        assert told["sender"] == "iNew/i"
        assert portal.rows("people") == before
        portal.delivers_mail()
        assert len(portal.mails) == mails

    def test_is_without_a_logo_that_is_to_go(self, house, portal):
        has_its_look(portal)

        assert DATA in shows(house)["html"]
        assert "<img" not in shows(house, settings={"logo": None})["html"]

    def test_has_no_code_and_no_link_that_anybody_can_have(self, house):
        assert not set(SAMPLE_CODE) <= set(CODE_ALPHABET)
        assert "SAM-PLE0" in shows(house)["text"]
        assert f"https://signin.acme.test/acme#l={SAMPLE_TOKEN}" in shows(house, letter="link")["text"]  # fmt: skip

    @pytest.mark.parametrize("language", ["ar", "ja", "pt-BR"])
    @pytest.mark.parametrize("kind", list(SampleLetter))
    def test_is_in_every_language(self, house, kind, language):
        told = shows(house, letter=kind, language=language)

        assert told["language"] == language[:2]
        assert f'<html lang="{language[:2]}"' in told["html"]

    def test_is_in_the_workspaces_language_otherwise(self, house, portal):
        portal.sets(locale="fr")

        assert {shows(house, letter=kind)["language"] for kind in SampleLetter} == {"fr"}


class TestTheRoute:
    def test_is_for_every_role_and_for_keys_that_read_settings(self, house, portal):
        for role in Role:
            assert "SAM-PLE0" in shows(house, role.value)["text"]
        keys: dict[str, Any] = once(f"keys at {portal.now}", house.keys)
        for scope in Scope:
            answer = portal.knock(
                "diagnose",
                ROUTE,
                {},
                origin=None,
                headers={"authorization": f"Bearer {keys[scope]}"},
                path={"workspace": "acme"},
            )
            assert answer.status == (200 if scope is Scope.READ_SETTINGS else 403), scope

    def test_refuses_what_the_change_would_refuse(self, house):
        assert refusal(house, settings={"accent_color": "red", "what": 1}) == ["what"]
        assert refusal(house, settings={"accent_color": "red"}) == ["accent_color"]
        assert refusal(house, settings={"logo": "0123456789abcdef"}) == ["logo"]
        assert refusal(house, settings=[]) == ["settings"]
        assert refusal(house, letter="bill") == ["letter"]
        assert refusal(house, language=1) == ["language"]

    @pytest.mark.parametrize(
        "logo", ["no base64", "é", 7, b64encode(b"<svg/>").decode()], ids=["text", "letter", "number", "svg"]
    )  # fmt: skip
    def test_takes_no_logo_but_a_png(self, house, logo):
        assert refusal(house, logo=logo) == ["logo"]

    def test_takes_the_largest_logo_and_nothing_larger(self, house):
        largest = PNG + bytes(64 * 1024 - len(PNG))

        assert "data:image/png" in shows(house, logo=b64encode(largest).decode())["html"]
        assert refusal(house, logo=b64encode(largest + b"0").decode()) == ["logo"]
        refused = house["admin"].sends(ROUTE, {"logo": "A" * 110_000})
        assert refused.problem == (413, "too-large")

    def test_counts_as_a_read(self, house):
        asked = [house["agent"].sends(ROUTE, {"letter": "bill"}) for _ in range(MOST_USES[TeamUse.READ])]  # fmt: skip
        assert {each.status for each in asked} == {400}

        assert house["agent"].sends(ROUTE, {}).problem == (429, "too-many-requests")
