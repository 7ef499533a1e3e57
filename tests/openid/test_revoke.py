"""A portal gives its refresh token back, and what is none of its business stays as it is."""

import base64

import pytest

from portico.edge.oauth import FORM
from portico.ids import digest
from tests.openid.handed import Held, is_running, refusal, signed_in
from tests.support.doors import knock
from tests.support.openid_site import Site

ROUTE = "POST /oauth2/revoke"
CLOSED = (401, "invalid_client")


def basic(text):
    data = text if isinstance(text, bytes) else text.encode()
    return {"authorization": f"Basic {base64.b64encode(data).decode()}"}


BAD_HEADERS = [
    "Basic",
    "Basic !",
    "Bearer x",
    "",
    *(
        basic(text)["authorization"]
        for text in [
            *("prt_acme_help", "prt_acme_help:", "prt_acme_help:pos_no", "prt_acme_nobody:x"),
            *("prt_acme:x", ":", b"\xff:\xff"),
        ]
    ),
]
BAD_FORMS = [
    {},
    {"client_id": "prt_acme_help"},
    {"client_id": "prt_acme_help", "client_secret": "pos_no"},
    {"client_id": "prt_acme_nobody", "client_secret": "pos_no"},
    {"client_id": "prt_acme_spa", "client_secret": "pos_no"},
    {"client_id": "help"},
    {"client_secret": "pos_no"},
]


def revokes(site, token, *, headers=None, **form):
    if headers is None:
        headers = {"authorization": site.basic()} if site.secret else {}
    form = {"token": token} | ({} if site.secret else {"client_id": site.client_id}) | form
    form = {name: value for name, value in form.items() if value is not None}
    return knock("revoke", ROUTE, origin=None, form=form, headers=headers)


@pytest.fixture
def held(portal):
    portal.browser, held = signed_in(portal)
    return held


@pytest.fixture
def theirs(portal, held):
    """What a public portal holds of the same contact."""
    return Held.by(Site.register(portal, "spa", public=True), portal.browser)


class TestARevokedToken:
    def test_is_refreshed_no_more(self, held):
        answer = revokes(held.site, held.refresh_token)

        assert (answer.status, answer.body) == (200, None)
        assert refusal(held.site.refreshes(held.refresh_token)) == (400, "invalid_grant")

    def test_takes_the_whole_family_along(self, portal, held):
        first = held.refresh_token
        portal.forward(minutes=1)
        second = held.site.refreshes(first).body["refresh_token"]
        assert second != first

        # Even by the one before: its answer may never have come.
        revokes(held.site, first)

        assert not is_running(held.row)
        assert refusal(held.site.refreshes(second)) == (400, "invalid_grant")

    def test_leaves_the_browser_and_other_portals_signed_in(self, portal, held, theirs):
        revokes(held.site, held.refresh_token)

        assert is_running(held.browsers_row)
        portal.forward(minutes=1)
        assert portal.browser.refreshes().status == 200
        assert theirs.site.refreshes().status == 200

    def test_of_a_public_portal_needs_no_more_than_its_name(self, theirs):
        assert revokes(theirs.site, theirs.refresh_token).status == 200

        assert not is_running(theirs.row)

    def test_is_in_the_trail_once(self, portal, held):
        revokes(held.site, held.refresh_token)
        portal.forward(minutes=1)
        revokes(held.site, held.refresh_token)

        lines = [each for each in portal.records_trail() if each["name"] == "session.ended"]

        detail = {"session": held.row["id"], "portal": "help", "reason": "ended-by-portal"}
        assert [each["detail"] for each in lines] == [detail | {"parent": held.browsers_row["id"]}]
        assert held.row["ended_by"] == "portal"

    def test_is_one_read_and_one_write(self, held, wire):
        wire.forget()

        revokes(held.site, held.refresh_token)

        assert wire.operations == ["dynamodb.BatchGetItem", "dynamodb.UpdateItem"]

    def test_may_be_called_whatever_it_likes(self, held):
        answer = revokes(held.site, held.refresh_token, token_type_hint="access_token")

        assert answer.status == 200
        assert not is_running(held.row)


class TestATokenThatIsNobodysToRevoke:
    def test_of_another_portal_stays(self, held, theirs):
        assert revokes(held.site, theirs.refresh_token).status == 200
        assert revokes(theirs.site, held.refresh_token).status == 200

        assert is_running(held.row)
        assert is_running(theirs.row)

    def test_of_another_workspace_stays(self, portal, held):
        stranger = Site.register(portal.neighbour())

        assert revokes(stranger, held.refresh_token).status == 200

        assert is_running(held.row)

    def test_of_the_browser_stays(self, portal, held):
        cookie = portal.browser.cookies["__Host-portico-acme"]

        assert revokes(held.site, cookie).status == 200

        assert is_running(held.browsers_row)

    def test_that_never_was_is_forgotten(self, held):
        stem = held.refresh_token.rpartition(".")[0]

        for text in ("x", f"{stem}.{'A' * 43}", "a.b.c.d", "\u00e9\x00", "x" * 4096, "..", "ey.."):
            assert revokes(held.site, text).status == 200

        assert is_running(held.row)

    def test_that_is_older_than_the_one_before_is_forgotten(self, portal, held):
        old = held.refresh_token
        for _ in range(2):
            portal.forward(minutes=1)
            held.refresh_token = held.site.refreshes(held.refresh_token).body["refresh_token"]

        assert revokes(held.site, old).status == 200

        assert is_running(held.row)

    def test_writes_nothing(self, held, theirs, wire):
        revokes(theirs.site, theirs.refresh_token)
        wire.forget()

        revokes(held.site, theirs.refresh_token)
        revokes(theirs.site, theirs.refresh_token)
        revokes(held.site, "x")

        assert wire.operations == ["dynamodb.BatchGetItem"] * 3

    def test_is_no_access_token(self, held):
        answer = revokes(held.site, held.access_token)

        assert refusal(answer) == (400, "unsupported_token_type")

    def test_is_there_at_all(self, held):
        assert refusal(revokes(held.site, None)) == (400, "invalid_request")


