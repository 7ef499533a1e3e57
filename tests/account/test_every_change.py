"""Every change of a way in has a notice of notices/store.py, also the second of an hour (ACC-08)."""

import pytest

from portico.limits.rules import CHANGES_AN_HOUR
from tests.account.conftest import Member
from tests.account.test_ways_in import gives, unlinks
from tests.support.driver import Portal

__all__ = ["gives"]

PASSWORDS = [f"{n} grey herons on a wire, far out" for n in range(CHANGES_AN_HOUR + 2)]


@pytest.fixture
def allowed(ann: Member, portal: Portal) -> Member:
    connections = [
        {"id": each, "kind": each, "label": each.title(), "on": True} for each in ("google", "x")
    ]
    portal.sets(password_method=True, connections=connections)
    return ann


def sets_a_password(member: Member, n: int) -> int:
    answer = member.browser.changes_the_password(PASSWORDS[n], member.token)
    return answer.status


def subjects(portal: Portal) -> list[str]:
    portal.delivers_mail()
    return [str(mail.message["subject"]) for mail in portal.mails]


class TestASecondChangeWithinTheHour:
    def test_acc_08_of_the_password_is_told(self, allowed, portal):
        for n in range(3):
            assert sets_a_password(allowed, n) == 204
            portal.forward(seconds=1)

        told = subjects(portal)

        assert told.count("Your password for Acme Support is set") == 1
        assert told.count("Your password for Acme Support was changed") == 2

    def test_acc_08_of_the_password_by_a_code_is_told(self, allowed, portal):
        for n in range(2):
            browser = portal.another_browser(source_ip=f"198.51.100.{n}")
            browser.forgets_the_password()
            portal.delivers_mail()
            assert browser.sets_a_password(PASSWORDS[n], portal.mailed_code()).status == 200
            portal.forward(minutes=1)

        assert len([each for each in subjects(portal) if "password for" in each]) == 2

    def test_acc_08_of_the_address_is_told(self, allowed, portal):
        allowed.moves("ann@one.example")
        allowed.moves("ann@two.example")
        portal.delivers_mail()

        told = [mail for mail in portal.mails if "#undo=" in mail.text]
        assert [set(mail.to) for mail in told] == [{"ann@example.com"}, {"ann@one.example"}]

    def test_acc_08_of_connected_accounts_is_told(self, allowed, gives, portal):
        gives["account"]("google")
        gives["account"]("x")

        for connection in ("google", "x"):
            assert unlinks(allowed, connection).status == 204

        assert len([each for each in subjects(portal) if "was removed" in each]) == 2

    def test_is_told_once_for_one_press(self, allowed, portal):
        for _ in range(2):
            answer = allowed.browser.changes_the_password(
                PASSWORDS[0], allowed.token, request_id="press"
            )
            assert answer.status == 204

        assert len([each for each in subjects(portal) if "password for" in each]) == 1


class TestTooManyChanges:
    @pytest.fixture
    def spent(self, allowed, gives, portal):
        gives["account"]("google")
        for n in range(CHANGES_AN_HOUR):
            assert sets_a_password(allowed, n) == 204
        return allowed

    def test_acc_08_are_refused_and_change_nothing(self, spent, portal):
        answer = spent.browser.changes_the_password(PASSWORDS[-1], spent.token)

        assert answer.problem == (429, "too-many-requests")
        assert 0 < answer.body["retry_after"] <= 3600
        signing_in = portal.another_browser()
        assert signing_in.types_a_password(PASSWORDS[-1]).status == 401
        assert signing_in.types_a_password(PASSWORDS[CHANGES_AN_HOUR - 1]).status == 200

    def test_acc_08_are_so_whatever_is_changed(self, spent):
        assert unlinks(spent, "google").problem == (429, "too-many-requests")
        removing = spent.asks("DELETE /v1/account/password")
        assert removing.problem == (429, "too-many-requests")
        assert len(spent.reads()["identities"]) == 1

    def test_acc_08_were_all_told_of(self, spent, portal):
        assert len([each for each in subjects(portal) if "password for" in each]) == CHANGES_AN_HOUR

    def test_acc_08_keep_nobody_from_resetting_the_password_and_being_told(self, spent, portal):
        portal.delivers_mail()
        before = len(portal.mails)
        browser = portal.another_browser(source_ip="198.51.100.9")
        browser.forgets_the_password()
        portal.delivers_mail()

        assert browser.sets_a_password(PASSWORDS[-1], portal.mailed_code()).status == 200

        portal.delivers_mail()
        assert len(portal.mails) == before + 2  # the code, and the notice

    def test_acc_08_keep_nobody_from_moving_and_from_taking_it_back(self, spent, portal):
        assert spent.moves("ann@one.example").status == 200
        portal.delivers_mail()
        link = portal.mails[-1].text.partition("#undo=")[2].split()[0]

        assert spent.undoes(link).status == 200

    def test_acc_08_are_some_again_in_the_next_hour(self, spent, portal):
        portal.forward(minutes=9)  # it was noon, and the sign-in is still young
        assert sets_a_password(spent, -1) == 429

        portal.forward(minutes=51)
        again = Member(portal, portal.another_browser()).signs_in()

        assert sets_a_password(again, -1) == 204
