"""Token requests of portals that are not who they say, and that are no requests (RFC 9700, 2.5)
(openid/token.py, openid/client_auth.py)."""

from urllib.parse import quote

import pytest

from portico.ids import digest
from tests.openid.handed import Held, refusal, signed_in
from tests.support.driver import Browser, Portal
from tests.support.openid_site import Site, query_of

UNKNOWN = (401, "invalid_client")


@pytest.fixture
def held(portal: Portal) -> Held:
    portal.browser, held = signed_in(portal)
    return held


@pytest.fixture
def site(held: Held) -> Site:
    return held.site


@pytest.fixture
def ann(portal: Portal, held: Held) -> Browser:
    return portal.browser


class TestAPortalThatIsNotItself:
    """2.5 and RFC 6749, 2.3: asked at the token endpoint, before anything else is said."""

    def test_is_refused_as_one_that_never_was(self, portal, site, ann):
        code = site.gets_a_code(ann)
        spa = Site.register(portal, "spa", public=True)
        Site.register(portal, "gone", on=False)
        known = {
            "no secret": {"form": {"client_id": site.client_id}},
            "another secret": {"headers": {"authorization": site.basic("pos_another")}},
            "its hash": {"headers": {"authorization": site.basic(digest(site.secret))}},
            "another secret in the form": {
                "form": {"client_id": site.client_id, "client_secret": "pos_another"}
            },
            "a secret of a public one": {
                "form": {"client_id": spa.client_id, "client_secret": site.secret}
            },
            "another name": {
                "headers": {"authorization": site.basic()},
                "form": {"client_id": spa.client_id},
            },
            "removed": {"form": {"client_id": "prt_acme_gone"}},
            "never was": {"form": {"client_id": "prt_acme_never"}},
            "of no workspace": {"form": {"client_id": "prt_nowhere_help"}},
            "no client id": {"form": {"client_id": "help"}},
            "nobody": {},
        }
        form = {"grant_type": "authorization_code", "code": code, "code_verifier": site.verifier}

        answers = {
            name: site.fetches(
                form | {"redirect_uri": "https://help.example.net/callback"} | how.get("form", {}),
                headers=how.get("headers", {}),
            )
            for name, how in known.items()
        }

        assert {name: refusal(each) for name, each in answers.items()} == dict.fromkeys(
            known, UNKNOWN
        )
        assert len({each.event["body"] for each in answers.values()}) == 1
        assert len({each.headers["www-authenticate"] for each in answers.values()}) == 1
        assert site.redeems(code).status == 200

    def test_cannot_prove_itself_twice(self, site, ann):
        code = site.gets_a_code(ann)

        twice = site.redeems(code, client_id=site.client_id, client_secret=site.secret)

        assert refusal(twice) == (400, "invalid_request")
        assert site.redeems(code).status == 200

    @pytest.mark.parametrize(
        "header",
        ["Basic", "Basic ", "Basic !!!", "Basic /////w==", "Basic cHJ0X2FjbWVfaGVscA==",
         "Bearer pos_x", "Digest x", "Basic " + "QUFB" * 2000],
    )  # fmt: skip
    def test_cannot_prove_itself_by_an_odd_header(self, site, ann, header):
        code = site.gets_a_code(ann)
        form = {"grant_type": "authorization_code", "code": code}

        answer = site.fetches(form, headers={"authorization": header})

        assert refusal(answer) == UNKNOWN
        assert site.redeems(code).status == 200

    def test_whose_old_secret_was_retired_has_none(self, portal, ann):
        site = Site.register(portal, "turned")
        code = site.gets_a_code(ann)
        Site.register(portal, "turned", secrets=[digest("pos_newer")])

        assert refusal(site.redeems(code)) == UNKNOWN


