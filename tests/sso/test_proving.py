"""An identity waits until our own code has proved an address: SSO-04, SSO-05, ACC-01, ACC-02
(codes/pending_identity.py)."""

from typing import Any

import pytest

from local.providers.people import FOREIGN_TENANT, object_id
from portico.account.team_email_change import TeamEmailChanges

ANN = "ann@example.com"


def owners(portal):
    """Which contact has which identity."""
    rows = [row for row in portal.rows("people") if row["sk"] == "identity"]
    return {row["pk"].split("#")[2]: row["contact"] for row in rows}


def proves(portal, browser, connection="facebook", account="ben", email=ANN):
    """Go all the way from the provider to the typed code."""
    came_back = browser.signs_in_with(connection, account)
    if came_back.mark == "p":
        assert browser.gives_an_address(came_back.told, email).status == 202
    portal.delivers_mail()
    return browser.types_the_mailed_code()


class TestAProof:
    def test_acc_01_is_asked_for_an_unverified_address(self, connected, portal):
        portal.browser.starts_sso("oidc")

        came_back = portal.browser.comes_back("ann", "unverified-email")

        assert came_back.mark == "c"
        assert owners(portal) == {}
        assert portal.session_rows() == []
        portal.delivers_mail()
        assert portal.browser.types_the_mailed_code().body["contact"]["id"] == portal.ann.id
        assert owners(portal) == {"oidc": portal.ann.id}

    def test_sso_04_is_all_that_a_foreign_tenant_gets(self, world, portal):
        world.connect("microsoft", tenants=["organizations"], vouches_for=["example.com"])

        came_back = portal.browser.signs_in_with("microsoft", "mallory")

        assert came_back.mark == "c"
        portal.delivers_mail()
        assert [set(mail.to) for mail in portal.mails] == [{ANN}]
        assert portal.session_rows() == []

    def test_is_mailed_in_words_that_say_what_is_being_connected(self, connected, portal):
        portal.browser.signs_in_with("facebook", "ann")

        portal.delivers_mail()

        (mail,) = portal.mails
        assert set(mail.to) == {ANN}
        assert "Facebook" in mail.text

    def test_is_mailed_in_the_language_of_the_page_that_began_the_trip(self, connected, portal):
        portal.browser.signs_in_with("facebook", "ann", language="ja")

        portal.delivers_mail()

        assert [mail.language for mail in portal.mails] == ["ja"]

    @pytest.mark.parametrize(("at_the_question", "mailed"), [(None, "de"), ("es", "es")])
    def test_is_mailed_in_the_language_of_the_page_that_asks_for_the_address(
        self, connected, portal, at_the_question, mailed
    ):
        pending = portal.browser.signs_in_with("facebook", "ben", language="de").told

        portal.browser.gives_an_address(pending, ANN, language=at_the_question)

        portal.delivers_mail()
        assert [mail.language for mail in portal.mails] == [mailed]

    def test_links_the_identity_with_the_session_or_not_at_all(self, connected, portal, wire):
        portal.browser.signs_in_with("facebook", "ann")
        portal.delivers_mail()
        wire.answer("dynamodb.TransactWriteItems", "InternalServerError")
        failed = portal.browser.types_the_mailed_code()
        wire.mend()

        assert failed.problem == (503, "try-later")
        assert owners(portal) == {}
        assert portal.session_rows() == []
        assert portal.browser.types_the_mailed_code().status == 200
        assert owners(portal) == {"facebook": portal.ann.id}

    def test_takes_a_wrong_code_for_nothing(self, connected, portal):
        portal.browser.signs_in_with("facebook", "ann")
        portal.delivers_mail()

        typed = portal.browser.types("0000000")

        assert typed.problem == (401, "code-not-accepted")
        assert owners(portal) == {}

    def test_is_over_after_its_ten_minutes(self, connected, portal):
        portal.browser.signs_in_with("facebook", "ann")
        portal.delivers_mail()
        portal.forward(minutes=10)

        assert portal.browser.types_the_mailed_code().problem == (410, "challenge-closed")
        assert owners(portal) == {}

    def test_of_a_personal_link_goes_to_its_contact_and_nobody_else(self, connected, portal):
        portal.adds("Ben Okafor", "ben@example.com")
        token = portal.personal_link(ANN)

        # Ben's Facebook account says nothing of an address: Ann's mailbox decides.
        portal.browser.starts_sso("facebook", link=token)
        came_back = portal.browser.comes_back("ben")

        assert came_back.mark == "c"
        portal.delivers_mail()
        assert [set(mail.to) for mail in portal.mails] == [{ANN}]

    def test_of_a_personal_link_ignores_the_providers_address(self, connected, portal):
        portal.adds("Ben Okafor", "ben@example.com")
        connected.has("facebook", "liar", id="9", email="ben@example.com")
        token = portal.personal_link(ANN)
        portal.browser.starts_sso("facebook", link=token)

        portal.browser.comes_back("liar")

        portal.delivers_mail()
        assert [set(mail.to) for mail in portal.mails] == [{ANN}]

    def test_of_an_unknown_address_is_mailed_to_nobody(self, connected, portal):
        connected.has("oidc", "unknown", sub="9", email="unknown@example.org")

        came_back = portal.browser.signs_in_with("oidc", "unknown")
        known = portal.another_browser()
        known.starts_sso("oidc")
        same = known.comes_back("ann", "unverified-email")

        assert came_back.mark == same.mark == "c"
        portal.delivers_mail()
        assert [set(mail.to) for mail in portal.mails] == [{ANN}]


