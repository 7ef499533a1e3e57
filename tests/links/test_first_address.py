"""A personal link of a contact who has no address yet: they type one, and prove it
(links/new_link.py, codes/request.py, sender/recipients.py, codes/verify.py)."""

import json

import pytest

from portico.account.contact_refs import AskedRef, ContactRefs
from portico.errors import InvalidRequest
from portico.people.memberships import ABOVE_ALL
from portico.people.rules import Contact

NEW = "zoe@example.net"


@pytest.fixture
def zoe(portal) -> Contact:
    """Somebody who has written by Messenger, and has no address."""
    asked = AskedRef("messenger", "4711", name="Zoe Zimmer")
    ContactRefs("people").put(portal.workspace, asked, by="test", reach=ABOVE_ALL)
    head = next(row for row in portal.rows("people") if row.get("name") == "Zoe Zimmer")
    assert head["email"] == ""
    return Contact.from_row(head)


@pytest.fixture
def link(portal, zoe):
    return portal.personal_link(zoe.id)


def head_of(portal, contact):
    pk = f"acme#contact#{contact.id}"
    return next(row for row in portal.rows("people") if (row["pk"], row["sk"]) == (pk, "head"))


def asks(portal, email, link, *, status=202):
    browser = portal.another_browser()
    answer = browser.asks_for_a_code(email, link=link)
    assert answer.status == status, answer.event
    portal.delivers_mail()
    return browser


class TestTheLink:
    def test_asks_for_an_address(self, portal, link):
        body = portal.browser.opens_the_link(link).body

        assert body["link"] == {
            "kind": "personal",
            "email_hint": None,
            "send_on_open": False,
            "asks_email": True,
        }

    def test_offers_no_other_way(self, portal, link):
        portal.sets(password_method=True, sign_up=True)

        methods = portal.browser.opens_the_link(link).body["methods"]

        assert methods == {"code": True, "password": False, "sign_up": False, "sso": []}
        assert portal.browser.forgets_the_password(NEW, link=link).status == 403
        assert portal.browser.starts_sso("google", link=link).status in (403, 404)

    def test_takes_no_request_without_one(self, portal, link):
        answer = portal.browser.asks_for_a_code(None, link=link)

        assert answer.body["errors"] == [{"field": "email", "reason": "required"}]

    def test_sends_nothing_by_itself(self, portal, link):
        answer = portal.browser.asks_for_a_code(NEW, link=link, auto=True)

        assert answer.body["errors"] == [{"field": "auto", "reason": "not for this link"}]

    def test_is_never_renewed(self, portal, link):
        portal.forward(days=90)

        assert portal.browser.opens_the_link(link).body.get("ended") is None

    def test_of_break_glass_is_none(self, portal, zoe):
        with pytest.raises(InvalidRequest):
            portal.link(contact=zoe.id, break_glass=True)


