"""Sign up: an address first, then its code; nothing is stored before the proof
(passwords/password_codes.py, codes/verify.py)."""

import pytest

NOT_HERE = [{"field": "email", "reason": "not allowed here"}]


@pytest.fixture
def open_house(house):
    house.sets(sign_up=True)
    return house


class TestASignUp:
    def test_y09_makes_a_contact_of_whoever_types_the_code(self, open_house):
        eve = open_house.another_browser()
        assert eve.signs_up("eve@example.com", to="tickets").status == 202
        open_house.delivers_mail()

        answer = eve.types(open_house.mailed_code())

        assert answer.status == 200
        assert answer.body["new"] is True
        assert answer.body["contact"]["email"] == "eve@example.com"
        assert answer.body["return_to"]["area"] == "tickets"

    def test_pwd_05_stores_nobody_before_the_proof(self, open_house):
        before = open_house.rows("people")
        open_house.browser.signs_up("eve@example.com")
        open_house.delivers_mail()

        assert open_house.rows("people") == before

    def test_pwd_05_takes_no_password_from_whoever_has_proved_nothing(self, open_house):
        thief, eve = open_house.another_browser(), open_house.another_browser()
        thief.signs_up("eve@example.com", password="the thief's own password", name="Thief")
        open_house.delivers_mail()
        eve.signs_up("eve@example.com")
        open_house.delivers_mail()

        answer = eve.types(open_house.mailed_code())

        assert answer.body["contact"]["name"] != "Thief"
        tried = thief.types_a_password("the thief's own password", "eve@example.com")
        assert tried.status == 401
        assert thief.refreshes().status == 401

    def test_pwd_01_is_answered_the_same_for_everybody(self, open_house, others, wire):
        told = []
        for who in ("ann", "cid", "dee", "eve"):
            wire.forget()
            answer = open_house.another_browser().signs_up(f"{who}@example.com")
            content = {k: v for k, v in answer.body.items() if k not in ("challenge", "label")}
            told.append((answer.status, content, tuple(wire.operations)))

        assert all(each == told[0] for each in told)
        assert told[0][0] == 202

    def test_is_refused_where_it_is_off(self, house):
        assert house.browser.signs_up("eve@example.com").problem == (403, "sign-in-method-off")

    @pytest.mark.parametrize("rule", ["match_required", "sso_only"])
    def test_is_refused_where_a_directory_says_who_comes_in(self, open_house, rule):
        open_house.sets(directory_rule=rule)

        assert open_house.browser.signs_up("eve@example.com").status == 403

    def test_is_not_for_a_personal_link(self, open_house):
        link = open_house.personal_link()

        assert open_house.browser.signs_up("eve@example.com", link=link).status == 403

    def test_asks_for_an_address(self, open_house):
        answer = open_house.browser.sends(
            "password", "POST /v1/sign-up", {"workspace": "acme", "link": open_house.shared}
        )

        assert answer.body["errors"] == [{"field": "email", "reason": "required"}]


class TestADomain:
    @pytest.mark.parametrize(
        ("lists", "email", "status"),
        [
            ({}, "eve@anything.example", 202),
            ({"sign_up_domains": ["example.com"]}, "eve@example.com", 202),
            ({"sign_up_domains": ["example.com"]}, "eve@mail.example.com", 202),
            ({"sign_up_domains": ["example.com"]}, "eve@notexample.com", 400),
            ({"sign_up_blocked": ["example.com"]}, "eve@example.com", 400),
            ({"sign_up_blocked": ["example.com"]}, "eve@mail.example.com", 400),
            ({"sign_up_blocked": ["example.com"]}, "eve@example.org", 202),
            ({}, "eve@mailinator.com", 400),
            ({}, "eve@in.mailinator.com", 400),
            ({"sign_up_disposable": True}, "eve@mailinator.com", 202),
        ],
    )
    def test_may_sign_up_or_not(self, open_house, lists, email, status):
        open_house.sets(**lists)

        answer = open_house.browser.signs_up(email)

        assert answer.status == status
        if status == 400:
            assert answer.body["errors"] == NOT_HERE

    def test_is_refused_alike_for_contacts_and_strangers(self, open_house):
        open_house.sets(sign_up_blocked=["example.com"])

        assert open_house.browser.signs_up("ann@example.com").body["errors"] == NOT_HERE
