"""A portal on another site sends its visitor: a code, our page, or a refusal."""

from datetime import UTC, datetime, timedelta

import pytest

from portico.openid.rules import AuthorizeRequest, AuthorizeVerdict, granted, language
from tests.support.openid_site import AUTHORIZE, CALLBACK, ORIGIN, Site, marks_of, query_of

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def location(answer) -> str:
    assert answer.status == 303, answer.event
    return str(answer.headers["location"])


class TestSomebodyWhoIsSignedIn:
    def test_comes_back_with_a_code_and_without_a_screen(self, site, ann):
        back = location(site.sends(ann))

        assert back.startswith(f"{CALLBACK}?")
        query = query_of(back)
        assert query.pop("code")
        assert query == {"state": site.state, "iss": ORIGIN}

    def test_costs_one_read_and_one_write(self, site, ann, wire):
        wire.forget()

        site.sends(ann)

        assert wire.operations == ["dynamodb.BatchGetItem", "dynamodb.PutItem"]

    def test_keeps_the_cookie_it_came_with(self, site, ann):
        assert site.sends(ann).cookies == []

    def test_may_come_by_a_form(self, site, ann):
        answer = ann.sends("authorize", f"POST {AUTHORIZE}", form=site.asks(), origin=None)

        assert "code" in query_of(location(answer))

    def test_leaves_the_row_of_the_code_without_the_code(self, site, ann, portal):
        code = site.gets_a_code(ann)

        row = next(row for row in portal.rows("sign-in") if "#grant#" in row["pk"])
        assert code not in str(row)
        assert row["expires_at"] == int(NOW.timestamp()) + 60

    def test_is_told_to_the_trail(self, site, ann, portal):
        site.gets_a_code(ann)

        line = next(each for each in portal.records_trail() if each["name"] == "portal.granted")
        assert line["pk"] == f"acme#trail#{portal.ann.id}"
        assert line["detail"]["portal"] == "help"

    def test_is_asked_nothing_where_nothing_may_be_shown(self, site, ann):
        assert "code" in query_of(location(site.sends(ann, prompt="none")))

    def test_gets_the_address_its_own_query_back(self, portal, ann):
        uri = f"{CALLBACK}?tenant=7"
        site = Site.register(portal, redirect_uris=[uri])

        back = query_of(location(site.sends(ann, redirect_uri=uri)))

        assert back["tenant"] == "7"
        assert back["code"]


class TestSomebodyWhoIsNot:
    def test_sees_the_page_with_the_request_in_its_fragment(self, site, portal, wire):
        wire.forget()
        to = location(site.sends(portal.browser))

        assert to.startswith("/acme#")
        marks = marks_of(to)
        assert marks.keys() == {"l", "o"}
        assert marks["l"] == "prt_acme_help"
        assert wire.operations == ["dynamodb.BatchGetItem"]

    def test_comes_back_with_a_code_once_signed_in(self, site, portal):
        marks = marks_of(location(site.sends(portal.browser)))
        portal.browser.asks_for_a_code(link=marks["l"])
        portal.delivers_mail()
        signed_in = portal.browser.types_the_mailed_code()

        assert signed_in.body["return_to"]["url"] == f"{ORIGIN}/acme#resume"
        back = query_of(location(site.returns(portal.browser, marks["o"])))
        assert back["state"] == site.state
        assert site.redeems(back["code"]).status == 200

    def test_has_every_way_in_that_the_workspace_allows(self, site, portal):
        portal.sets(password_method=True, sign_up=True)

        opened = portal.browser.opens_the_link(site.client_id)

        assert opened.body["methods"] == {
            "code": True,
            "password": True,
            "sign_up": True,
            "sso": [],
        }

    def test_has_an_address_and_a_language_filled_in(self, site, portal):
        to = site.sends(portal.browser, login_hint="ann@example.com", ui_locales="tlh de-AT en")

        marks = marks_of(location(to))
        assert marks["hint"] == "ann@example.com"
        assert marks["lang"] == "de"

    def test_is_not_asked_where_nothing_may_be_shown(self, site, portal):
        back = query_of(location(site.sends(portal.browser, prompt="none")))

        assert back["error"] == "login_required"
        assert back["state"] == site.state
        assert back["iss"] == ORIGIN

    @pytest.mark.parametrize("end", ["signed out", "deactivated", "rested"])
    def test_is_anybody_whose_session_has_ended(self, site, ann, portal, end):
        if end == "signed out":
            cookies = dict(ann.cookies)
            ann.signs_out()
            ann.cookies |= cookies
        elif end == "deactivated":
            portal.deactivates()
        else:
            portal.forward(hours=9)

        assert location(site.sends(ann)).startswith("/acme#l=")

    def test_is_somebody_of_another_workspace(self, ann, portal):
        other = Site.register(portal.neighbour())

        assert location(other.sends(ann)).startswith("/globex#l=")

    def test_is_whoever_shows_a_portals_own_refresh_token(self, site, ann, portal):
        stolen = site.signs_in(ann)["refresh_token"]
        thief = portal.another_browser(cookies={"__Host-portico-acme": stolen})

        assert location(site.sends(thief)).startswith("/acme#l=")

    def test_is_whoever_shows_an_outdated_cookie(self, site, ann, portal):
        before = dict(ann.cookies)
        portal.forward(seconds=30)
        ann.refreshes()
        portal.forward(seconds=30)
        old = portal.another_browser(cookies=before)

        assert location(site.sends(old)).startswith("/acme#l=")


