"""What a contact is called, the language of their mail and their time zone, as typed."""

import re

from portico.errors import InvalidRequest
from portico.people.rules import LOCALES
from portico.printable import is_printable_name

LONGEST_NAME = 100
"""Characters."""
_ZONE = re.compile(r"(?=.{1,64}\Z)[A-Za-z]+(?:[/_+-][A-Za-z0-9]+)*")


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


def contact_time_zone(text: str) -> str:
    """Return a contact's time zone.

    Raises:
        InvalidRequest: it cannot be one.
    """
    # Check the shape only: browsers know more zones than a Lambda has files for.
    if not _ZONE.fullmatch(text):
        raise InvalidRequest("time_zone", "a name of the IANA list, as Europe/Berlin")
    return text