class TestTheBrowser:
    def test_acc_01_that_began_is_the_only_one_that_may_prove(self, connected, portal):
        # The attacker's own identity waits, and the victim types the code.
        attacker = portal.another_browser()
        pending = attacker.signs_in_with("facebook", "cem").told
        attacker.gives_an_address(pending, ANN)
        portal.delivers_mail()
        portal.browser.challenge = attacker.challenge

        typed = portal.browser.types_the_mailed_code()

        assert typed.problem == (403, "cross-site")
        assert owners(portal) == {}
        assert portal.session_rows() == []

    def test_acc_01_of_the_victim_may_have_a_cookie_of_its_own(self, connected, portal):
        attacker = portal.another_browser()
        pending = attacker.signs_in_with("facebook", "cem").told
        attacker.gives_an_address(pending, ANN)
        portal.delivers_mail()
        portal.browser.starts_sso("facebook")
        portal.browser.challenge = attacker.challenge

        assert portal.browser.types_the_mailed_code().problem == (403, "cross-site")
        assert owners(portal) == {}

    def test_that_is_another_learns_nothing_and_costs_no_attempt(self, connected, portal):
        pending = portal.browser.signs_in_with("facebook", "ben").told
        portal.browser.gives_an_address(pending, ANN)
        portal.delivers_mail()
        other = portal.another_browser()
        other.challenge = portal.browser.challenge

        answers = [other.types(code).problem for code in (portal.mailed_code(), "0000000")] * 3

        assert set(answers) == {(403, "cross-site")}
        assert portal.browser.types_the_mailed_code().status == 200

    def test_that_is_another_may_not_give_the_address(self, connected, portal):
        pending = portal.browser.signs_in_with("facebook", "ben").told
        other = portal.another_browser()
        other.starts_sso("facebook")

        assert other.gives_an_address(pending, ANN).problem == (410, "challenge-closed")
        assert portal.delivers_mail() == []

    def test_that_came_back_too_late_gives_no_address(self, connected, portal):
        pending = portal.browser.signs_in_with("facebook", "ben").told
        portal.forward(minutes=10)

        given = portal.browser.gives_an_address(pending, ANN)

        assert given.problem == (410, "challenge-closed")

    @pytest.mark.parametrize("pending", ["", "pnd_acme_", "pnd_globex_" + "x" * 22, "x" * 90])
    def test_that_has_nothing_waiting_gives_no_address(self, connected, portal, pending):
        portal.browser.starts_sso("facebook")

        assert portal.browser.gives_an_address(pending, ANN).status in (404, 410)
        assert portal.delivers_mail() == []

    def test_that_gives_an_address_of_nobody_gets_the_same_answer(self, connected, portal):
        shapes = []
        for email in (ANN, "nobody@example.org"):
            browser = portal.another_browser()
            pending = browser.signs_in_with("facebook", "ben").told
            given = browser.gives_an_address(pending, email)
            shapes.append((given.status, sorted(given.body), given.body["resend_after"]))

        assert shapes[0] == shapes[1]

    def test_that_gives_addresses_without_end_is_stopped(self, connected, portal):
        pending = portal.browser.signs_in_with("facebook", "ben").told

        answers = [portal.browser.gives_an_address(pending, f"a{n}@example.org").status for n in range(62)]  # fmt: skip

        assert answers[-1] == 429


