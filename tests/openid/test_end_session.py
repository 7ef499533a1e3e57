"""A portal signs its contact out: whose session ends, by which proof, and where they go on."""

from dataclasses import replace
from urllib.parse import parse_qs, quote, urlencode

import pytest

from portico.edge.responses import cookie_name
from portico.events import Event
from portico.openid.end_session import LONGEST_REQUEST
from portico.openid.store import RegisteredClients
from portico.sessions.access_token import ACCESS
from tests.openid.handed import changed, is_running, refusal, signed_in
from tests.sessions.test_forgeries import FORGERIES, Forger
from tests.sessions.tokens import read
from tests.support.driver import NOON
from tests.support.openid_site import CALLBACK, SIGNED_OUT, Site

COOKIE = cookie_name("acme")
BACK = {"client_id": "prt_acme_help", "post_logout_redirect_uri": SIGNED_OUT, "state": "s1"}
BACK_THERE = f"{SIGNED_OUT}?state=s1"
DROPPED = [f"{COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"]
NOT_KNOWN = "/acme#e=portal-not-known"
LATER = "/acme#e=try-later"
ELSEWHERE = [
    "https://evil.test/",
    f"{SIGNED_OUT}/",
    f"{SIGNED_OUT}?x=1",
    f"{SIGNED_OUT}#x",
    f"{SIGNED_OUT}/../evil",
    SIGNED_OUT.upper(),
    SIGNED_OUT.replace("https", "http"),
    SIGNED_OUT.replace("help.", "help.evil."),
    SIGNED_OUT.replace("https://", "https://help.example.net@evil.test/"),
    f" {SIGNED_OUT}",
    f"{SIGNED_OUT}\r\nset-cookie: a=b",
    f"{SIGNED_OUT}\x00",
    "//evil.test",
    "/\\evil.test",
    "javascript:alert(1)",
    "data:text/html,x",
    CALLBACK,
]


def comes(browser, query=None, *, form=None, **more):
    """Send a browser to sign out, as a portal's page does, and return where it goes on."""
    route = f"{'GET' if form is None else 'POST'} /oauth2/end_session"
    answer = browser.sends("end_session", route, origin=None, query=query, form=form, **more)
    assert answer.status == 303, answer.event
    return answer


def goes(browser, query=None, **more):
    return comes(browser, query, **more).headers["location"]


def posts_from_another_site(browser, form):
    """Send a form as another site's page does: it comes without our cookies, which are Lax."""
    kept, browser.cookies = browser.cookies, {}
    headers = {"origin": "https://help.example.net", "sec-fetch-site": "cross-site"}
    answer = comes(browser, form=form, headers=headers)
    browser.cookies = kept
    return answer


def refusals_in(caplog):
    """The lines about mistakes of portals, in their order."""
    return [each for each in caplog.records if each.getMessage() == "request.refused"]


def follows(browser, answer):
    path, _, query = answer.headers["location"].partition("?")
    assert path == "/oauth2/end_session"
    return comes(browser, {name: values[0] for name, values in parse_qs(query).items()})


def asked(query):
    return f"/acme#out={quote(urlencode(query), safe='')}"


@pytest.fixture
def at_a_portal(portal):
    return signed_in(portal)


@pytest.fixture
def ann(at_a_portal):
    """Ann's browser, which is signed in."""
    return at_a_portal[0]


@pytest.fixture
def held(at_a_portal):
    """What her portal holds of it."""
    return at_a_portal[1]


@pytest.fixture
def site(held):
    return held.site


@pytest.fixture
def bob(portal):
    """Somebody else's."""
    portal.adds("Bob Baker", "bob@example.com")
    browser = portal.another_browser(source_ip="203.0.113.99")
    browser.signs_in("bob@example.com")
    return browser


