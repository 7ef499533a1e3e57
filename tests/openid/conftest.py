"""A portal on another site, and a browser that is signed in at ours."""

import pytest

from tests.support.driver import Browser, Portal
from tests.support.openid_site import Site


@pytest.fixture
def site(portal: Portal) -> Site:
    """A confidential portal of Acme Support, on a site of its own."""
    return Site.register(portal)


@pytest.fixture
def spa(portal: Portal) -> Site:
    """A public one: a page that keeps no secret."""
    return Site.register(portal, "spa", public=True)


@pytest.fixture
def ann(portal: Portal) -> Browser:
    """Ann's browser, signed in by code."""
    portal.browser.has_signed_in()
    return portal.browser