class TestAnIdentity:
    def test_sso_05_without_an_address_is_nobodys_placeholder(self, connected, portal):
        portal.adds("Ben Okafor", "ben@example.com")
        first, second = portal.browser, portal.another_browser()

        one = proves(portal, first, "facebook", "ben", "ben@example.com")
        before = owners(portal)
        two = second.signs_in_with("facebook", "cem")

        assert one.body["contact"]["email"] == "ben@example.com"
        assert two.mark == "p"
        assert owners(portal) == before
        proved = proves(portal, second, "facebook", "cem", ANN)
        assert proved.body["contact"]["id"] == portal.ann.id
        identities = [row for row in portal.rows("people") if row["sk"] == "identity"]
        assert len({row["contact"] for row in identities}) == len(identities) == 2

    def test_acc_02_of_another_contact_is_not_taken_over(self, connected, portal):
        ben = portal.adds("Ben Okafor", "ben@example.com")
        late = portal.another_browser()
        pending = late.signs_in_with("facebook", "cem").told
        proves(portal, portal.browser, "facebook", "cem", "ben@example.com")
        late.gives_an_address(pending, ANN)
        portal.delivers_mail()

        typed = late.types_the_mailed_code()

        assert typed.problem == (409, "already-linked")
        assert "Ben" not in str(typed.event)
        assert typed.cookies == []
        assert owners(portal) == {"facebook": ben.id}
        reasons = [row["detail"].get("reason") for row in portal.records_trail()]
        assert "already-linked" in reasons
        assert {row["contact"] for row in portal.session_rows()} == {ben.id}

    def test_acc_02_of_another_contact_opens_no_personal_link(self, connected, portal):
        ben = portal.adds("Ben Okafor", "ben@example.com")
        proves(portal, portal.browser, "facebook", "cem", "ben@example.com")
        stranger = portal.another_browser()
        stranger.starts_sso("facebook", link=portal.personal_link(ANN))

        came_back = stranger.comes_back("cem")

        assert (came_back.mark, came_back.told) == ("e", "another-contact")
        assert owners(portal) == {"facebook": ben.id}

    def test_of_a_contact_signs_in_after_every_session_was_ended(self, connected, portal):
        # Sign-out everywhere raises the contact's version; the identity remembers the old one.
        proves(portal, portal.browser, "facebook", "ben")
        token = portal.browser.refreshes().body["access_token"]
        assert portal.browser.signs_out(token, everywhere=True).status == 204
        again = portal.another_browser()

        came_back = again.signs_in_with("facebook", "ben")

        assert came_back.cookie("__Host-portico-acme")

    def test_of_a_deactivated_contact_is_refused(self, connected, portal):
        proves(portal, portal.browser, "facebook", "ben")
        portal.deactivates()

        came_back = portal.another_browser().signs_in_with("facebook", "ben")

        assert (came_back.mark, came_back.told) == ("e", "sso-failed")

    def test_never_shows_in_a_table_in_clear_where_it_is_a_key(self, connected, portal):
        connected.has("microsoft", "m", tid=FOREIGN_TENANT, oid=object_id(5), email=ANN)
        connected.connect("microsoft", tenants=["organizations"])
        portal.browser.signs_in_with("microsoft", "m")

        assert not [row for row in portal.rows("people") if object_id(5) in row["pk"]]

    def test_of_sso_reads_as_such_in_the_session(self, connected, portal):
        portal.browser.signs_in_with("google")
        token = portal.browser.refreshes().body["access_token"]

        session = portal.browser.reads_the_session(token).body["session"]

        assert session["method"] == "sso"


