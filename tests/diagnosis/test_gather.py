"""What is read of somebody, and how much (portico/diagnosis/gather.py)."""

import pytest

from local import ses_events
from portico.aws.tables import MOST_AT_ONCE
from portico.diagnosis.diagnose import diagnose
from portico.diagnosis.findings import Say
from portico.diagnosis.gather import Gathering
from portico.diagnosis.near_misses import near_misses
from portico.people.addresses import normalise
from portico.people.store import People

MOST_CALLS = 10
"""However much has happened, and however many links there are."""


def gathering(portal):
    return Gathering(
        portal.team.workspace("acme"), "people", "sign-in", "trail", "signin.acme.test"
    )


def causes(facts):
    return [each.cause.value for each in diagnose(facts)]


def of_address(portal, email="ann@example.com", gather=None):
    gather = gather or gathering(portal)
    _, *key = gather.pointer_wanted(normalise(email))
    (row,) = People("people", "acme").read(tuple(key))
    return gather.of_address(email, row)


@pytest.fixture
def delayed(portal, post):
    """Ann's mail is delayed; the sign-in's name."""
    portal.browser.asks_for_a_code()
    portal.records_trail()
    portal.delivers_mail()
    portal.records_trail()
    post.tells(ses_events.delayed(post.mails[-1]))
    portal.records_trail()
    return str(post.rows[0]["pk"]).rpartition("#")[2]


class TestASignIn:
    def test_is_found_by_what_became_of_its_mail(self, portal, delayed):
        facts = gathering(portal).of_sign_in(delayed)

        assert facts.contact.id == portal.ann.id
        assert causes(facts) == ["delayed"]

    def test_counts_alone_where_it_was_asked_for(self, portal, delayed):
        portal.forward(minutes=3)
        portal.browser.signs_in()
        portal.records_trail()

        assert causes(of_address(portal)) == ["nothing-wrong"]
        assert causes(gathering(portal).of_sign_in(delayed)) == ["delayed"]

    def test_of_a_stranger_says_that_it_was_one(self, portal, post):
        portal.sets(sign_up=True)
        portal.browser.signs_up("stranger@example.com")
        portal.delivers_mail()
        post.tells(ses_events.delivered(post.mails[-1]))
        sign_in = post.rows[0]["pk"].rpartition("#")[2]

        facts = gathering(portal).of_sign_in(sign_in)

        assert (facts.contact, facts.subject.email) == (None, None)
        assert causes(facts)[0] == "no-contact"

    def test_is_found_in_the_list_where_no_mail_was_told_of(self, portal):
        for email in ("ann@example.com", "nobody@example.com"):
            portal.browser.asks_for_a_code(email)
            portal.records_trail()
        lines = [row for row in portal.rows("trail") if row.get("name") == "code.requested"]
        portal.delivers_mail()
        portal.records_trail()

        found = [gathering(portal).of_sign_in(row["detail"]["sign_in"]) for row in lines]

        assert {each.contact.id if each.contact else None for each in found} == {
            portal.ann.id,
            None,
        }
        assert {"code-waits", "no-contact"} == {causes(each)[0] for each in found}

    def test_that_is_none_is_nothing(self, portal):
        assert gathering(portal).of_sign_in("0123456789ab") is None

    def test_of_a_neighbour_is_nothing(self, portal, delayed):
        other = portal.neighbour()
        gather = Gathering(other.workspace, "people", "sign-in", "trail", "signin.acme.test")

        assert gather.of_sign_in(delayed) is None
        assert gather.of_contact(portal.ann.id) is None


class TestAMergedContact:
    def test_leads_to_the_one_who_stays(self, portal):
        bob = portal.adds("Bob Baker", "bob@example.com")
        pk = f"acme#contact#{portal.ann.id}"
        head = next(e for e in portal.rows("people") if (e["pk"], e["sk"]) == (pk, "head"))
        gone = {"name": "", "email": "", "active": False, "merged_into": bob.id}
        portal.writes("people", head | gone)

        (found,) = diagnose(gathering(portal).of_contact(portal.ann.id))

        assert found.cause == "merged"
        assert isinstance(found.ending, Say)
        assert "bob@example.com" in found.ending.text


class TestItsCalls:
    def test_are_few_however_much_has_happened(self, portal, post, wire):
        for _ in range(3):
            post.sends_a_code()
            portal.personal_link()
            portal.records_trail()
            portal.forward(minutes=20)
        post.bounces()
        portal.sets(directory_rule="match_required")
        portal.records_trail()
        gather = gathering(portal)
        wire.forget()

        of_address(portal, gather=gather)

        assert len(wire.operations) == MOST_CALLS
        assert set(wire.operations) == {"dynamodb.BatchGetItem", "dynamodb.Query"}

    def test_of_an_address_of_nobody_ask_for_a_hundred_rows_at_most(self, portal):
        for typed in ("x@example.com", f"{'ab.' * 20}x@gmial.con", "annarcher@example.com"):
            guesses = near_misses(typed)

            assert 20 <= len(guesses) <= MOST_AT_ONCE
            assert typed not in guesses
            assert len(set(guesses)) == len(guesses)
