"""The post, as the tests of deliveries have it."""

from tests.deliveries.conftest import post

__all__ = ["post"]