class TestAPromptForMore:
    def test_asks_again_and_offers_no_session(self, site, ann):
        marks = marks_of(location(site.sends(ann, prompt="login")))

        assert marks["again"] == "1"

    def test_is_content_with_a_sign_in_since(self, site, ann, portal):
        portal.forward(minutes=5)
        marks = marks_of(location(site.sends(ann, prompt="login")))
        assert "code" not in query_of(location(site.returns(ann, marks["o"])))

        ann.signs_in()

        assert "code" in query_of(location(site.returns(ann, marks["o"])))

    def test_asks_again_where_the_sign_in_is_older_than_wanted(self, site, ann, portal):
        portal.forward(minutes=5)

        assert "code" in query_of(location(site.sends(ann, max_age="301")))
        assert "again=1" in location(site.sends(ann, max_age="299"))
        assert "again=1" in location(site.sends(ann, max_age="0"))

    def test_lets_the_contact_choose_once(self, site, ann):
        marks = marks_of(location(site.sends(ann, prompt="select_account")))

        assert "again" not in marks
        assert "code" in query_of(location(site.returns(ann, marks["o"])))

    def test_that_may_not_show_anything_is_refused(self, site, ann, portal):
        portal.forward(minutes=5)

        back = query_of(location(site.sends(ann, prompt="none", max_age="10")))
        assert back["error"] == "login_required"
        back = query_of(location(site.sends(ann, prompt="none login")))
        assert back["error"] == "invalid_request"


class TestAHintOfWhoIsMeant:
    def test_fits_whoever_is_signed_in(self, site, ann):
        hint = site.signs_in(ann)["id_token"]

        assert "code" in query_of(location(site.sends(ann, id_token_hint=hint)))

    def test_is_good_after_its_time(self, site, ann, portal):
        hint = site.signs_in(ann)["id_token"]
        portal.forward(hours=1)

        assert "code" in query_of(location(site.sends(ann, id_token_hint=hint)))

    def test_of_somebody_else_asks_for_them(self, site, ann, portal):
        portal.adds("Bob", "bob@example.com")
        hint = site.signs_in(ann)["id_token"]
        bob = portal.another_browser()
        bob.signs_in("bob@example.com")

        marks = marks_of(location(site.sends(bob, id_token_hint=hint)))
        assert marks["again"] == "1"
        back = query_of(location(site.sends(bob, id_token_hint=hint, prompt="none")))
        assert back["error"] == "login_required"
        # Signed in anew, and still not the one who was meant: an answer, and no loop.
        portal.forward(seconds=1)
        bob.signs_in("bob@example.com")
        assert query_of(location(site.returns(bob, marks["o"])))["error"] == "login_required"

    @pytest.mark.parametrize("kind", ["access_token", "noise", "another portal's"])
    def test_that_is_none_is_refused(self, site, spa, ann, kind):
        if kind == "noise":
            hint = "a.b.c"
        else:
            hint = site.signs_in(ann)["access_token" if kind == "access_token" else "id_token"]
        asking = spa if kind == "another portal's" else site

        back = query_of(location(asking.sends(ann, id_token_hint=hint)))

        assert back["error"] == "invalid_request"


