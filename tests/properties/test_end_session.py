"""What holds for whatever anybody sends a browser to sign out with, or shows as a portal."""

import base64
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from hypothesis import strategies as st

from portico.errors import InvalidRequest, ProtocolRefused
from portico.openid.client_auth import credentials_of
from portico.openid.registered_client import ClientId
from tests.openid.handed import signed_in
from tests.support.doors import knock
from tests.support.openid_site import SIGNED_OUT

HOSTILE = "\r\n\0 #?&=%+;:@/\\\"'<>é٣\u2028\U0001f600"
TEXTS = st.one_of(st.text("azAZ09-_.~", max_size=40), st.text("az09" + HOSTILE, max_size=40))
NAMES = "id_token_hint client_id post_logout_redirect_uri state ui_locales logout_hint x".split()
ADDRESSES = st.one_of(
    st.just(SIGNED_OUT),
    st.builds("{}{}".format, st.just(SIGNED_OUT), TEXTS),
    st.builds("https://{}".format, TEXTS),
    st.builds("//{}".format, TEXTS),
)
CLIENTS = st.one_of(
    st.just("prt_acme_help"),
    st.builds("prt_{}_{}".format, st.sampled_from(["acme", "globex", "v1", "ACME"]), TEXTS),
)


def requests() -> st.SearchStrategy[str]:
    """Queries that a portal could send, or nearly."""
    client = st.one_of(st.just("prt_acme_help"), CLIENTS).map(lambda each: ("client_id", each))
    address = ADDRESSES.map(lambda each: ("post_logout_redirect_uri", each))
    more = st.lists(st.tuples(st.sampled_from(NAMES), TEXTS), max_size=2)
    whole = st.tuples(client, address, more).map(lambda each: urlencode([*each[:2], *each[2]]))
    return st.one_of(whole, whole, whole, st.text("acli_=&%+;ff0", max_size=60))


class TestABrowserThatIsSentToSignOut:
    def test_stays_with_us_or_goes_where_the_portal_registered(self, portal, always):
        browser, held = signed_in(portal)
        cookies = [f"{name}={value}" for name, value in browser.cookies.items()]

        def is_led_by(text, way, brought):
            route, sent = f"{way[0]} /oauth2/end_session", {way[1]: text}
            answer = knock("end_session", route, origin=None, cookies=brought, **sent)

            assert answer.status == 303
            # Nobody has shown an id_token of ours: nobody is signed out by it.
            assert answer.cookies == []
            location = answer.headers["location"]
            assert location.isascii()
            assert location.isprintable()
            assert len(location) < 8000
            if location.startswith("/"):
                assert urlsplit(location).netloc == ""
                assert not location.startswith(("//", "/\\"))
            else:
                uri, _, query = location.partition("?state=")
                assert uri in held.site.registered.post_logout_uris
                asked = parse_qs(text)
                assert asked["post_logout_redirect_uri"] == [uri]
                assert parse_qs(f"state={query}").get("state") == asked.get("state")

        @always(requests(), st.sampled_from([("GET", "query"), ("POST", "form")]))
        def is_never_led_astray(text, way):
            for brought in (cookies, []):
                is_led_by(text, way, brought)

        assert "ended_at" not in held.browsers_row


class TestAPortalsCredentials:
    @pytest.mark.parametrize("scheme", ["Basic ", ""])
    def test_are_read_or_refused(self, always, scheme):
        encoded = st.binary(max_size=60).map(lambda each: base64.b64encode(each).decode())
        texts = st.one_of(encoded, encoded.map(lambda each: each.rstrip("=")), st.text(max_size=60))

        @always(texts, st.dictionaries(st.sampled_from(["client_id", "client_secret"]), CLIENTS))
        def are_no_surprise(text, form):
            for header in (f"{scheme}{text}", None):
                try:
                    read = credentials_of(form, header)
                except (InvalidRequest, ProtocolRefused):
                    continue
                assert ClientId.parse(str(read.client)) == read.client
