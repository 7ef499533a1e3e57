"""What codes must survive: the rows COD, MAI and RAC-04, each under its id
(codes/request.py, codes/check.py, codes/verify.py)."""

import json
import re
from collections import Counter

import pytest

from tests.mail.mail_reader import attributes_in, seen_in, tags_in
from tests.support.doors import Answer
from tests.support.driver import WRONG

WRONG_CODES = ["0000000", "1111111", "2222222", "3333333", "4444444", "5555555"]


class TestCod01FiveWrongCodes:
    def test_cod_01_close_the_challenge_to_the_right_one(self, portal):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()

        wrong = [portal.browser.types(code) for code in WRONG_CODES[:5]]
        right = portal.browser.types_the_mailed_code()

        assert [answer.problem for answer in wrong] == [(401, "code-not-accepted")] * 5
        assert [answer.body["attempts_left"] for answer in wrong] == [4, 3, 2, 1, 0]
        assert right.problem == (410, "challenge-closed")
        assert right.body["reason"] == "attempts"
        assert portal.session_rows() == []

    def test_cod_01_are_in_the_trail_five_times(self, portal):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()

        for code in WRONG_CODES:
            portal.browser.types(code)
            portal.records_trail()

        names = Counter(row["name"] for row in portal.rows("trail"))
        assert names["code.refused"] == 5
        assert names["session.started"] == 0

    def test_cod_01_do_not_lock_the_contact_out(self, portal):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()
        for code in WRONG_CODES:
            portal.browser.types(code)

        assert portal.browser.signs_in().status == 200


class TestCod02AResend:
    def test_cod_02_never_resets_the_attempts(self, portal):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()
        first = [portal.browser.types(code) for code in WRONG_CODES[:3]]

        portal.forward(seconds=30)
        assert portal.browser.asks_again().status == 202
        portal.delivers_mail()
        second = [portal.browser.types(code) for code in WRONG_CODES[:3]]

        assert [answer.body["attempts_left"] for answer in first] == [4, 3, 2]
        assert [answer.status for answer in second] == [401, 401, 410]
        assert portal.browser.types_the_mailed_code().body["reason"] == "attempts"
        assert portal.session_rows() == []


class TestCod03ASecondUse:
    def test_cod_03_of_an_accepted_code_is_refused(self, portal):
        portal.browser.signs_in()

        replays = [portal.browser.types_the_mailed_code() for _ in range(2)]
        foreign_press = portal.browser.types_the_mailed_code(request_id="another press")

        for answer in (*replays, foreign_press):
            assert answer.problem == (410, "challenge-closed")
            assert answer.body["reason"] == "used"
            assert answer.cookies == []
        assert len(portal.session_rows()) == 1

    def test_cod_03_the_older_code_is_good_until_its_own_ten_minutes_are_over(self, portal):
        for seconds, status in ((599, 200), (600, 401)):
            browser = portal.another_browser()
            browser.asks_for_a_code()
            portal.delivers_mail()
            older = portal.mailed_code()
            portal.forward(seconds=30)
            browser.asks_again()
            portal.delivers_mail()

            portal.forward(seconds=seconds - 30)

            assert browser.types(older).status == status

    def test_cod_03_using_one_code_kills_the_other(self, portal):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()
        portal.forward(seconds=30)
        portal.browser.asks_again()
        portal.delivers_mail()

        used = portal.browser.types(portal.mailed_code(1))
        other = portal.browser.types(portal.mailed_code(0))

        assert used.status == 200
        assert other.problem == (410, "challenge-closed")
        assert len(portal.session_rows()) == 1