class TestWithAnIdToken:
    def test_the_browser_is_signed_out_and_sent_back(self, ann, held):
        answer = comes(ann, {"id_token_hint": held.id_token, **BACK})

        assert answer.headers["location"] == BACK_THERE
        assert answer.cookies == DROPPED
        assert held.browsers_row["ended_by"] == "contact"

    def test_it_is_in_the_trail_once_with_the_portal_that_asked(self, portal, ann, held):
        query = {"id_token_hint": held.id_token, **BACK}
        comes(ann, query)
        portal.forward(minutes=1)
        comes(ann, query)

        lines = [each for each in portal.records_trail() if each["name"] == "session.ended"]

        assert [each["detail"] for each in lines] == [
            {"session": held.browsers_row["id"], "reason": "signed-out", "asked_by": "help"}
        ]
        assert lines[0]["network"] == "203.0.113.7"

    def test_a_post_of_our_own_site_is_the_same(self, ann, held):
        answer = comes(ann, form={"id_token_hint": held.id_token, **BACK})

        assert (answer.headers["location"], answer.cookies) == (BACK_THERE, DROPPED)
        assert not is_running(held.browsers_row)

    def test_what_portals_hold_of_it_ends_too(self, portal, ann, held):
        comes(ann, {"id_token_hint": held.id_token, **BACK})
        portal.forward(minutes=1)

        answer = held.site.refreshes(held.refresh_token)

        assert refusal(answer) == (400, "invalid_grant")

    def test_it_is_one_read_and_one_write(self, ann, held, wire):
        query = {"id_token_hint": held.id_token, **BACK}
        wire.forget()

        comes(ann, query)

        assert wire.operations == ["dynamodb.BatchGetItem", "dynamodb.UpdateItem"]

    def test_it_is_one_read_where_all_is_over(self, ann, held, wire):
        query = {"id_token_hint": held.id_token, **BACK}
        ann.signs_out()
        wire.forget()

        assert goes(ann, query) == BACK_THERE

        assert wire.operations == ["dynamodb.BatchGetItem"]

    def test_that_is_long_expired_works(self, portal, ann, held):
        token = held.id_token
        portal.forward(days=1)

        assert goes(ann, {"id_token_hint": token, **BACK}) == BACK_THERE

        assert not is_running(held.browsers_row)

    def test_of_a_session_that_is_gone_the_browser_is_sent_back(self, portal, ann, held):
        token = changed(held.id_token, sid="ses_" + "A" * 22)
        ann.cookies.clear()

        assert goes(ann, {"id_token_hint": token, **BACK}) == BACK_THERE

    def test_alone_the_portal_is_known_by_it(self, ann, held):
        query = {"id_token_hint": held.id_token, "post_logout_redirect_uri": SIGNED_OUT}

        assert goes(ann, query) == SIGNED_OUT

        assert not is_running(held.browsers_row)

    def test_without_a_page_of_the_portal_ours_says_goodbye(self, ann, held):
        answer = comes(ann, {"id_token_hint": held.id_token})

        assert (answer.headers["location"], answer.cookies) == ("/acme#bye", DROPPED)

    def test_a_later_session_of_the_contact_here_ends_too(self, portal, ann, held):
        token, first = held.id_token, held.browsers_row["id"]
        portal.forward(minutes=1)
        ann.signs_in()

        answer = comes(ann, {"id_token_hint": token, **BACK})

        assert (answer.headers["location"], answer.cookies) == (BACK_THERE, DROPPED)
        browsers = [each for each in portal.session_rows() if "portal" not in each]
        assert len(browsers) == 2
        assert first in [each["id"] for each in browsers]
        assert not any(is_running(each) for each in browsers)

    def test_a_cookie_made_up_of_the_contact_ends_nothing_else(self, portal, ann, held):
        phone = portal.another_browser(source_ip="203.0.113.99")
        phone.signs_in()
        made_up = f"{phone.cookies[COOKIE].rpartition('.')[0]}.{'A' * 43}"
        thief = portal.another_browser(cookies={COOKIE: made_up})

        comes(thief, {"id_token_hint": held.id_token, **BACK})

        portal.forward(seconds=20)
        assert phone.refreshes().status == 200

    def test_of_somebody_else_its_session_ends_and_the_one_here_is_asked(self, held, bob):
        kept = dict(bob.cookies)

        answer = comes(bob, {"id_token_hint": held.id_token, **BACK})

        assert answer.headers["location"] == asked(BACK)
        assert answer.cookies == []
        assert not is_running(held.browsers_row)
        held.site.portal.forward(seconds=20)
        assert bob.cookies == kept
        assert bob.refreshes().status == 200

    def test_a_token_stays_out_of_every_address(self, held, bob):
        answer = comes(bob, {"id_token_hint": held.id_token, **BACK})
        posted = posts_from_another_site(bob, {"id_token_hint": held.id_token, **BACK})

        for each in (answer, posted):
            assert "eyJ" not in each.headers["location"]


