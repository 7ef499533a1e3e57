"""What became of mails, for the trail's list."""

from tests.deliveries.conftest import post  # noqa: F401  # a fixture
