"""What a contact is called."""

from portico.errors import InvalidRequest

LONGEST_NAME = 100
"""Characters."""


def contact_name(text: str) -> str:
    """Return a contact's name as it is kept.

    Raises:
        InvalidRequest: it is none.
    """
    name = text.strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise InvalidRequest("name", f"1 to {LONGEST_NAME} printable characters")
    return name
