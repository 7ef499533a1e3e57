"""LOG-01 and LOG-02 for portals: codes, verifiers, secrets and tokens, and where they never are
(openid/*.py, edge/*_response.py)."""

import pytest

from tests.edge.test_logs import disguises, everything_logged
from tests.openid.handed import Held, signed_in
from tests.support.driver import Browser, Portal
from tests.support.openid_site import SIGNED_OUT, Site
from tests.support.wire import Wire


@pytest.fixture
def held(portal: Portal) -> Held:
    portal.browser, held = signed_in(portal)
    return held


def visit(portal: Portal, held: Held, wire: Wire) -> dict[str, str]:
    """Let a portal sign in, refresh, ask and sign out with every mishap; return its secrets."""
    site, ann = held.site, portal.browser
    site.sends(portal.another_browser(), id_token_hint=held.id_token)
    site.sends(ann, redirect_uri="https://evil.test/", id_token_hint=held.id_token)
    wire.cut("dynamodb.PutItem", times=3)
    site.sends(ann)
    wire.mend()
    code = site.gets_a_code(ann)
    site.redeems(code, code_verifier="a" * 43)
    site.redeems(code, client_secret=site.secret)
    site.fetches({"code": code}, headers={"authorization": site.basic("pos_a-wrong-secret")})
    wire.cut("kms.Sign", after=1, times=9)
    assert site.redeems(code).status == 503
    wire.mend()
    tokens = site.redeems(code).body
    portal.forward(seconds=30)
    wire.answer("dynamodb.UpdateItem", "InternalServerError", times=9)
    assert site.refreshes().status == 503
    wire.mend()
    newest = site.refreshes().body
    asks(portal, newest["access_token"])
    asks(portal, newest["access_token"][:-3])
    revokes(site, newest["refresh_token"][:-3])
    revokes(site, newest["refresh_token"])
    site.redeems(code)
    leaves(ann, newest["id_token"])
    portal.records_trail()
    assert site.secret is not None
    secrets = {
        "code": code,
        "verifier": site.verifier,
        "secret": site.secret,
        "wrong secret": "pos_a-wrong-secret",
        "hint": held.id_token.rpartition(".")[2],
    }
    for when, each in (("first", tokens), ("newest", newest)):
        secrets[f"{when} refresh token"] = each["refresh_token"].rpartition(".")[2]
        for name in ("access_token", "id_token"):
            secrets[f"{when} {name}"] = each[name].rpartition(".")[2]
    return secrets


def asks(portal: Portal, token: str) -> None:
    portal.knock("userinfo", "POST /oauth2/userinfo", form={"access_token": token}, origin=None)


def revokes(site: Site, token: str) -> None:
    headers = {"authorization": site.basic()}
    site.portal.knock(
        "revoke", "POST /oauth2/revoke", form={"token": token}, headers=headers, origin=None
    )


def leaves(browser: Browser, hint: str) -> None:
    asked = {"id_token_hint": hint, "post_logout_redirect_uri": SIGNED_OUT}
    browser.sends("end_session", "GET /oauth2/end_session", query=asked, origin=None)


def test_log_01_no_secret_of_a_portals_is_written_down(portal, held, wire, capfd):
    with everything_logged() as logs:
        secrets = visit(portal, held, wire)

    written = (
        logs.text + capfd.readouterr().out + str([row["detail"] for row in portal.rows("trail")])
    )
    found = {name for name, each in secrets.items() if any(d in written for d in disguises(each))}
    assert found == set()
    # It was listened to.
    assert {"shown", "granted", "fault"} <= {each.getMessage() for each in logs.records}


def test_log_02_no_row_holds_a_secret_of_a_portals(portal, held, wire):
    # What is stored opens nothing: codes, secrets and refresh tokens are there as hashes.
    secrets = visit(portal, held, wire)

    rows = str([portal.rows(table) for table in ("people", "sign-in", "trail")])
    assert {name for name, each in secrets.items() if each in rows} == set()
