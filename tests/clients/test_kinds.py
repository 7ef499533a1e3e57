"""Clients that bring routes of their own, unchanged, with the lines of docs/portals."""

from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.clients.conftest import WORKSPACE
from tests.clients.contact import Contact
from tests.clients.kinds import KINDS
from tests.clients.pasted import PAGES
from tests.clients.site import Site


def begins(site: Site, path: str) -> str:
    """Open a page of the portal, signed out. Returns where Portico is asked."""
    seen = site.goes(path)
    assert "/oauth2/authorize?" in seen.location, (seen, site.text)
    return seen.location


def signs_in(site: Site, contact: Contact, path: str = "/tickets/4711") -> None:
    """A whole sign-in, begun at a page of the portal."""
    back = contact.authorizes(begins(site, path))
    landed = site.goes(back)
    assert (landed.status, landed.location) == (200, site.home + path), site.text


class TestAKind:
    @pytest.mark.parametrize("kind", KINDS)
    def test_signs_a_contact_in_from_two_tabs(self, kind, site_of, someone):
        site, sam = site_of(kind), someone()
        began = [begins(site, path) for path in ("/tickets/1", "/tickets/2")]
        first, second = [sam.authorizes(each) for each in began]

        assert site.goes(second).location == f"{site.home}/tickets/2"
        landed = site.goes(first)

        # Some libraries keep each sign-in, and one address to go back to.
        keeps_each = kind not in {"mozilla-django-oidc", "social-auth"}
        assert landed.location == f"{site.home}/tickets/{1 if keeps_each else 2}"
        assert landed.status == 200

        assert sam.screens == 1

    @pytest.mark.parametrize("kind", KINDS)
    def test_shows_a_page_where_nothing_was_begun(self, kind, site_of, someone):
        site, sam = site_of(kind), someone()
        back = sam.authorizes(begins(site, "/tickets/1"))
        elsewhere = Site(site.home)

        shown = elsewhere.goes(back)

        assert 400 <= shown.status < 500
        wanted = "Third-Party Login Failure" if kind == "django-allauth" else "Try again"
        assert wanted in elsewhere.text


class TestModAuthOpenidc:
    def test_names_another_cause_for_what_portico_refuses_as_its_page_says(self, site_of, house):
        site = site_of("mod_auth_openidc")
        asked = parse_qs(urlsplit(begins(site, "/tickets/1")).query)
        refusal = {"error": "invalid_request", "state": asked["state"][0], "iss": house.origin}

        site.goes(f"/oidc/callback?{urlencode(refusal)}")

        says = 'SSO to this module without specifying a "target_link_uri" parameter'
        assert says in unescape(site.text)
        assert says in (PAGES / "mod-auth-openidc.md").read_text()

    def test_tells_the_application_who_it_is(self, site_of, someone):
        site, sam = site_of("mod_auth_openidc"), someone()
        signs_in(site, sam)

        site.opens("/tickets/4711")

        assert site.headers["x-username"].startswith("ct_")
        assert site.headers["x-email"] == sam.email


class TestDjango:
    @pytest.mark.parametrize("kind", ["mozilla-django-oidc", "social-auth", "django-allauth"])
    def test_knows_the_contact_and_mails_nothing_of_its_own(self, kind, site_of, someone):
        site, sam = site_of(kind), someone()
        signs_in(site, sam)

        knows = site.knows

        assert (knows["email"], knows["mails"]) == (sam.email, 0)
        if kind != "django-allauth":
            # It makes names of its own, and knows the contact by `uid`.
            assert knows["username"].startswith("ct_")

    def test_with_mozillas_library_signs_out_of_portico_too(self, site_of, someone):
        site, sam = site_of("mozilla-django-oidc"), someone()
        signs_in(site, sam)
        assert site.knows["signed_in"]

        left = sam.opens(site.opens("/oidc/logout/", method="POST").location)

        assert left.location == f"{site.home}/"
        assert not site.knows["signed_in"]
        assert not sam.is_signed_in(WORKSPACE)


class TestPassport:
    def test_signs_out_of_portico_too(self, site_of, someone):
        site, sam = site_of("passport-openidconnect"), someone()
        signs_in(site, sam)
        assert site.knows["email"] == sam.email

        left = sam.opens(site.opens("/sign-out", method="POST").location)

        assert left.location == f"{site.home}/signed-out"
        assert not site.knows["signed_in"]
        assert not sam.is_signed_in(WORKSPACE)
