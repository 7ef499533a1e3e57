"""How large a row is to DynamoDB, and what writing and reading it costs.

Source: docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

from decimal import Decimal
from typing import Any

from portico.aws.values import Row

KILOBYTE = 1024


def size_of(row: Row) -> int:
    """Return the bytes of a row: its attributes' names and values."""
    return sum(len(name.encode()) + _value(value) for name, value in row.items())


def write_units(size: int) -> int:
    """Return what one write of a row costs; in a transaction it is twice that."""
    return max(1, -(-size // KILOBYTE))


def _value(value: Any) -> int:
    match value:
        case str():
            return len(value.encode())
        case bool() | None:
            return 1
        case int():
            return _number(value)
        case bytes():
            return len(value)
        case dict():
            return 3 + sum(1 + len(k.encode()) + _value(each) for k, each in value.items())
        case list():
            return 3 + sum(1 + _value(each) for each in value)
    raise TypeError(type(value).__name__)


def _number(value: int) -> int:
    # A byte for every two significant digits, and one more; one for the sign.
    digits = len(Decimal(value).normalize().as_tuple().digits) if value else 0
    return -(-digits // 2) + 1 + (value < 0)