class TestAPersonalLinkToATicket:
    """The destination survives: link, sign-in, the portal's own sign-in, the ticket."""

    def test_goes_by_the_portals_own_beginning(self, portal):
        Site.register(portal, initiate_login_uri="https://help.example.net/login?from=mail")
        browser = portal.browser
        link = portal.personal_link(to="ticket:4711")
        opened = browser.opens_the_link(link)
        browser.asks_for_a_code(None, link=link)
        portal.delivers_mail()

        landed = browser.types_the_mailed_code().body["return_to"]

        assert landed["area"] == "ticket:4711"
        assert landed["url"].startswith("https://help.example.net/login?from=mail&")
        assert query_of(landed["url"]) == {
            "from": "mail",
            "iss": ORIGIN,
            "target_link_uri": "https://portal.acme.test/tickets/4711",
        }
        assert opened.body["destination"]["url"] == landed["url"]

    def test_goes_where_it_always_went_without_such_a_portal(self, site, portal):
        link = portal.personal_link(to="ticket:4711")

        opened = portal.browser.opens_the_link(link)

        assert opened.body["destination"]["url"] == "https://portal.acme.test/tickets/4711"

    def test_goes_to_the_portal_that_has_the_area(self, portal):
        begin = "https://{}.example.net/login"
        Site.register(portal, "a", areas=["dashboard"], initiate_login_uri=begin.format("a"))
        Site.register(portal, "b", areas=["ticket"], initiate_login_uri=begin.format("b"))

        def lands(to: str) -> str:
            opened = portal.browser.opens_the_link(portal.personal_link(to=to))
            return str(opened.body["destination"]["url"])

        assert lands("ticket:1").startswith("https://b.example.net/login?")
        assert lands("dashboard").startswith("https://a.example.net/login?")
        assert lands("tickets") == "https://portal.acme.test/tickets"


class TestWhatAPortalIsToldNo:
    def test_nobody_is_sent_to_an_address_that_is_not_registered(self, site, ann):
        assert location(site.sends(ann, redirect_uri="https://evil.test/")) == (
            "/acme#e=portal-not-known"
        )

    @pytest.mark.parametrize(
        ("changed", "error"),
        [
            ({"response_type": "token"}, "unsupported_response_type"),
            ({"response_type": None}, "unsupported_response_type"),
            ({"response_type": "code id_token"}, "unsupported_response_type"),
            ({"scope": "email"}, "invalid_scope"),
            ({"scope": None}, "invalid_scope"),
            ({"code_challenge": None}, "invalid_request"),
            ({"code_challenge_method": None}, "invalid_request"),
            ({"code_challenge_method": "plain"}, "invalid_request"),
            ({"code_challenge": "a" * 42}, "invalid_request"),
            ({"code_challenge": "a" * 44}, "invalid_request"),
            ({"code_challenge": "ä" * 43}, "invalid_request"),
            ({"response_mode": "form_post"}, "invalid_request"),
            ({"request": "e30"}, "request_not_supported"),
            ({"request_uri": "https://x.test"}, "request_uri_not_supported"),
            ({"nonce": "n" * 513}, "invalid_request"),
            # No longer in characters, but in the token, which KMS would refuse to sign for ever.
            ({"nonce": "€" * 512}, "invalid_request"),
            ({"nonce": '"' * 512}, "invalid_request"),
            ({"nonce": "😀" * 43}, "invalid_request"),
            ({"max_age": "-1"}, "invalid_request"),
            ({"max_age": "ten"}, "invalid_request"),
        ],
    )
    def test_the_rest_is_told_to_the_portal(self, site, ann, changed, error):
        back = query_of(location(site.sends(ann, **changed)))

        assert back["error"] == error
        assert back["error_description"]
        assert back["state"] == site.state
        assert back["iss"] == ORIGIN
        assert "code" not in back

    def test_an_unknown_scope_is_left_alone(self, site, ann):
        tokens = site.signs_in(ann, scope="openid offline_access email admin portal")

        assert tokens["scope"] == "openid email"

    @pytest.mark.parametrize("client", [None, "", "prt_acme_nobody", "help", "prt_nowhere_help"])
    def test_a_client_that_is_none_leads_to_the_page(self, site, ann, client):
        to = location(site.sends(ann, client_id=client))

        assert to.endswith("#e=portal-not-known")
        assert to.startswith("/")

    def test_a_portal_that_is_off_leads_to_the_page(self, portal, ann):
        off = Site.register(portal, on=False)

        assert location(off.sends(ann)) == "/acme#e=portal-not-known"
        assert portal.browser.opens_the_link(off.client_id).status == 404

    def test_a_workspace_that_is_off_leads_to_the_page(self, site, portal, ann):
        portal.sets(portal_enabled=False)

        assert location(site.sends(ann)) == "/acme#e=portal-unavailable"


