"""A help desk's script, as docs/portals/help-desk.md has it, and the contact who signs in by its link
(portico/account/contact_refs.py)."""

import re
from typing import Any

import pytest

from local.sample_conversations import Channels, Conversations
from portico.team.workspace_key import Scope
from release.last import ROOT
from tests.python_client.conftest import doors, makes_a_key

__all__ = ["doors", "makes_a_key"]
PAGE = (ROOT / "docs/portals/help-desk.md").read_text()
SCOPES = (Scope.READ_CONTACTS, Scope.WRITE_CONTACTS, Scope.LINKS)
WROTE = "My lamp hums at night"


@pytest.fixture
def key(makes_a_key):
    return makes_a_key(*SCOPES)


@pytest.fixture
def script(doors, key, monkeypatch):
    """What the page's lines define, run as they stand."""
    monkeypatch.setenv("PORTICO_URL", doors)
    monkeypatch.setenv("PORTICO_KEY", key)
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(block, names)  # noqa: S102
    return names


def signs_in_by(portal: Any, url: str, *, email: str | None = None) -> Any:
    """Open a personal link, and type the code that is mailed; return the session's answer.

    *email* is the address that they give, if the link asks for one.
    """
    browser = portal.another_browser()
    token = url.partition("#l=")[2].partition("&")[0]
    opened = browser.opens_the_link(token)
    assert opened.body["link"].get("asks_email", False) is (email is not None)
    browser.asks_for_a_code(email, link=token)
    portal.delivers_mail()
    return browser.types_the_mailed_code()


class TestAHelpDesk:
    def test_leads_whoever_wrote_by_messenger_to_what_they_wrote(self, script, portal):
        kept = {("messenger", "8261"): [WROTE]}
        mo = script["contact_who_wrote"]("messenger", "8261", "Mo Chat", "mo@example.com")
        assert script["contact_who_wrote"]("messenger", "8261")["id"] == mo["id"]

        signed_in = signs_in_by(portal, script["link_for"](mo))

        assert signed_in.status == 200, signed_in.event
        assert signed_in.body["contact"]["id"] == mo["id"]
        assert script["conversations_of"](mo["id"], kept) == [WROTE]

    def test_leads_there_who_has_told_it_no_address(self, script, portal):
        kept = {("messenger", "8261"): [WROTE]}
        mo = script["contact_who_wrote"]("messenger", "8261", "Mo Chat")
        assert mo["email"] == ""

        signed_in = signs_in_by(portal, script["link_for"](mo), email="mo@example.com")

        assert signed_in.body["contact"]["id"] == mo["id"], signed_in.event
        assert script["conversations_of"](mo["id"], kept) == [WROTE]

    def test_ref_01_shows_a_stranger_nothing_of_anns_and_ann_nothing_of_theirs(
        self, script, portal
    ):
        portal.another_browser().signs_in("ann@example.com")
        kept = {("x", "666"): ["I am Ann, honestly"], ("x", "1"): [WROTE]}
        assert script["contact_who_wrote"]("x", "1", "Sly")["email"] == ""

        ann = script["contact_who_wrote"]("x", "666", "Ann", "ann@example.com")

        assert ann["id"] == portal.ann.id
        assert script["conversations_of"](ann["id"], kept) == []

    def test_keeps_what_came_by_mail_and_by_x_together(self, script, portal):
        kept = {("mail", "m1"): ["By mail"], ("x", "77"): ["By X"]}
        script["contact_who_wrote"]("mail", "m1", "Mo", "mo@example.com")
        mo = script["contact_who_wrote"]("x", "77", "Mo", "mo@example.com")
        assert script["conversations_of"](mo["id"], kept) == []

        signs_in_by(portal, script["link_for"](mo))

        assert script["conversations_of"](mo["id"], kept) == ["By mail", "By X"]


class TestTheSamplePortal:
    """Keeps its conversations by ref (local/sample_conversations.py)."""

    def test_shows_what_was_written_by_messenger_at_the_first_sign_in(
        self, script, portal, doors, key
    ):
        conversations = Conversations()
        conversations.write("messenger", "4711", WROTE)
        mo = script["contact_who_wrote"]("messenger", "4711", "Mo Chat", "mo@example.com")
        contact = signs_in_by(portal, script["link_for"](mo)).body["contact"]["id"]

        refs = Channels(doors, {"acme": key}).refs_of("acme", contact)

        assert [each["text"] for each in conversations.of(contact, refs)] == [WROTE]
        conversations.start(contact, "Still humming")
        assert len(conversations.of(contact, refs)) == 2

    def test_ref_01_shows_nothing_that_is_not_confirmed(self, script, portal, doors, key):
        portal.another_browser().signs_in("ann@example.com")
        conversations = Conversations()
        conversations.write("x", "666", "I am Ann, honestly")
        script["contact_who_wrote"]("x", "666", "Ann", "ann@example.com")

        refs = Channels(doors, {"acme": key}).refs_of("acme", portal.ann.id)

        assert (refs, conversations.of(portal.ann.id, refs)) == ([], [])

    def test_shows_what_it_has_where_portico_does_not_answer(self):
        conversations = Conversations()
        conversations.start("ct_x", WROTE)

        refs = Channels("http://127.0.0.1:9", {"acme": "ptk_x"}).refs_of("acme", "ct_x")

        assert [each["text"] for each in conversations.of("ct_x", refs)] == [WROTE]