class TestTheTrail:
    def test_has_every_start_success_and_refusal(self, connected, portal):
        portal.browser.starts_sso("google")
        seen = [row["name"] for row in portal.records_trail()]
        portal.browser.comes_back("ann", "expired")
        seen += [row["name"] for row in portal.records_trail()]
        portal.browser.signs_in_with("google")

        names = {*seen, *(row["name"] for row in portal.records_trail())}

        assert {"sso.started", "sso.refused", "session.started"} <= names

    def test_says_by_which_connection(self, connected, portal):
        portal.browser.signs_in_with("google")

        started = [row for row in portal.records_trail() if row["name"] == "session.started"]

        assert started[-1]["detail"]["method"] == "sso:google"


class TestAProviderThatIsBelieved:
    """It proves an address of a domain that the team has bound to it, and no other."""

    def is_proved(self, portal):
        return portal.team.contact("acme", portal.ann.id).email_verified

    def test_proves_the_address_when_it_connects(self, connected, portal):
        portal.browser.signs_in_with("google")

        assert self.is_proved(portal)

    def test_writes_it_down_once(self, connected, portal):
        portal.browser.signs_in_with("google")
        before = portal.rows("people")
        portal.forward(minutes=5)

        portal.another_browser().signs_in_with("google")

        assert portal.rows("people") == before

    def test_proves_it_by_an_account_from_before_an_upgrade(self, connected, portal):
        portal.browser.signs_in_with("google")
        for row in portal.rows("people"):
            if row["sk"] in ("head", "identity"):
                newer = ("email_verified", "vouched", "updated_at")
                portal.writes("people", {k: v for k, v in row.items() if k not in newer})
        assert not self.is_proved(portal)

        portal.another_browser().signs_in_with("google")

        assert self.is_proved(portal)

    def test_proves_nothing_without_the_domain(self, world, portal):
        world.connect("google")
        proves(portal, portal.browser, "google", "ann")  # by our own code
        pk = f"acme#contact#{portal.ann.id}"
        head = next(r for r in portal.rows("people") if (r["pk"], r["sk"]) == (pk, "head"))
        portal.writes("people", head | {"email_verified": False})

        portal.another_browser().signs_in_with("google")

        assert not self.is_proved(portal)

    def test_proves_nothing_of_the_address_that_came_after_its_own(self, connected, portal):
        portal.browser.signs_in_with("google")
        contact, workspace = portal.team.contact("acme", portal.ann.id), portal.workspace
        flow = TeamEmailChanges("people", "sign-in")
        flow.change(workspace, contact, "ann@new.example", host="signin.acme.test", by="cli:olga")

        came_back = portal.another_browser().signs_in_with("google")

        assert came_back.status == 303
        assert not self.is_proved(portal)

    def test_proves_nothing_of_the_address_that_comes_while_it_answers(
        self, connected, portal, wire
    ):
        portal.browser.signs_in_with("google")
        portal.deactivates()
        portal.team.set_active("acme", ANN, True, by="test")
        contact, flow = portal.team.contact("acme", ANN), TeamEmailChanges("people", "sign-in")

        def moves():
            there: Any = {"host": "signin.acme.test", "by": "cli:olga"}
            flow.change(portal.workspace, contact, "ann@new.example", **there)

        # After the pointer was read, which still leads to Ann, and before her head is.
        wire.before("dynamodb.GetItem", moves)

        assert portal.another_browser().signs_in_with("google").mark != "e"

        assert portal.team.contact("acme", portal.ann.id).email == "ann@new.example"
        assert not self.is_proved(portal)

    def test_proves_it_again_after_a_move_there_and_back(self, connected, portal):
        portal.browser.signs_in_with("google")
        flow = TeamEmailChanges("people", "sign-in")
        for email in ("ann@new.example", ANN):
            contact = portal.team.contact("acme", portal.ann.id)
            flow.change(portal.workspace, contact, email, host="signin.acme.test", by="cli:olga")
        assert not self.is_proved(portal)

        portal.another_browser().signs_in_with("google")

        assert self.is_proved(portal)
