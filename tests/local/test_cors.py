"""Cross-origin calls, as the HTTP API's own configuration decides them."""

import pytest
from werkzeug.test import Client

from local.cors import Cors
from local.http import Gateway
from local.routes import Routes
from tests.support.template import translated

PORTAL = "https://portal.example.com"
HOST = "signin.example.com"
ASKING = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}


@pytest.fixture(scope="module")
def client() -> Client:
    template = translated(PORTAL)
    door = {
        "statusCode": 429,
        "headers": {"retry-after": "30", "access-control-allow-origin": "*"},
    }
    gateway = Gateway(
        Routes({"POST /v1/codes": "Codes"}),
        lambda _, __: door,
        Cors.from_template(template),
        (HOST,),
    )
    return Client(gateway)


def visit(client, method, origin=None, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if origin:
        named["origin"] = origin
    return client.open("/v1/codes", method=method, base_url=f"https://{HOST}", headers=named)


def said(answer):
    return {k.lower() for k, _ in answer.headers if k.lower().startswith("access-control-")}


class TestAPreflight:
    def test_of_a_portal_is_allowed_with_credentials(self, client):
        answer = visit(client, "OPTIONS", PORTAL, **ASKING)

        assert answer.status_code == 204
        assert answer.headers["access-control-allow-origin"] == PORTAL
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert answer.headers["access-control-allow-methods"] == "GET,POST,PUT,PATCH,DELETE"
        assert answer.headers["access-control-allow-headers"] == "content-type,authorization"
        assert answer.headers["access-control-max-age"] == "600"

    @pytest.mark.parametrize("origin", ["https://evil.test", "null", f"{PORTAL}.evil.test"])
    def test_of_a_stranger_is_allowed_nothing(self, client, origin):
        answer = visit(client, "OPTIONS", origin, **ASKING)

        assert answer.status_code == 204
        assert not said(answer)

    def test_needs_both_headers_of_one(self, client):
        assert visit(client, "OPTIONS").status_code == 404
        assert visit(client, "OPTIONS", PORTAL).status_code == 404


class TestACall:
    def test_of_a_portal_may_be_read_with_its_retry_after(self, client):
        answer = visit(client, "POST", PORTAL)

        assert answer.headers.getlist("access-control-allow-origin") == [PORTAL]
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert answer.headers["access-control-expose-headers"] == "retry-after"

    def test_of_a_stranger_may_not_be_read_whatever_the_door_says(self, client):
        assert not said(visit(client, "POST", "https://evil.test"))
        assert not said(visit(client, "POST"))


class TestATemplate:
    def test_whose_configuration_was_lost_is_refused(self):
        body = {"x-amazon-apigateway-cors": {"allowOrigins": {"Fn::If": ["A", [], []]}}}
        api = {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Body": body}}

        with pytest.raises(ValueError, match="translation"):
            Cors.from_template({"Resources": {"HttpApi": api}})
