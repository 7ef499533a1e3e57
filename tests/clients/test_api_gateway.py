"""The API behind API Gateway, as docs/portals/api-gateway.md has it."""

import json
import subprocess
import time
from urllib.parse import urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from local.emulator import PYTHON
from tests.browser.house import ROOT
from tests.clients.contact import signs_in
from tests.clients.pasted import files_of
from tests.clients.portal import LIBRARIES


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    """The page's template as SAM deploys it: the HTTP API's own description."""
    template = tmp_path_factory.mktemp("api") / "template.yaml"
    template.write_text(files_of("api-gateway.md")["template.yaml"])
    run = [PYTHON, "-P", ROOT / "local" / "translate.py", template]
    done = subprocess.run([*map(str, run)], check=True, capture_output=True, text=True, timeout=60)
    return json.loads(done.stdout)["Resources"]["Api"]["Properties"]["Body"]


@pytest.fixture(scope="module")
def authorizer(api):
    (only,) = api["components"]["securitySchemes"].values()
    return only["x-amazon-apigateway-authorizer"]


class TestTheTemplate:
    def test_lets_nobody_in_but_with_a_token_of_the_audience_and_scope(self, api, authorizer):
        assert authorizer["type"] == "jwt"
        assert authorizer["identitySource"] == "$request.header.Authorization"
        assert authorizer["jwtConfiguration"] == {
            "issuer": "https://signin.acme.example",
            "audience": [LIBRARIES["openid-client"].audience],
        }
        assert api["paths"]["/tickets"]["get"]["security"] == [{"Portico": ["openid"]}]


class TestAPortalsToken:
    def test_holds_what_the_authorizer_asks_for(self, api, authorizer, portal_of, someone, house):
        """Source: API Gateway developer guide, "Control access to HTTP APIs with JWT authorizers"."""
        portal, sam = portal_of("openid-client"), someone()
        signed_in = signs_in(portal, sam)
        published = house._get("/.well-known/openid-configuration")
        keys = house._get(urlsplit(published["jwks_uri"]).path)

        read = jwt.decode(signed_in["access_token"], KeySet.import_key_set(keys), ["RS256"])

        claims = read.claims
        assert read.header["kid"] in {each["kid"] for each in keys["keys"]}
        assert claims["iss"] == published["issuer"] == house.origin
        assert claims["aud"] in authorizer["jwtConfiguration"]["audience"]
        assert claims["nbf"] <= claims["iat"] <= time.time() < claims["exp"]
        (wanted,) = api["paths"]["/tickets"]["get"]["security"][0].values()
        assert set(wanted) & set(claims["scope"].split())
        # What the page's own function makes of them.
        names: dict = {}
        exec(files_of("api-gateway.md")["tickets.py"], names)  # noqa: S102
        event = {"requestContext": {"authorizer": {"jwt": {"claims": claims}}}}
        told = names["handler"](event, None)
        assert told == {"contact": signed_in["claims"]["sub"], "workspace": "harbor"}