class TestCod04ACodeOfAnotherChallenge:
    def test_cod_04_is_wrong_and_charged_to_the_challenge_named(self, portal):
        portal.adds("Bob Baker", "bob@example.com")
        ann, bob = portal.browser, portal.another_browser()
        ann.asks_for_a_code("ann@example.com")
        portal.delivers_mail()
        bob.asks_for_a_code("bob@example.com")
        portal.delivers_mail()
        anns, bobs = portal.mailed_code(0), portal.mailed_code(1)

        assert ann.types(bobs).problem == (401, "code-not-accepted")
        assert bob.types(anns).problem == (401, "code-not-accepted")

        assert portal.challenge_row(ann)["attempts"] == 1
        assert portal.challenge_row(bob)["attempts"] == 1
        assert portal.session_rows() == []

    def test_cod_04_of_another_purpose_is_wrong(self, portal, code_of):
        portal.sets(password_method=True)
        portal.browser.asks_for_a_code()
        portal.writes("sign-in", portal.challenge_row() | {"purpose": "reset"})
        portal.delivers_mail()
        assert portal.mailed_code() == code_of(portal.browser, 1, purpose="reset")

        with_its_own = portal.browser.types_the_mailed_code()
        with_ours = portal.browser.types(code_of(portal.browser, 1))

        assert with_its_own.problem == with_ours.problem == (401, "code-not-accepted")
        assert portal.challenge_row()["attempts"] == 2
        assert portal.session_rows() == []

    def test_cod_04_of_another_workspace_is_wrong(self, portal):
        globex = portal.neighbour()
        portal.browser.asks_for_a_code()
        portal.delivers_mail()
        globex.browser.asks_for_a_code()
        globex.delivers_mail()

        renamed = globex.another_browser()
        renamed.challenge = portal.browser.challenge.replace("_acme_", "_globex_")

        assert globex.browser.types(portal.mailed_code(0)).status == 401
        assert renamed.types(portal.mailed_code(0)).problem == (410, "challenge-closed")
        assert portal.session_rows() == []


class TestCod05ATypedCode:
    @pytest.mark.parametrize(
        "typed",
        [
            str.lower,
            lambda code: f"{code[:3]}-{code[3:]}",
            lambda code: f"  {code[:3]} {code[3:]}\n",
            "\n".join,
            lambda code: "".join(chr(ord(c) + 0xFEE0) for c in code),
            lambda code: code.replace("0", "O").replace("1", "I"),
            lambda code: code.replace("0", "o").replace("1", "l"),
            lambda code: f"Your code is {code[:3]}-{code[3:]}. Thank you.",
        ],
        ids=["lower", "dash", "blanks", "lines", "full-width", "OI", "ol", "sentence"],
    )
    def test_cod_05_is_accepted_however_it_is_typed(self, portal, typed):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()

        assert portal.browser.types(typed(portal.mailed_code())).status == 200

    def test_cod_05_may_be_the_whole_mail(self, portal):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()

        assert portal.browser.types(portal.mails[0].text).status == 200

    def test_cod_05_that_can_be_no_code_is_not_charged(self, portal):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()
        code = portal.mailed_code()

        for entry in (code[:6], f"{code}B", f"{code[:6]}A", f"{code[:6]}!", "", code + code):
            assert portal.browser.types(entry).problem == (400, "invalid-request")

        assert portal.challenge_row()["attempts"] == 0
        assert portal.browser.types(code).status == 200


class TestCod06TheLifeOfACode:
    @pytest.mark.parametrize(("seconds", "status"), [(599, 200), (600, 410), (601, 410)])
    def test_cod_06_is_ten_minutes(self, portal, seconds, status):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()

        portal.forward(seconds=seconds)

        assert portal.browser.types_the_mailed_code().status == status

    @pytest.mark.parametrize(("seconds", "status"), [(1799, 200), (1800, 410)])
    def test_cod_06_ends_with_the_half_hour_of_its_challenge(self, portal, seconds, status):
        portal.browser.asks_for_a_code()
        portal.forward(minutes=20)
        portal.browser.asks_again()
        portal.delivers_mail()

        portal.forward(seconds=seconds - 20 * 60)

        assert portal.browser.types_the_mailed_code().status == status

    def test_cod_06_flt_05_does_not_depend_on_the_row_being_swept_away(self, portal):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()

        portal.forward(days=3)

        assert portal.browser.types_the_mailed_code().problem == (410, "challenge-closed")
        assert portal.browser.asks_again().problem == (410, "challenge-closed")
        assert portal.session_rows() == []


class TestCod07TheRightCode:
    def test_cod_07_is_worth_nothing_in_another_browser(self, portal):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()
        code = portal.mailed_code()
        thief = portal.another_browser(source_ip="198.51.100.9")

        without = thief.sends("verify_code", "POST /v1/codes/verify", {"code": code})
        thief.asks_for_a_code("ann@example.com")
        with_their_own = thief.types(code)

        assert without.problem == (400, "invalid-request")
        assert with_their_own.problem == (401, "code-not-accepted")
        assert portal.browser.types(code).status == 200
        assert len(portal.session_rows()) == 1