class TestATokenRequest:
    """RFC 6749, 3.2: a form, each parameter once, and readable."""

    @pytest.mark.parametrize(
        "name", ["grant_type", "code", "redirect_uri", "code_verifier", "client_id"]
    )
    def test_with_a_parameter_twice_uses_nothing_up(self, portal, ann, name):
        spa = Site.register(portal, "spa", public=True)
        code = spa.gets_a_code(ann)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": "https://help.example.net/callback",
            "code_verifier": spa.verifier,
            "client_id": spa.client_id,
        }
        text = "&".join(f"{key}={quote(value, safe='')}" for key, value in form.items())

        for again in ("evil", quote(form[name], safe="")):
            assert refusal(spa.fetches(f"{text}&{name}={again}")) == (400, "invalid_request")

        assert spa.fetches(text).status == 200

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ("grant_type=authorization_code&code=%ff", 400),
            ("grant_type=authorization_code&code=%ed%a0%80", 400),
            ("&".join(f"a{n}=1" for n in range(41)), 400),
            ("code=" + "x" * 4097, 400),
            ("a=" + "x" * 17000, 413),
            ("", 400),
            ("&&&===", 400),
            ('{"grant_type":"authorization_code"}', 400),
        ],
        ids=["bytes", "surrogate", "many", "long", "large", "empty", "signs", "json"],
    )
    def test_that_is_no_form_is_invalid(self, site, body, status):
        answer = site.fetches(body)

        assert answer.status == status
        assert answer.body["error"] in ("invalid_request", "unsupported_grant_type")

    @pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data"])
    def test_of_another_type_is_invalid(self, site, ann, kind):
        code = site.gets_a_code(ann)
        headers = {"authorization": site.basic(), "content-type": kind}

        answer = site.fetches({"grant_type": "authorization_code", "code": code}, headers=headers)

        assert refusal(answer) == (400, "invalid_request")

    def test_reads_nothing_from_the_address(self, site, ann):
        # Addresses are in logs.
        code = site.gets_a_code(ann)
        asked = {"grant_type": "authorization_code", "code": code, "code_verifier": site.verifier}

        answer = site.fetches({}, query=asked)

        assert answer.status == 400
        assert site.redeems(code).status == 200


class TestACodeThatIsNone:
    """4.1.3: its developer reads what may have become of it, and not which of these it is."""

    def test_is_refused_in_words_of_ours(self, site, ann):
        code = site.gets_a_code(ann)

        for wrong in ("no-code", code[:-1]):
            answer = site.redeems(wrong)
            assert refusal(answer) == (400, "invalid_grant")
            assert answer.body["error_description"].startswith(
                "the code or token is unknown, used, expired or another portal's"
            )


class TestAGrantThatThereIsNot:
    """2.1.2 and 2.4: codes, and what follows from them."""

    @pytest.mark.parametrize(
        "grant",
        [
            "password",
            "implicit",
            "urn:ietf:params:oauth:grant-type:device_code",
            "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "urn:ietf:params:oauth:grant-type:token-exchange",
            "AUTHORIZATION_CODE",
            "authorization_code ",
            '"><script>\\ä\n',
        ],
    )
    def test_is_refused_in_words_of_ours(self, site, ann, grant):
        code = site.gets_a_code(ann)
        more = {"username": "ann@example.com", "password": "x", "scope": "openid"}

        answer = site.redeems(code, grant_type=grant, **more)

        assert refusal(answer) == (400, "unsupported_grant_type")
        words = "grant_type: authorization_code, refresh_token or client_credentials"
        assert answer.body["error_description"] == words
        assert site.redeems(code).status == 200

    def test_is_refused_where_none_is_named(self, site):
        answer = site.fetches({"code": "x"})

        assert refusal(answer) in [(400, "unsupported_grant_type"), (400, "invalid_request")]

    @pytest.mark.parametrize(
        "kind", ["id_token", "token id_token", "code token", "none", "CODE", "code code", '"\\ä']
    )
    def test_is_refused_at_the_authorization_endpoint(self, site, ann, kind):
        answer = site.sends(ann, response_type=kind)

        told = query_of(answer.headers["location"])
        assert told["error"] == "unsupported_response_type"
        assert told["error_description"] == "response_type: code"