class TestWhenAWSIsAway:
    def test_the_portal_is_told_once_it_is_known(self, site, ann, wire):
        wire.cut("dynamodb.PutItem")

        back = query_of(location(site.sends(ann)))

        assert back["error"] == "server_error"
        assert back["state"] == site.state

    def test_the_page_says_so_before(self, site, ann, wire):
        wire.cut("dynamodb.BatchGetItem")

        to = location(site.sends(ann))
        assert to.startswith("/acme#e=try-later&")
        posted = ann.sends("authorize", f"POST {AUTHORIZE}", form=site.asks(), origin=None)
        assert location(posted).startswith("/acme#e=try-later&")
        wire.mend()
        for each in (to, location(posted)):
            assert "code" in query_of(location(site.returns(ann, marks_of(each)["o"])))


class TestTheWish:
    """The rule alone, at its edges."""

    def verdict(
        self, ago: int | None, hinted: str | None = None, **parameters: str
    ) -> AuthorizeVerdict:
        signed_in = None if ago is None else NOW - timedelta(seconds=ago)
        wish = AuthorizeRequest.read(parameters, at=NOW)
        return wish.verdict(signed_in_at=signed_in, contact="ct_ann", hinted=hinted, at=NOW)

    def test_is_fulfilled_by_any_session_where_nothing_is_said(self):
        assert self.verdict(0) is AuthorizeVerdict.GO
        assert self.verdict(600_000) is AuthorizeVerdict.GO
        assert self.verdict(None) is AuthorizeVerdict.SIGN_IN

    @pytest.mark.parametrize(
        ("age", "verdict"), [(60, AuthorizeVerdict.GO), (61, AuthorizeVerdict.AGAIN)]
    )
    def test_counts_an_age_to_the_second(self, age, verdict):
        assert self.verdict(age, max_age="60") is verdict

    @pytest.mark.parametrize(
        ("ago", "verdict"),
        [(5, AuthorizeVerdict.AGAIN), (4, AuthorizeVerdict.GO), (0, AuthorizeVerdict.GO)],
    )
    def test_takes_a_sign_in_from_when_it_was_asked_on(self, ago, verdict):
        asked = str(int(NOW.timestamp()) - 4)

        assert self.verdict(ago, prompt="login", portico_asked=asked) is verdict

    @pytest.mark.parametrize("asked", ["", "x", "-1", "٣", "9" * 11, "9" * 12, "0"])
    def test_believes_no_time_that_is_odd_long_ago_or_to_come(self, asked):
        assert self.verdict(0, prompt="login", portico_asked=asked) is AuthorizeVerdict.AGAIN

    def test_means_one_contact(self):
        assert self.verdict(0, hinted="ct_ann") is AuthorizeVerdict.GO
        assert self.verdict(0, hinted="ct_bob") is AuthorizeVerdict.AGAIN

    def test_grants_what_there_is_in_one_order(self):
        assert granted("profile openid openid x") == "openid profile"
        assert granted(None) == ""

    def test_finds_the_first_language_there_is(self):
        assert language("xx pt-BR de") == "pt"
        assert language("xx") is None
        assert language(None) is None