class TestCod08KnownAndUnknownAddresses:
    """A stranger can tell them apart by nothing: status, body, headers, cookies, work."""

    def test_cod_08_look_the_same_in_the_first_minutes(self, four):
        four.all_answer_alike(lambda browser: browser.asks_for_a_code(browser.email), 202)
        four.portal.delivers_mail()
        for code in WRONG_CODES[:2]:
            four.all_answer_alike(lambda browser, code=code: browser.types(code), 401)
        four.all_answer_alike(lambda browser: browser.asks_again(), 429)
        four.all_answer_alike(lambda browser: browser.types("no code"), 400)
        for code in WRONG_CODES[2:5]:
            four.all_answer_alike(lambda browser, code=code: browser.types(code), 401)
        four.all_answer_alike(lambda browser: browser.types(WRONG), 410)
        four.portal.forward(seconds=30)
        four.all_answer_alike(lambda browser: browser.asks_again(), 410)

    def test_cod_08_look_the_same_after_ten_minutes(self, four):
        four.all_answer_alike(lambda browser: browser.asks_for_a_code(browser.email), 202)
        four.portal.delivers_mail()

        four.portal.forward(minutes=10, seconds=1)

        four.all_answer_alike(lambda browser: browser.types(WRONG), 410)
        four.all_answer_alike(lambda browser: browser.asks_again(), 202)
        four.portal.delivers_mail()
        four.all_answer_alike(lambda browser: browser.types(WRONG), 401)
        four.all_answer_alike(lambda browser: browser.asks_again(), 429)

    def test_cod_08_look_the_same_after_half_an_hour(self, four):
        four.all_answer_alike(lambda browser: browser.asks_for_a_code(browser.email), 202)
        four.portal.delivers_mail()

        four.portal.forward(minutes=30, seconds=1)

        four.all_answer_alike(lambda browser: browser.types(WRONG), 410)
        four.all_answer_alike(lambda browser: browser.asks_again(), 410)

    def test_cod_08_look_the_same_through_all_four_mails(self, four):
        four.all_answer_alike(lambda browser: browser.asks_for_a_code(browser.email), 202)
        four.portal.delivers_mail()
        for wait in (30, 60, 120):
            four.portal.forward(seconds=wait)
            four.all_answer_alike(lambda browser: browser.asks_again(), 202)
            four.portal.delivers_mail()
            four.all_answer_alike(lambda browser: browser.types(WRONG), 401)
        four.portal.forward(minutes=5)
        four.all_answer_alike(lambda browser: browser.asks_again(), 429)

    def test_cod_08_take_the_same_work(self, four, wire):
        for step in (
            lambda browser: browser.asks_for_a_code(browser.email),
            lambda browser: browser.types(WRONG),
            lambda browser: browser.asks_again(),
        ):
            work = []
            for browser in four.browsers:
                wire.forget()
                step(browser)
                work.append([(sent.operation, shape(sent.parameters)) for sent in wire.sent])
                four.portal.delivers_mail()
            assert work == [work[0]] * 4

    def test_cod_08_look_the_same_behind_a_personal_link(self, portal):
        portal.adds("Dora Dean", "ann.dean@example.com")
        active = portal.personal_link("ann@example.com")
        inactive = portal.personal_link("ann.dean@example.com")
        portal.deactivates("ann.dean@example.com")
        first, second = portal.another_browser(), portal.another_browser()

        for step in (
            lambda browser, link: browser.opens_the_link(link),
            lambda browser, link: browser.asks_for_a_code(None, link=link, auto=True),
            lambda browser, _link: browser.types(WRONG),
            lambda browser, _link: browser.asks_again(),
        ):
            assert masked(step(first, active)) == masked(step(second, inactive))
            portal.delivers_mail()


class Four:
    """Four strangers, who type the addresses of very different people."""

    def __init__(self, portal) -> None:
        self.portal = portal
        portal.adds("Dora Dean", "dora@example.com")
        portal.suppresses(portal.adds("Sue Snow", "sue@example.com"))
        portal.deactivates("dora@example.com")
        self.browsers = []
        for name in ("ann", "nobody", "dora", "sue"):
            browser = portal.another_browser()
            browser.email = f"{name}@example.com"
            self.browsers.append(browser)

    def all_answer_alike(self, step, status: int) -> None:
        answers = [step(browser) for browser in self.browsers]

        assert answers[0].status == status
        for answer in answers[1:]:
            assert masked(answer) == masked(answers[0])


@pytest.fixture
def four(portal):
    return Four(portal)