class TestFromAPageOfAnotherSite:
    """Its POST has no cookie of ours: what it proves is done, the rest is a navigation's."""

    def test_the_session_ends_and_the_cookie_goes(self, ann, held):
        posted = posts_from_another_site(ann, {"id_token_hint": held.id_token, **BACK})
        assert not is_running(held.browsers_row)

        assert follows(ann, posted).headers["location"] == BACK_THERE

    def test_the_portal_is_still_known_by_its_id_token(self, ann, held):
        form = {"id_token_hint": held.id_token, "post_logout_redirect_uri": SIGNED_OUT}

        posted = posts_from_another_site(ann, form)

        assert follows(ann, posted).headers["location"] == SIGNED_OUT

    def test_whoever_else_is_signed_in_here_is_asked(self, held, bob):
        posted = posts_from_another_site(bob, {"id_token_hint": held.id_token, **BACK})

        assert follows(bob, posted).headers["location"] == asked(BACK)

    def test_without_an_id_token_nobody_passes_for_signed_out(self, ann, held):
        posted = posts_from_another_site(ann, BACK)

        assert follows(ann, posted).headers["location"] == asked(BACK)
        assert is_running(held.browsers_row)


class TestWithoutAnIdToken:
    def test_the_contact_is_asked(self, ann, held):
        answer = comes(ann, {**BACK, "ui_locales": "de en"})

        assert answer.headers["location"] == asked({**BACK, "ui_locales": "de en"}) + "&lang=de"
        assert answer.cookies == []
        assert is_running(held.browsers_row)

    def test_the_contact_who_says_yes_is_sent_back(self, ann, held):
        request = comes(ann, BACK).told

        ann.signs_out()

        assert goes(ann, {name: value[0] for name, value in parse_qs(request).items()}) == (
            BACK_THERE
        )

    def test_whoever_is_not_signed_in_is_sent_back_at_once(self, portal, site, wire):
        wire.forget()

        assert goes(portal.browser, BACK) == BACK_THERE

        assert wire.operations == ["dynamodb.BatchGetItem"]

    def test_a_session_that_has_ended_is_none(self, portal, ann, site):
        portal.deactivates()

        assert goes(ann, BACK) == BACK_THERE

    def test_a_cookie_that_is_none_of_ours_is_none(self, portal, ann, held):
        stem = ann.cookies[COOKIE].rpartition(".")[0]
        for text in ("x", f"{stem}.{'A' * 43}", held.refresh_token):
            browser = portal.another_browser(cookies={COOKIE: text})

            assert goes(browser, BACK) == BACK_THERE
            # Nor is it taken away: another tab may have a newer one by now.
            assert browser.cookies == {COOKIE: text}

    def test_of_an_unknown_portal_nobody_is_sent_anywhere(self, portal, ann):
        for name in ("prt_acme_nobody", "prt_acme_", "acme", "prt_ACME_help"):
            answer = comes(ann, BACK | {"client_id": name})
            assert answer.mark == "e"
            assert answer.told == "portal-not-known"

        assert ann.refreshes().status == 200

    def test_an_unknown_portal_is_named_in_the_log(self, ann, caplog):
        with caplog.at_level("INFO", logger="portico"):
            comes(ann, BACK | {"client_id": "prt_acme_nobody"})

        (line,) = refusals_in(caplog)
        assert line.portal == "prt_acme_nobody"
        assert line.reason.startswith("client_id: ")

    def test_nor_a_portal_the_contact_of_the_one_workspace_is_asked(self, ann):
        assert goes(ann) == "/acme#out="
        assert goes(ann, {"post_logout_redirect_uri": "https://evil.test"}).startswith("/acme#out=")

    def test_nor_a_portal_nor_a_session_ours_says_goodbye(self, portal):
        query = {"post_logout_redirect_uri": SIGNED_OUT, "state": "x"}

        assert goes(portal.browser, query) == "/#bye"

    def test_nor_a_portal_with_two_workspaces_nothing_is_guessed(self, ann):
        ann.cookies["__Host-portico-globex"] = "x"
        # These are no workspaces.
        ann.cookies["__Host-portico-browser"] = "x"

        assert goes(ann) == "/#e=portal-not-known"

        del ann.cookies["__Host-portico-globex"]
        assert goes(ann) == "/acme#out="


