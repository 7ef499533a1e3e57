import random

import pytest

from tests.rotation.fleet import BusyPortal, Fleet

MINUTES = 10
"""How long a turn of a busy day is."""


@pytest.fixture
def busy(tables, clock, environments) -> BusyPortal:
    """Acme Support on a day with several environments up; the same chances in every run."""
    portal = BusyPortal.open(clock)
    assert isinstance(portal, BusyPortal)
    portal.fleet = Fleet(environments, random.Random(4))  # noqa: S311  # chances, not secrets
    return portal