class TestMai01AnAddressWithMoreInIt:
    def test_mai_01_is_refused_and_nobody_is_mailed(self, portal):
        for typed in (
            "ann@example.com\r\nBcc:eve@evil.test",
            "ann@example.com\nBcc: eve@evil.test",
            "ann@example.com%0aTo:eve@evil.test",
            "ann@example.com\u2028Bcc:eve@evil.test",
            "ann@example.com\x1cBcc:eve@evil.test",
            "ann@example.com\x00",
            "ann@example.com,eve@evil.test",
            "ann@example.com;eve@evil.test",
            "ann@example.com eve@evil.test",
            '"ann@example.com,eve"@evil.test',
            "<ann@example.com>",
            "Ann <ann@example.com>",
            "ann@example.com (comment)",
            "ann(comment)@example.com",
            "ann@example.com\\",
            "=?utf-8?q?ann=40example.com?=",
            "=?utf-8?q?ann?=@example.com",
        ):
            answer = portal.browser.asks_for_a_code(typed)
            assert answer.problem == (400, "invalid-request"), typed
            assert answer.body["errors"][0]["field"] == "email"

        assert portal.delivers_mail() == []

    def test_mai_01_or_is_nobodys(self, portal):
        answer = portal.browser.asks_for_a_code("ann%40x@example.com")
        portal.delivers_mail()

        assert answer.status == 202
        assert portal.mails == []

    @pytest.mark.parametrize("typed", ["ANN@EXAMPLE.COM", "\tann@example.com \r\n"])
    def test_mai_01_or_reaches_the_stored_address_alone(self, portal, typed):
        portal.browser.asks_for_a_code(typed)
        portal.delivers_mail()

        (mail,) = portal.mails
        assert set(mail.to) == {"ann@example.com"}
        assert mail.message["To"] == "ann@example.com"

    def test_mai_01_of_a_contact_that_ses_cannot_write_to_is_not_written_to(self, portal):
        portal.writes("people", stored_address(portal) | {"email": "ann@x.test,eve@evil.test"})

        portal.browser.asks_for_a_code()
        portal.delivers_mail()

        assert portal.mails == []
        assert portal.challenge_row()["withheld_1"] == "address-refused"

    def test_mai_01_a_name_with_line_ends_makes_no_header(self, portal):
        evil = "Acme\r\nBcc: eve@evil.test\r\n\r\nHello"
        portal.sets(name=evil, sender_name=evil)

        portal.browser.asks_for_a_code()
        portal.delivers_mail()

        (mail,) = portal.mails
        assert set(mail.to) == {"ann@example.com"}
        assert mail.message["Bcc"] is None
        assert mail.message["From"].addresses[0].addr_spec == "signin@acme.test"
        assert len(mail.message.get_all("Subject")) == 1


class TestMai02OneMailbox:
    def test_mai_02_gets_five_mails_an_hour_over_all_workspaces(self, portal):
        homes = [portal, *(portal.neighbour(f"tenant-{n}") for n in range(1, 4))]
        personal = portal.personal_link()

        answers = []
        for n in range(32):
            home = homes[n % len(homes)]
            browser = home.another_browser(source_ip=f"198.51.100.{n}")
            answers.append(browser.asks_for_a_code())
            if home is homes[-1]:
                portal.delivers_mail()
            portal.forward(seconds=30)
        assert len(portal.mails) == 4
        portal.browser.asks_for_a_code(None, link=personal)
        portal.delivers_mail()
        portal.browser.asks_for_a_code(None, link=personal)
        portal.delivers_mail()

        assert len(portal.mails) == 5
        assert len({masked(answer) for answer in answers}) == 1

    @pytest.mark.slow
    def test_mai_02_gets_ten_mails_a_day_over_all_workspaces(self, portal):
        homes = [portal, *(portal.neighbour(f"tenant-{n}") for n in range(1, 3))]
        personal = portal.personal_link()

        for n in range(24):
            home = homes[n % len(homes)]
            home.another_browser(source_ip=f"198.51.100.{n}").asks_for_a_code()
            if home is homes[-1]:
                portal.delivers_mail()
                portal.forward(minutes=90)
        assert len(portal.mails) == 8
        for _ in range(3):
            portal.browser.asks_for_a_code(None, link=personal)
            portal.delivers_mail()

        assert len(portal.mails) == 10

    def test_mai_02_counts_resends_too(self, portal):
        for n in range(2):
            browser = portal.another_browser(source_ip=f"198.51.100.{n}")
            browser.asks_for_a_code()
            portal.delivers_mail()
            for wait in (30, 60, 120):
                portal.forward(seconds=wait)
                assert browser.asks_again().status == 202
                portal.delivers_mail()

        assert len(portal.mails) == 4

    def test_mai_02_leaves_every_other_mailbox_alone(self, portal):
        portal.adds("Bob Baker", "bob@example.com")
        for _ in range(6):
            portal.browser.asks_for_a_code()
            portal.delivers_mail()

        portal.browser.asks_for_a_code("bob@example.com")
        portal.delivers_mail()

        assert set(portal.mails[-1].to) == {"bob@example.com"}

    def test_mai_02_is_named_nowhere_in_its_counter(self, portal):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()

        counter = next(row for row in portal.rows("sign-in") if row["sk"] == "budget")
        assert not re.search(r"\bann\b|@", json.dumps(counter))


