"""Forgot password: a code sets the first one, or another one, and does nothing else."""

import pytest

from tests.passwords.conftest import RIGHT, stored
from tests.support.doors import HOST
from tests.support.driver import CODE

NEW = "seven loud geese over the mill"
NEWER = "eight loud geese over the mill"


@pytest.fixture
def mailed(house):
    """The code that lets Ann set another password."""
    house.browser.forgets_the_password()
    house.delivers_mail()
    return house.mailed_code()


class TestAForgottenPassword:
    def test_is_replaced_by_the_mailed_code(self, house, mailed):
        answer = house.browser.sets_a_password(NEW, mailed)

        assert answer.status == 200
        assert answer.body == {
            "workspace": "acme",
            "return_to": {"area": "dashboard", "url": "https://portal.acme.test/"},
        }
        assert house.browser.types_a_password(NEW).status == 200
        assert house.another_browser().types_a_password(RIGHT).status == 401

    def test_proves_the_address(self, house, mailed):
        assert house.team.contact("acme", house.ann.id).email_verified is False

        house.browser.sets_a_password(NEW, mailed)

        assert house.team.contact("acme", house.ann.id).email_verified is True

    def test_that_only_a_password_follows_proves_nothing(self, house):
        house.browser.types_a_password(RIGHT)

        assert house.team.contact("acme", house.ann.id).email_verified is False

    def test_signs_nobody_in(self, house, mailed):
        answer = house.browser.sets_a_password(NEW, mailed)

        assert answer.cookies == []
        assert "access_token" not in str(answer.event)
        assert house.session_rows() == []

    def test_leads_to_where_the_contact_was_going(self, house):
        house.browser.forgets_the_password(to="tickets")
        house.delivers_mail()

        answer = house.browser.sets_a_password(NEW, house.mailed_code())

        assert answer.body["return_to"]["area"] == "tickets"

    def test_is_asked_about_without_an_address_by_a_personal_link(self, house, others):
        link = house.personal_link("bob@example.com")
        house.browser.forgets_the_password(None, link=link)
        house.delivers_mail()

        assert house.browser.sets_a_password(NEW, house.mailed_code()).status == 200
        assert house.browser.types_a_password(NEW, "bob@example.com").status == 200

    def test_ends_what_is_signed_in(self, house, mailed):
        other = house.another_browser()
        other.types_a_password(RIGHT)

        house.browser.sets_a_password(NEW, mailed)

        assert other.refreshes().status == 401

    def test_is_told_to_its_contact(self, house, mailed):
        house.browser.sets_a_password(NEW, mailed)
        house.delivers_mail()

        notice = house.mails[-1]
        assert set(notice.to) == {"ann@example.com"}
        assert CODE.search(notice.text) is None
        (told,) = [r["event"] for r in house.rows("sign-in") if r["sk"] == "notice"]
        assert told["name"] == "notice.mailed"

    def test_is_in_the_trail_and_its_words_are_not(self, house, mailed):
        house.browser.sets_a_password(NEW, mailed)

        trail = house.records_trail()
        (line,) = [row for row in trail if row["name"] == "password.changed"]
        assert line["pk"] == f"acme#trail#{house.ann.id}"
        assert line["detail"] == {"by": "reset"}
        assert "geese" not in str(trail)


class TestAFirstPassword:
    def test_y08_is_set_by_a_contact_who_never_had_one(self, house, others):
        house.browser.forgets_the_password("bob@example.com")
        house.delivers_mail()

        assert house.browser.sets_a_password(NEW, house.mailed_code()).status == 200

        assert house.browser.types_a_password(NEW, "bob@example.com").status == 200
        bob = house.team.contact("acme", "bob@example.com").id
        lines = [r for r in house.records_trail() if r["pk"] == f"acme#trail#{bob}"]
        assert "password.set" in {line["name"] for line in lines}

    def test_turns_no_method_on_that_is_off(self, house, mailed):
        house.sets(password_method=False)

        answer = house.browser.sets_a_password(NEW, mailed)

        assert answer.problem == (403, "sign-in-method-off")
        assert house.another_browser().forgets_the_password().status == 403

    def test_is_not_set_where_the_portal_was_switched_off(self, house, mailed):
        house.sets(portal_enabled=False)

        answer = house.browser.sets_a_password(NEW, mailed)

        assert answer.problem == (403, "portal-unavailable")
        assert house.challenge_row()["attempts"] == 0

    def test_is_not_set_by_somebody_whose_account_is_off(self, house, others):
        house.browser.forgets_the_password("cid@example.com")
        house.delivers_mail()

        assert house.mails == []

    def test_is_not_set_by_a_code_to_sign_in(self, house):
        house.browser.asks_for_a_code()
        house.delivers_mail()

        answer = house.browser.sets_a_password(NEW, house.mailed_code())

        assert answer.problem == (401, "code-not-accepted")

    def test_leaves_its_code_good_for_nothing_else(self, house, mailed):
        assert house.browser.types(mailed).problem == (401, "code-not-accepted")


