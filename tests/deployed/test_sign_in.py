"""The main job on a deployed stack: every door with its own role, from the link to the sign-out."""

import time

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.deployed.cloud import MAIL_FROM, PORTAL
from tests.deployed.visitors import ORIGIN


class TestADeployedSignIn:
    def test_goes_from_the_link_to_the_area_it_named(self, acme, ann):
        page = ann.browser.sends("GET", "/acme")
        assert page.status_code == 200
        assert page.mimetype == "text/html"

        opened = {"workspace": "acme", "link": acme.link}
        resolved = ann.browser.sends("POST", "/v1/links/resolve", opened)
        assert resolved.json["destination"]["area"] == "ticket:123"

        asked = ann.asks_for_a_code()
        mail = acme.mail_to(ann.contact.email)
        assert MAIL_FROM in mail["Source"]
        assert asked["label"] in mail["Subject"]

        verified = ann.types(acme.code_to(ann.contact.email))
        assert verified.status_code == 200, acme.stack.log_of("VerifyCode")
        assert verified.json["contact"]["id"] == ann.contact.id
        assert verified.json["return_to"] == {"area": "ticket:123", "url": f"{PORTAL}/tickets/123"}
        assert verified.headers["set-cookie"].startswith("__Host-portico-acme=")

    def test_ends_in_a_token_that_any_library_can_check(self, ann):
        token = ann.signs_in()["access_token"]

        found = ann.browser.sends("GET", "/.well-known/openid-configuration").json
        keys = ann.browser.sends("GET", found["jwks_uri"].removeprefix(ORIGIN)).json

        claims = jwt.decode(token, KeySet.import_key_set(keys), algorithms=["RS256"]).claims
        assert claims["iss"] == found["issuer"] == ORIGIN
        assert claims["aud"] == "acme"

    def test_is_renewed_for_the_portal_by_its_cookie(self, ann):
        ann.signs_in()

        asked = {"workspace": "acme"}
        renewed = ann.browser.sends("POST", "/v1/session/refresh", asked, origin=PORTAL)

        assert renewed.status_code == 200
        assert renewed.json["contact"]["id"] == ann.contact.id
        assert renewed.headers["access-control-allow-origin"] == PORTAL
        assert renewed.headers["access-control-allow-credentials"] == "true"

    @pytest.mark.parametrize("where", ["", "&everywhere=true"])
    def test_ends_with_the_sign_out(self, acme, ann, where):
        bearer = f"Bearer {ann.signs_in()['access_token']}"
        read = ann.browser.sends("GET", "/v1/session?workspace=acme", authorization=bearer)
        assert read.json["contact"]["id"] == ann.contact.id

        address = f"/v1/session?workspace=acme{where}"
        ended = ann.browser.sends("DELETE", address, authorization=bearer)

        assert ended.status_code == 204, acme.stack.log_of("Session")
        refreshed = ann.browser.sends("POST", "/v1/session/refresh", {"workspace": "acme"})
        assert refreshed.status_code == 401

    def test_takes_no_wrong_code(self, ann):
        ann.asks_for_a_code()

        refused = ann.types("0000000")

        assert refused.status_code == 401
        assert refused.json["attempts_left"] == 4

    def test_is_told_by_the_trail(self, acme, ann):
        ann.signs_in()
        told = {"workspace.created", "contact.added", "link.created", "code.requested"}
        told |= {"code.mailed", "session.started"}

        ends = time.monotonic() + 10
        while not told <= acme.trail() and time.monotonic() < ends:
            time.sleep(0.2)

        assert told <= acme.trail()

    def test_leaves_no_code_token_or_address_in_the_logs(self, acme, ann):
        token = ann.signs_in()["access_token"]
        code = acme.code_to(ann.contact.email)

        doors = ("ResolveLink", "RequestCode", "SendMail", "VerifyCode", "Session", "RecordTrail")
        logs = "".join(map(acme.stack.log_of, doors))

        for secret in (token, code, code.replace("-", ""), ann.contact.email, acme.link):
            assert secret not in logs
