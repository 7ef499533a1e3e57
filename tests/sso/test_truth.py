"""Who is believed about an address: a table, and not one takeover in it
(sso/match.py, sso/providers/*.py).

Ann is a contact, example.com is the domain that the workspace has bound to its connections.
``in`` is signed in as Ann at once; ``proof`` is our own code, mailed to Ann's address and typed
in the browser that began; ``address`` is the question for one; ``no`` is a refusal.
"""

import pytest

from local.providers.people import ACME_TENANT, FOREIGN_TENANT, PERSONAL_TENANT, object_id

pytestmark = pytest.mark.slow

ANN = "ann@example.com"
OWN = {"tenants": [ACME_TENANT]}
SEVERAL = {"tenants": [ACME_TENANT, FOREIGN_TENANT]}
ANY = {"tenants": ["organizations"]}
ALL = {"tenants": ["common"]}


def entra(tenant=ACME_TENANT, number=71, **more):
    return {"tid": tenant, "oid": object_id(number), "email": ANN, **more}


def google(**more):
    return {"sub": "71", "email": ANN, "email_verified": True, "hd": "example.com"} | more


def oidc(**more):
    return {"sub": "71", "email": ANN, "email_verified": True} | more


TABLE = [
    ("microsoft own tenant", "microsoft", OWN, entra(), "in"),
    ("microsoft own tenant, address verified", "microsoft", OWN, entra(xms_edov=True), "in"),
    ("microsoft any tenant, verified", "microsoft", ANY, entra(xms_edov=True), "in"),
    ("microsoft any tenant, verified as a number", "microsoft", ANY, entra(xms_edov=1), "in"),
    ("microsoft any tenant, verified as text", "microsoft", ANY, entra(xms_edov="1"), "in"),
    ("microsoft any tenant, not verified", "microsoft", ANY, entra(xms_edov=False), "proof"),
    ("microsoft any tenant, text false", "microsoft", ANY, entra(xms_edov="false"), "proof"),
    ("microsoft any tenant, text 0", "microsoft", ANY, entra(xms_edov="0"), "proof"),
    ("microsoft any tenant, missing", "microsoft", ANY, entra(), "proof"),
    ("microsoft foreign tenant (nOAuth)", "microsoft", ANY, entra(FOREIGN_TENANT), "proof"),
    ("microsoft foreign tenant, email_verified", "microsoft", ANY, entra(FOREIGN_TENANT, email_verified=True), "proof"),
    ("microsoft own user name only", "microsoft", OWN, {**entra(preferred_username=ANN), "email": None}, "address"),
    ("microsoft personal, where tenants only", "microsoft", ANY, entra(PERSONAL_TENANT), "no"),
    ("microsoft foreign tenant, not listed", "microsoft", OWN, entra(FOREIGN_TENANT, xms_edov=True), "no"),
    ("microsoft personal, listed", "microsoft", {"tenants": [PERSONAL_TENANT]}, entra(PERSONAL_TENANT), "proof"),
    ("microsoft no tenant is listed", "microsoft", {"tenants": []}, entra(xms_edov=True), "no"),
    ("microsoft personal", "microsoft", ALL, entra(PERSONAL_TENANT), "proof"),
    ("microsoft personal, verified once", "microsoft", ALL, entra(PERSONAL_TENANT, xms_edov=True), "proof"),
    ("microsoft another domain", "microsoft", OWN, entra(email="ann@elsewhere.example"), "proof"),
    ("microsoft sub-domain", "microsoft", OWN, entra(email="ann@it.example.com"), "proof"),
    ("microsoft look-alike", "microsoft", OWN, entra(email="ann@exаmple.com"), "proof"),
    ("microsoft two addresses", "microsoft", OWN, entra(email="ann@example.com,x@evil.example"), "address"),
    ("microsoft no address", "microsoft", OWN, entra(email="Ann Archer"), "address"),
    ("microsoft list of addresses", "microsoft", OWN, entra(email=[ANN]), "address"),
    ("google hosted domain", "google", {}, google(), "in"),
    ("google upper case", "google", {}, google(email="Ann@Example.COM"), "in"),
    ("microsoft object id in a list", "microsoft", OWN, entra(oid=["x"]), "no"),
    ("microsoft object id that is true", "microsoft", OWN, entra(oid=True), "no"),
    ("microsoft object id none", "microsoft", OWN, entra(oid="None"), "no"),
    ("google hosted domain that is true", "google", {}, google(hd=True), "no"),
    ("google not hosted", "google", {}, google(hd=None), "proof"),
    ("google empty hosted domain", "google", {}, google(hd=""), "proof"),
    ("google not verified", "google", {}, google(email_verified=False), "proof"),
    ("google text true", "google", {}, google(email_verified="true"), "proof"),
    ("google text false", "google", {}, google(email_verified="false"), "proof"),
    ("google verified missing", "google", {}, google(email_verified=None), "proof"),
    ("google another hosted domain", "google", {"hosted_domains": ["example.com"]}, google(hd="evil.example"), "no"),
    ("google no hosted domain", "google", {"hosted_domains": ["example.com"]}, google(hd=None), "no"),
    ("google right hosted domain", "google", {"hosted_domains": ["example.com"]}, google(), "in"),
    ("google one of two hosted domains", "google", {"hosted_domains": ["a.example", "example.com"]}, google(), "in"),
    ("google none of two hosted domains", "google", {"hosted_domains": ["a.example", "b.example"]}, google(), "no"),
    ("google a private account, two hosted domains", "google", {"hosted_domains": ["a.example", "example.com"]}, google(hd=None), "no"),
    ("google part of a hosted domain", "google", {"hosted_domains": ["example.com.evil.test"]}, google(), "no"),
    ("google no address", "google", {}, google(email=None), "address"),
    ("oidc verified", "oidc", {}, oidc(), "in"),
    ("oidc not verified", "oidc", {}, oidc(email_verified=False), "proof"),
    ("oidc text false", "oidc", {}, oidc(email_verified="false"), "proof"),
    ("oidc text true", "oidc", {}, oidc(email_verified="true"), "proof"),
    ("oidc number", "oidc", {}, oidc(email_verified=1), "proof"),
    ("oidc missing", "oidc", {}, oidc(email_verified=None), "proof"),
    ("oidc no address", "oidc", {}, oidc(email=None), "address"),
    ("facebook", "facebook", {}, {"id": "71", "email": ANN}, "proof"),
    ("facebook says verified", "facebook", {}, {"id": "71", "email": ANN, "email_verified": True, "verified": True}, "proof"),
    ("facebook no address", "facebook", {}, {"id": "71"}, "address"),
    ("x", "x", {}, {"id": "71", "confirmed_email": ANN}, "proof"),
    ("x no address", "x", {}, {"id": "71"}, "address"),
]  # fmt: skip
NOBODY_VOUCHES = [each for each in TABLE if each[4] == "in"]