class TestTheWayBack:
    @pytest.mark.parametrize("uri", ELSEWHERE)
    def test_is_registered_character_by_character_or_ours(self, portal, site, uri):
        query = BACK | {"post_logout_redirect_uri": uri}

        assert goes(portal.browser, query) == "/acme#bye"

    def test_that_is_not_registered_is_named_in_the_log(self, portal, site, caplog):
        with caplog.at_level("INFO", logger="portico"):
            goes(portal.browser, BACK)
            goes(portal.browser, BACK | {"post_logout_redirect_uri": f"{SIGNED_OUT}/"})
            # Who names no address wants none.
            goes(portal.browser, {"client_id": site.client_id})
            goes(portal.browser, {"post_logout_redirect_uri": SIGNED_OUT})

        other, nobodys = refusals_in(caplog)
        assert other.levelname == "WARNING"
        assert other.portal == site.client_id
        assert other.reason.startswith("post_logout_redirect_uri: not a registered address")
        assert nobodys.portal is None
        assert nobodys.reason == "post_logout_redirect_uri: send id_token_hint or client_id with it"
        assert SIGNED_OUT not in str([vars(other), vars(nobodys)])

    def test_of_a_request_that_is_not_even_read_is_named_without_its_words(self, portal, caplog):
        with caplog.at_level("INFO", logger="portico"):
            goes(portal.browser, form="client_id=prt_acme_help&sesame=a&sesame=b")
            goes(portal.browser, form="client_id=prt_acme_help&state=a&state=b")

        unknown, state = refusals_in(caplog)
        assert unknown.reason == "a parameter: sent twice"
        assert "sesame" not in str(vars(unknown))
        assert state.reason == "state: sent twice"

    def test_is_no_other_portals(self, portal, site):
        Site.register(portal, "shop", post_logout_uris=["https://shop.other.test/bye"])

        query = BACK | {"post_logout_redirect_uri": "https://shop.other.test/bye"}

        assert goes(portal.browser, query) == "/acme#bye"
        assert goes(portal.browser, query | {"client_id": "prt_acme_shop"}) == (
            "https://shop.other.test/bye?state=s1"
        )

    def test_that_is_ours_speaks_as_the_portal_does(self, portal, site):
        query = BACK | {"post_logout_redirect_uri": "https://evil.test/", "ui_locales": "xx pt-BR"}

        assert goes(portal.browser, query) == "/acme#bye&lang=pt"

    def test_may_have_a_query_of_its_own(self, portal, site):
        query = BACK | {"post_logout_redirect_uri": f"{SIGNED_OUT}?of=acme"}

        assert goes(portal.browser, query) == f"{SIGNED_OUT}?of=acme&state=s1"

    def test_carries_state_as_it_was(self, portal, site):
        state = "a b&c=d#é\r\nx: y\u2028%20"

        location = goes(portal.browser, BACK | {"state": state})

        assert location.isascii()
        assert parse_qs(location.partition("?")[2]) == {"state": [state]}
        assert not set(location) & {"\r", "\n", " ", "#"}

    def test_of_a_portal_that_is_off_is_ours(self, portal, ann, held):
        off = replace(held.site.registered, on=False)
        home, event = portal.team.workspace("acme"), Event("portal.removed", NOON, "portal-help", 9)
        RegisteredClients("people", "acme").put(off, home, event)

        assert goes(ann, {"id_token_hint": held.id_token, **BACK}) == "/acme#bye"

        assert not is_running(held.browsers_row)


class TestAHintThatIsNone:
    @pytest.fixture
    def forger(self, portal, ann, held):
        portal.browser = ann
        forger = Forger(portal)
        forger.token = held.id_token
        forger.header, forger.claims, forger.signature = read(forger.token)
        return forger

    def test_is_as_if_it_were_not_there(self, portal, forger, wire):
        of_no_matter = {"another use", "expired", "not yet"}
        forged = [make(forger) for what, make in FORGERIES.items() if what not in of_no_matter]
        forged = [each for each in forged if len(each) <= 4096]
        browser = portal.browser
        wire.forget()

        answers = {goes(browser, {"id_token_hint": token, **BACK}) for token in forged}

        assert answers == {asked(BACK)}
        assert set(wire.operations) == {"dynamodb.BatchGetItem"}
        # The forger's tools are sound.
        assert goes(browser, {"id_token_hint": forger.by_us({}), **BACK}) == BACK_THERE

    def test_is_an_access_token(self, ann, held):
        for token in (held.access_token, changed(held.id_token, typ=ACCESS)):
            assert goes(ann, {"id_token_hint": token, **BACK}) == asked(BACK)

        assert is_running(held.browsers_row)

    def test_is_another_portals(self, portal, ann, held):
        Site.register(portal, "shop")

        query = {"id_token_hint": held.id_token, **BACK, "client_id": "prt_acme_shop"}

        assert goes(ann, query) == NOT_KNOWN
        assert is_running(held.browsers_row)

    def test_is_another_workspaces(self, portal, ann, held):
        other = portal.neighbour()
        Site.register(other)

        query = {"id_token_hint": held.id_token, **BACK, "client_id": "prt_globex_help"}

        assert goes(ann, query) == "/globex#e=portal-not-known"
        assert is_running(held.browsers_row)