class TestACodeThatSetsAPassword:
    def test_pwd_03_is_good_once(self, house, mailed):
        assert house.browser.sets_a_password(NEW, mailed).status == 200

        answer = house.browser.sets_a_password(NEWER, mailed)

        assert answer.problem == (410, "challenge-closed")
        assert answer.body["reason"] == "used"
        assert house.browser.types_a_password(NEW).status == 200

    def test_pwd_03_closes_the_one_before_it(self, house, mailed):
        second = house.another_browser()
        second.forgets_the_password()
        house.delivers_mail()
        late = house.mailed_code()
        house.browser.sets_a_password(NEW, mailed)

        answer = second.sets_a_password(NEWER, late)

        assert answer.problem == (410, "challenge-closed")
        assert house.browser.types_a_password(NEW).status == 200

    def test_pwd_03_is_over_after_ten_minutes(self, house, mailed):
        house.forward(minutes=10)

        assert house.browser.sets_a_password(NEW, mailed).status == 410

    def test_pwd_03_is_no_better_for_another_account(self, house, others, mailed):
        bob = house.another_browser()
        bob.forgets_the_password("bob@example.com")
        house.delivers_mail()

        assert bob.sets_a_password(NEW, mailed).problem == (401, "code-not-accepted")

    def test_pwd_03_mailed_once_more_after_it_was_used_sets_nothing(self, house, mailed):
        house.browser.sets_a_password(NEW, mailed)
        house.forward(seconds=31)
        house.browser.asks_again()
        house.delivers_mail()
        codes = [mail.code for mail in house.mails if CODE.search(mail.text)]
        assert len(codes) == 2

        assert house.browser.sets_a_password(NEWER, codes[-1]).status == 410

    def test_is_over_when_its_contact_was_signed_out_everywhere(self, house, mailed):
        token = house.another_browser().types_a_password(RIGHT).body["access_token"]
        house.another_browser().signs_out(token, everywhere=True)

        assert house.browser.sets_a_password(NEW, mailed).status == 410

    def test_is_bound_to_the_origin_that_asked(self, house, mailed):
        house.browser.origin = "https://portal.acme.test"

        assert house.browser.sets_a_password(NEW, mailed).problem == (403, "cross-site")

    def test_that_is_wrong_five_times_is_over(self, house, mailed):
        wrong = [house.browser.sets_a_password(NEW, f"000000{n}") for n in range(5)]

        assert [a.status for a in wrong] == [401] * 5
        assert house.browser.sets_a_password(NEW, mailed).status == 410
        assert house.browser.types_a_password(RIGHT).status == 200

    def test_pwd_02_is_mailed_with_our_own_host_whatever_a_request_says(self, house):
        forged = {
            "host": "evil.test",
            "x-forwarded-host": "evil.test",
            "x-forwarded-proto": "http",
            "forwarded": "host=evil.test;proto=http",
            "x-original-url": "https://evil.test/",
        }
        body = {"workspace": "acme", "link": house.shared, "email": "ann@example.com"}
        house.browser.sends("password", "POST /v1/passwords/forgot", body, headers=forged)
        house.delivers_mail()

        (mail,) = house.mails
        assert "evil" not in str(mail.message)
        assert f"@{HOST} #" in mail.text


class TestAPasswordThatMayNotBeSet:
    @pytest.mark.parametrize(
        ("password", "reason"),
        [
            ("fourteen chars", "too-short"),
            ("x" * 129, "too-long"),
            ("Password123456789", "common"),
            ("acme support portal", "personal"),
            ("ann.archer@example.com", "personal"),
        ],
    )
    def test_pwd_04_costs_no_attempt_and_says_why(self, house, mailed, password, reason):
        answer = house.browser.sets_a_password(password, mailed)

        assert answer.problem == (400, "invalid-request")
        assert answer.body["errors"] == [{"field": "password", "reason": reason}]
        assert house.challenge_row()["attempts"] == 0
        assert house.browser.sets_a_password(NEW, mailed).status == 200

    def test_pwd_04_is_refused_for_its_names_only_after_the_code_was_right(self, house, mailed):
        # Else anybody could learn a contact's name by asking what would be too near to it.
        answer = house.browser.sets_a_password("Ann Archer Ann Archer", "0000000")

        assert answer.problem == (401, "code-not-accepted")

    @pytest.mark.parametrize("size", [15, 64, 128])
    def test_pwd_04_is_none_of_these(self, house, mailed, size):
        password = ("seven loud geese over the mill at dusk, while nobody looks; " * 3)[:size]

        assert house.browser.sets_a_password(password, mailed).status == 200
        assert house.browser.types_a_password(password).status == 200
        assert house.another_browser().types_a_password(password[:-1]).status == 401

    def test_pwd_04_is_not_cut_at_72_bytes(self, house, mailed):
        same = "seven loud geese over the mill at dusk, while nobody looks at the weirs!"
        assert len(same) == 72
        house.browser.sets_a_password(same + "one", mailed)

        assert house.browser.types_a_password(same + "two").status == 401
        assert house.browser.types_a_password(same + "one").status == 200


