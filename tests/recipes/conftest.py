from tests.local.conftest import house

__all__ = ["house"]