class TestAPortalThatAsks:
    def proves_itself(self, site, token, **more):
        return revokes(site, token, **more).status == 200

    def test_shows_its_secret_in_the_header_or_in_the_form(self, held):
        site = held.site
        form = {"client_id": site.client_id, "client_secret": site.secret}

        assert self.proves_itself(site, "x")
        assert self.proves_itself(site, "x", client_id=site.client_id)
        assert self.proves_itself(site, "x", headers={}, **form)

    def test_may_encode_its_name_and_secret_as_strictly_as_it_likes(self, held):
        site = held.site
        strict = ["".join(f"%{ord(c):02X}" for c in each) for each in (site.client_id, site.secret)]

        assert self.proves_itself(site, "x", headers=basic(":".join(strict)))

    def test_shows_the_secret_before_the_newest_too(self, portal):
        secret = "pos_" + "o" * 43
        site = Site.register(portal, "two", secrets=["0" * 64, digest(secret)])

        assert self.proves_itself(site, "x", headers=basic(f"{site.client_id}:{secret}"))
        assert not self.proves_itself(site, "x")

    @pytest.mark.parametrize("header", BAD_HEADERS)
    def test_by_a_bad_header_is_asked_for_a_good_one(self, held, header):
        answer = revokes(held.site, held.refresh_token, headers={"authorization": header})

        assert refusal(answer) == CLOSED
        assert answer.headers["www-authenticate"].startswith("Basic ")
        assert is_running(held.row)

    @pytest.mark.parametrize("form", BAD_FORMS, ids=str)
    def test_by_a_bad_form_is_not_let_in(self, held, theirs, form):
        answer = revokes(held.site, held.refresh_token, headers={}, **form)

        assert refusal(answer) == CLOSED
        assert is_running(held.row)

    def test_that_keeps_no_secret_has_no_use_for_the_header(self, theirs):
        for text in ("prt_acme_spa", "prt_acme_spa:", "prt_acme_spa:pos_no"):
            assert not self.proves_itself(theirs.site, "x", headers=basic(text))

    def test_proves_nothing_by_another_scheme(self, held):
        good = held.site.basic().removeprefix("Basic ")

        for scheme in ("Bearer", "Digest", "basic_"):
            headers = {"authorization": f"{scheme} {good}"}
            assert not self.proves_itself(held.site, "x", headers=headers)
        assert self.proves_itself(held.site, "x", headers={"authorization": f"bAsIc  {good}"})

    def test_shows_one_proof_and_one_name(self, held):
        site = held.site

        assert refusal(revokes(site, "x", client_secret=site.secret)) == (400, "invalid_request")
        assert refusal(revokes(site, "x", client_id="prt_acme_other")) == CLOSED

    def test_is_answered_as_where_tokens_are_fetched(self, held, theirs):
        grant = {"grant_type": "refresh_token", "refresh_token": held.refresh_token}
        header = {"authorization": held.site.basic()}
        tries = [
            *(({"authorization": each}, {}) for each in BAD_HEADERS),
            *(({}, each) for each in BAD_FORMS),
            *((header, each) for each in ({"client_id": "x"}, {"client_secret": "x"})),
        ]

        for headers, form in tries:
            fetched = knock("token", "POST /oauth2/token", form=grant | form, headers=headers)
            revoked = knock("revoke", ROUTE, form={"token": "x"} | form, headers=headers)
            assert refusal(fetched) == refusal(revoked), (headers, form)
            asked = [each.headers.get("www-authenticate", "")[:5] for each in (fetched, revoked)]
            assert asked[0] == asked[1], (headers, form)

    def test_that_was_removed_is_not_let_in(self, portal, held):
        site = Site.register(portal, "gone", on=False)

        assert refusal(revokes(site, "x")) == CLOSED

    def test_sends_a_form_with_each_parameter_once(self, held):
        headers = {"authorization": held.site.basic()}

        twice = knock("revoke", ROUTE, form="token=x&token=x", headers=headers)
        json = knock("revoke", ROUTE, {"token": "x"}, headers=headers)
        large = knock("revoke", ROUTE, form="x" * 17_000, headers=headers)

        assert refusal(twice) == (400, "invalid_request")
        assert refusal(json) == (400, "invalid_request")
        assert FORM in json.body["error_description"]
        assert refusal(large) == (413, "invalid_request")


class TestAFault:
    @pytest.mark.parametrize("operation", ["BatchGetItem", "UpdateItem"])
    def test_ends_nothing_and_the_same_request_may_be_sent_again(self, held, wire, operation):
        wire.cut(f"dynamodb.{operation}")

        away = revokes(held.site, held.refresh_token)

        assert refusal(away) == (503, "temporarily_unavailable")
        assert int(away.headers["retry-after"]) > 0
        assert is_running(held.row)
        wire.mend()
        assert revokes(held.site, held.refresh_token).status == 200
        assert not is_running(held.row)

    def test_that_loses_the_answer_is_in_the_trail_once(self, portal, held, wire):
        wire.lose_answers("dynamodb.UpdateItem")
        assert revokes(held.site, held.refresh_token).status == 503
        wire.mend()

        assert revokes(held.site, held.refresh_token).status == 200

        names = [each["name"] for each in portal.records_trail()]
        assert names.count("session.ended") == 1