class TestAPressNamedTwice:
    """A client's `request_id` names one press: with another password it is another press."""

    def test_rac_08_with_another_password_sets_nothing_and_says_so(self, house, mailed):
        assert house.browser.sets_a_password(NEW, mailed, request_id="press").status == 200

        answer = house.browser.sets_a_password(NEWER, mailed, request_id="press")

        assert answer.problem == (410, "challenge-closed")
        assert answer.body["reason"] == "used"
        assert house.browser.types_a_password(NEW).status == 200

    def test_rac_08_with_another_password_at_the_same_moment_says_so_too(self, house, mailed, wire):
        answers = []

        def other_tab():
            answers.append(house.browser.sets_a_password(NEW, mailed, request_id="press"))

        wire.before("dynamodb.TransactWriteItems", other_tab)

        answer = house.browser.sets_a_password(NEWER, mailed, request_id="press")

        assert [each.status for each in answers] == [200]
        assert answer.problem == (410, "challenge-closed")
        assert house.browser.types_a_password(NEW).status == 200

    def test_rac_08_with_the_same_password_at_the_same_moment_is_the_same_press(
        self, house, mailed, wire
    ):
        answers = []

        def other_tab():
            answers.append(house.browser.sets_a_password(NEW, mailed, request_id="press"))

        wire.before("dynamodb.TransactWriteItems", other_tab)
        answers.append(house.browser.sets_a_password(NEW, mailed, request_id="press"))

        assert [each.status for each in answers] == [200, 200]

    def test_rac_08_is_not_the_same_once_the_password_was_changed_again(self, house, mailed):
        house.browser.sets_a_password(NEW, mailed, request_id="press")
        token = house.browser.types_a_password(NEW).body["access_token"]
        assert house.browser.changes_the_password(NEWER, token).status == 204

        answer = house.browser.sets_a_password(NEW, mailed, request_id="press")

        assert answer.problem == (410, "challenge-closed")

    def test_rac_08_sets_a_password_for_each_challenge_that_it_names(self, house, mailed):
        house.browser.sets_a_password(NEW, mailed, request_id="press")
        house.forward(minutes=1)
        house.browser.forgets_the_password()
        house.delivers_mail()

        answer = house.browser.sets_a_password(NEWER, house.mailed_code(), request_id="press")

        assert answer.status == 200
        assert house.browser.types_a_password(NEWER).status == 200


class TestTheSamePress:
    def test_has_the_same_answer(self, house, mailed):
        answers = [house.browser.sets_a_password(NEW, mailed, request_id="press") for _ in range(2)]

        assert [a.status for a in answers] == [200, 200]
        assert answers[0].body == answers[1].body
        assert house.challenge_row()["attempts"] == 1

    def test_is_finished_though_its_answer_was_lost(self, house, mailed, wire):
        wire.lose_answers("dynamodb.TransactWriteItems", times=1)

        assert house.browser.sets_a_password(NEW, mailed, request_id="press").status == 200
        assert house.browser.types_a_password(NEW).status == 200

    def test_is_welcome_again_after_a_fault(self, house, mailed, wire):
        wire.cut("dynamodb.TransactWriteItems")
        assert house.browser.sets_a_password(NEW, mailed, request_id="press").status == 503
        wire.mend()
        assert house.challenge_row()["attempts"] == 0
        assert stored(house.ann).proof == "earlier"
        assert house.another_browser().types_a_password(RIGHT).status == 200

        assert house.browser.sets_a_password(NEW, mailed, request_id="press").status == 200


class TestWhoeverAsks:
    @pytest.mark.parametrize("rule", ["off", "match_required"])
    @pytest.mark.parametrize("who", ["bob", "cid", "dee", "eve"])
    def test_pwd_01_is_told_the_same_for_every_address(self, house, others, wire, who, rule):
        # Nobody here is in a directory: under the rule SSO would refuse them all.
        house.sets(directory_rule=rule)
        email = f"{who}@example.com"
        wire.forget()
        known = house.browser.forgets_the_password()
        asked = list(wire.operations)
        wire.forget()

        unknown = house.another_browser().forgets_the_password(email)

        assert wire.operations == asked
        changing = {"challenge", "label"}
        assert unknown.status == known.status == 202
        assert {k: v for k, v in unknown.body.items() if k not in changing} == {
            k: v for k, v in known.body.items() if k not in changing
        }

    def test_cannot_send_by_itself(self, house):
        link = house.personal_link()
        for _ in range(2):
            answer = house.browser.forgets_the_password(None, link=link, auto=True)
            assert answer.status == 202  # a member that this route does not know
