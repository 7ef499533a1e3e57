"""What a contact is called, and the language of their mail, as typed."""

from portico.errors import InvalidRequest
from portico.people.rules import LOCALES
from portico.printable import is_printable_name

LONGEST_NAME = 100
"""Characters."""


def contact_name(text: str) -> str:
    """Return a contact's name in the form that we store.

    Raises:
        InvalidRequest: the name is empty, too long or not printable.
    """
    name = text.strip()
    if not 0 < len(name) <= LONGEST_NAME or not is_printable_name(name):
        raise InvalidRequest("name", f"1 to {LONGEST_NAME} printable characters")
    return name


def contact_language(text: str) -> str:
    """Return a contact's language.

    Raises:
        InvalidRequest: page and mail do not speak it.
    """
    if text not in LOCALES:
        raise InvalidRequest("language", f"one of {' '.join(LOCALES)}")
    return text