def outcome(answer):
    if answer.mark == "":
        return "in"
    return {"c": "proof", "p": "address", "e": "no"}[answer.mark]


def comes(world, kind, more, claims):
    """Somebody comes back from a provider that says *claims*."""
    connection = world.connect(kind, **{"vouches_for": ["example.com"], **more})
    world.has(kind, "somebody", **{k: v for k, v in claims.items() if v is not None})
    return world.portal.browser.signs_in_with(connection.id, "somebody")


class TestAnAddress:
    @pytest.mark.parametrize(
        ("kind", "more", "claims", "expected"),
        [each[1:] for each in TABLE],
        ids=[each[0] for each in TABLE],
    )
    def test_out_02_is_believed_only_of_who_may_speak_for_it(
        self, world, portal, kind, more, claims, expected
    ):
        came_back = comes(world, kind, more, claims)

        assert outcome(came_back) == expected
        assert bool(portal.session_rows()) == (expected == "in")
        assert all(row["contact"] == portal.ann.id for row in portal.session_rows())
        linked = [row for row in portal.rows("people") if row["sk"] == "identity"]
        assert bool(linked) == (expected == "in")

    @pytest.mark.parametrize(
        ("kind", "more", "claims"),
        [each[1:4] for each in NOBODY_VOUCHES],
        ids=[each[0] for each in NOBODY_VOUCHES],
    )
    def test_out_02_is_believed_of_nobody_by_default(self, world, portal, kind, more, claims):
        came_back = comes(world, kind, {**more, "vouches_for": []}, claims)

        assert outcome(came_back) == "proof"
        assert portal.session_rows() == []

    def test_out_02_of_another_customer_is_not_a_tenants_to_speak_for(self, world, portal):
        # Two customers of one workspace: each tenant is listed, and only ours is Ann's.
        portal.adds("Yara", "yara@customer-y.example")
        claims = entra(FOREIGN_TENANT, email="yara@customer-y.example")

        came_back = comes(world, "microsoft", SEVERAL, claims)

        assert outcome(came_back) == "proof"
        assert portal.session_rows() == []


class TestAnIdentity:
    def test_is_tenant_and_object_id_together(self, world, portal):
        # The same object id in two tenants is two people.
        world.connect("microsoft", tenants=["organizations"], vouches_for=["example.com"])
        world.has("microsoft", "ours", **entra(ACME_TENANT, 71, xms_edov=True))
        world.has("microsoft", "theirs", **entra(FOREIGN_TENANT, 71, email="m@evil.example"))
        portal.browser.signs_in_with("microsoft", "ours")
        stranger = portal.another_browser()

        came_back = stranger.signs_in_with("microsoft", "theirs")

        assert outcome(came_back) == "proof"
        assert len(portal.session_rows()) == 1

    def test_stays_its_contacts_when_the_address_changes(self, world, portal):
        comes(world, "google", {}, google())
        world.has("google", "somebody", **google(email="ann.newname@elsewhere.example"))

        came_back = portal.browser.signs_in_with("google", "somebody")

        assert outcome(came_back) == "in"
        assert {row["contact"] for row in portal.session_rows()} == {portal.ann.id}

    def test_stays_its_contacts_when_the_address_becomes_another_contacts(self, world, portal):
        portal.adds("Ben Okafor", "ben@example.com")
        comes(world, "google", {}, google())
        world.has("google", "somebody", **google(email="ben@example.com"))

        portal.browser.signs_in_with("google", "somebody")

        assert {row["contact"] for row in portal.session_rows()} == {portal.ann.id}

    def test_of_who_has_left_does_not_pass_on_with_the_address(self, world, portal):
        # Ann has left, and another Ann was given her address.
        comes(world, "google", {}, google())
        portal.deactivates()
        world.has("google", "successor", **google(sub="72"))

        came_back = portal.another_browser().signs_in_with("google", "successor")

        assert outcome(came_back) == "no"

    def test_is_of_one_connection(self, world, portal):
        comes(world, "google", {}, google())
        world.connect("google", id="other-google", vouches_for=[])

        came_back = portal.another_browser().signs_in_with("other-google", "somebody")

        assert outcome(came_back) == "proof"

    def test_is_of_one_workspace(self, world, portal):
        neighbour = portal.neighbour()
        comes(world, "google", {}, google())
        world.connect("google", neighbour, vouches_for=[])

        came_back = neighbour.browser.signs_in_with("google", "somebody")

        assert outcome(came_back) == "proof"
        assert [row["pk"].partition("#")[0] for row in portal.session_rows()] == ["acme"]