class TestMai05TextOfAStranger:
    @pytest.mark.parametrize(
        "text",
        [
            "<a href=//evil.test>click</a>",
            "https://evil.test",
            "Win at evil.test",
            "<script>alert(1)</script>",
            "evil " * 1000,
        ],
        ids=["tag", "url", "domain", "script", "5 KB"],
    )
    def test_mai_05_in_the_workspaces_name_is_harmless(self, portal, text):
        portal.sets(name=text, sender_name=text)

        portal.browser.asks_for_a_code()
        portal.delivers_mail()

        (mail,) = portal.mails
        html = mail.message.get_body(("html",)).get_content()
        assert not {"a", "script"} & tags_in(html)
        assert "href" not in attributes_in(html)
        for shown in (mail.text, seen_in(html)):
            assert not re.search(r"https?:|//|evil\.test", shown)
            assert shown.count("evil") < 200
        assert portal.browser.types_the_mailed_code().status == 200

    def test_mai_05_in_the_contacts_name_is_not_in_the_mail(self, portal):
        portal.adds("<a href=//evil.test>click</a>", "eve@example.com")

        portal.browser.asks_for_a_code("eve@example.com")
        portal.delivers_mail()

        assert "evil" not in portal.mails[0].message.as_string()

    def test_mai_05_of_the_request_is_not_in_the_mail(self, portal):
        evil = {"user-agent": "Visit https://evil.test", "host": "evil.test"}
        evil |= {"x-forwarded-host": "evil.test", "accept-language": "evil"}
        body = {
            "workspace": "acme",
            "link": portal.shared,
            "email": "ann@example.com",
            "to": "https://evil.test",
            "name": "evil",
        }
        portal.browser.sends("request_code", "POST /v1/codes", body, headers=evil)
        portal.delivers_mail()

        assert "evil" not in portal.mails[0].message.as_string()

    def test_mai_05_leaves_workspace_life_and_not_you_in_the_mail(self, portal):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()

        text = portal.mails[0].text
        assert "Acme Support" in text
        assert "10 minutes" in text
        assert "If this was not you" in text


class TestRac04TwentyBrowsersAtOnce:
    def test_rac_04_all_get_their_answer_and_the_budget_holds(self, portal):
        browsers = [portal.another_browser(source_ip=f"198.51.100.{n}") for n in range(20)]

        answers = [browser.asks_for_a_code() for browser in browsers]

        assert {answer.status for answer in answers} == {202}
        assert len({browser.challenge for browser in browsers}) == 20
        assert {portal.challenge_row(browser)["mail"] for browser in browsers} == {1}
        portal.delivers_mail()
        assert len(portal.mails) == 4

    def test_rac_04_no_challenge_voids_another(self, portal):
        browsers = [portal.another_browser(source_ip=f"198.51.100.{n}") for n in range(4)]
        for browser in browsers:
            browser.asks_for_a_code()
            portal.delivers_mail()

        codes = [mail.code for mail in portal.mails]
        answers = [browser.types(code) for browser, code in zip(browsers, codes, strict=True)]

        assert [answer.status for answer in answers] == [200] * 4
        assert len(portal.session_rows()) == 4


def masked(answer: Answer) -> str:
    """All that a browser sees, byte by byte, but for ids that are random."""
    text = json.dumps(answer.event, sort_keys=True)
    text = re.sub(r"chl_acme_[A-Za-z0-9_-]{22}", "chl_…", text)
    text = re.sub(r"chl_tenant-\d_[A-Za-z0-9_-]{22}", "chl_…", text)
    text = re.sub(r'\\"label\\":\\"[B-Z]{2}\\"', "label", text)
    return re.sub(r'\\"instance\\":\\"[0-9a-f]{32}\\"', "instance", text)


def shape(parameters: object) -> object:
    """The names in a request to AWS, without their values."""
    if isinstance(parameters, dict):
        return {name: shape(value) for name, value in parameters.items()}
    return [shape(each) for each in parameters] if isinstance(parameters, list) else None


def stored_address(portal):
    pk = f"acme#contact#{portal.ann.id}"
    return next(row for row in portal.rows("people") if row["pk"] == pk)
