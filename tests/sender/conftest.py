"""The fixtures of codes: the sender mails them."""

from tests.codes.conftest import code_of, rotates

__all__ = ["code_of", "rotates"]