class TestARequestThatIsNone:
    def test_names_a_parameter_twice(self, ann, site):
        query = urlencode([*BACK.items(), ("state", "s2")])

        assert goes(ann, query) == "/#e=portal-not-known"
        assert goes(ann, form=query) == "/#e=portal-not-known"
        assert ann.refreshes().status == 200

    def test_is_too_long(self, ann, site):
        for state in ("x" * (LONGEST_REQUEST - 100), "\u00e9" * 1000, "x" * 5000):
            answer = comes(ann, BACK | {"state": state})
            assert len(answer.headers["location"]) < 8000

        assert goes(ann, BACK | {"state": "\u00e9" * 1000}) == NOT_KNOWN
        assert goes(ann, BACK | {"state": "x" * 5000}) == "/#e=portal-not-known"

    @pytest.mark.parametrize("query", ["client_id=%ff", "%ff=x", "state=%00&client_id=%00", "&&=&"])
    def test_is_made_of_odd_bytes(self, portal, query):
        assert goes(portal.browser, query) in ("/#e=portal-not-known", "/#bye")

    def test_is_no_form(self, portal):
        answer = portal.browser.sends("end_session", "POST /oauth2/end_session", BACK)

        assert answer.headers["location"] == "/#e=portal-not-known"

    def test_is_larger_than_any_form(self, portal):
        assert goes(portal.browser, form="x" * 17_000) == "/#e=portal-not-known"


class TestAFault:
    def is_half_done(self, ann, held):
        return COOKIE not in ann.cookies or not is_running(held.browsers_row)

    @pytest.mark.parametrize("operation", ["BatchGetItem", "UpdateItem"])
    def test_leaves_all_as_it_was_and_the_next_press_finishes_it(self, ann, held, wire, operation):
        query = {"id_token_hint": held.id_token, **BACK}
        wire.cut(f"dynamodb.{operation}")

        assert goes(ann, query) == LATER

        assert not self.is_half_done(ann, held)
        wire.mend()
        assert goes(ann, query) == BACK_THERE
        assert not is_running(held.browsers_row)

    def test_of_kms_is_the_same(self, ann, held, wire, environments):
        query = {"id_token_hint": held.id_token, **BACK}
        environments()
        wire.cut("kms.GetPublicKey")

        assert goes(ann, query) == LATER

        assert not self.is_half_done(ann, held)
        wire.mend()
        assert goes(ann, query) == BACK_THERE

    def test_that_loses_the_answer_is_in_the_trail_once(self, portal, ann, held, wire):
        query = {"id_token_hint": held.id_token, **BACK}
        wire.lose_answers("dynamodb.UpdateItem")

        assert goes(ann, query) == LATER

        assert COOKIE in ann.cookies
        wire.mend()
        assert goes(ann, query) == BACK_THERE
        names = [each["name"] for each in portal.records_trail()]
        assert names.count("session.ended") == 1

    def test_between_two_sessions_is_finished_by_the_next_press(self, portal, ann, held, wire):
        query = {"id_token_hint": held.id_token, **BACK}
        portal.forward(minutes=1)
        ann.signs_in()
        wire.cut("dynamodb.UpdateItem", after=1)

        assert goes(ann, query) == LATER

        wire.mend()
        assert goes(ann, query) == BACK_THERE
        assert COOKIE not in ann.cookies
        browsers = [each for each in portal.session_rows() if "portal" not in each]
        assert [is_running(each) for each in browsers] == [False, False]