class TestAProvedAddress:
    def test_becomes_the_contacts(self, portal, zoe, link):
        browser = asks(portal, NEW, link)
        assert head_of(portal, zoe)["email"] == ""

        answer = browser.types_the_mailed_code()

        assert answer.status == 200
        assert answer.body["contact"] == {"id": zoe.id, "name": "Zoe Zimmer", "email": NEW}
        head = head_of(portal, zoe)
        assert (head["email"], head["email_verified"]) == (NEW, True)
        assert set(portal.mails[-1].to) == {NEW}
        portal.forward(minutes=1)
        assert browser.refreshes().status == 200

    def test_signs_in_as_any_other_from_then_on(self, portal, zoe, link):
        asks(portal, NEW, link).types_the_mailed_code()

        answer = portal.another_browser().signs_in(NEW)
        again = asks(portal, NEW, link).types_the_mailed_code()

        assert answer.body["contact"]["id"] == again.body["contact"]["id"] == zoe.id

    def test_is_found_in_a_search(self, portal, zoe, link):
        asks(portal, NEW, link).types_the_mailed_code()

        rows = [row["sk"] for row in portal.rows("people") if "#find#" in row["pk"]]
        assert f"{NEW}#{zoe.id}" in rows
        assert not [each for each in rows if each.startswith(f"#{zoe.id}")]

    def test_is_a_line_of_the_trail(self, portal, zoe, link):
        asks(portal, NEW, link).types_the_mailed_code()

        names = [e["name"] for e in portal.records_trail() if zoe.id in e["pk"]]
        assert "email.changed" in names

    def test_finishes_the_same_press_whose_answer_was_lost(self, portal, zoe, link):
        browser = asks(portal, NEW, link)
        code = portal.mailed_code()

        first = browser.types(code, request_id="press-1")
        second = browser.types(code, request_id="press-1")

        assert (first.status, second.status) == (200, 200)
        assert head_of(portal, zoe)["sver"] == zoe.sver + 1

    def test_is_the_first_of_two(self, portal, zoe, link):
        one, other = (asks(portal, each, link) for each in (NEW, "z2@example.net"))
        codes = [mail.code for mail in portal.mails[-2:]]

        assert one.types(codes[0]).status == 200
        refused = other.types(codes[1])

        assert refused.problem == (410, "challenge-closed")
        assert head_of(portal, zoe)["email"] == NEW
        assert not [row for row in portal.rows("people") if "z2@" in row["pk"]]

    def test_is_none_once_it_is_another_contacts(self, portal, zoe, link):
        browser = asks(portal, NEW, link)
        portal.adds("Somebody", NEW)

        assert browser.types_the_mailed_code().problem == (410, "challenge-closed")
        assert head_of(portal, zoe)["email"] == ""
        assert not portal.session_rows()

    def test_is_none_once_the_contact_is_off(self, portal, zoe, link):
        browser = asks(portal, NEW, link)
        portal.team.set_active("acme", zoe.id, False, by="test")

        assert browser.types_the_mailed_code().problem == (410, "challenge-closed")
        assert head_of(portal, zoe)["email"] == ""


class TestAnotherContactsAddress:
    def test_ref_01_is_mailed_nothing_and_answered_alike(self, portal, wire, zoe, link):
        """Whoever holds the link cannot become Ann, nor make Ann's account theirs."""
        seen = []
        for email in ("ann@example.com", "new-one@example.net"):
            browser = portal.another_browser()
            wire.forget()
            answer = browser.asks_for_a_code(email, link=link)
            work = [*wire.operations]
            body = {k: v for k, v in answer.body.items() if k not in ("challenge", "label")}
            portal.delivers_mail()
            wrong = browser.types("0000000")
            told = (wrong.status, {**wrong.body, "instance": ""})
            news = browser.asks_for_the_mail().problem
            seen.append(json.dumps([answer.status, body, work, told, news]))

        assert seen[0] == seen[1]
        assert [{*mail.to} for mail in portal.mails] == [{"new-one@example.net"}]
        withheld = [row for row in portal.rows("sign-in") if row.get("withheld_1")]
        assert [row["withheld_1"] for row in withheld] == ["address-taken"]

    def test_is_mailed_nothing_once_the_contact_has_one(self, portal, zoe, link):
        asks(portal, NEW, link).types_the_mailed_code()
        before = len(portal.mails)

        asks(portal, "z2@example.net", link)

        assert len(portal.mails) == before

    def test_counts_as_mail_to_strangers(self, portal, wire, link):
        portal.browser.asks_for_a_code(NEW, link=link)
        wire.forget()
        portal.delivers_mail()

        counted = [row["pk"] for row in portal.rows("sign-in") if "strangers#" in row["pk"]]
        assert counted

    def test_is_refused_if_it_is_throw_away(self, portal, link):
        answer = portal.browser.asks_for_a_code("zoe@mailinator.com", link=link)

        assert answer.body["errors"] == [{"field": "email", "reason": "not allowed here"}]
