"""Python values to DynamoDB's and back: text, whole numbers, bytes, booleans, lists, maps,
and sets of texts.

boto3 has this too, but costs a cold start more than these lines do. Floats are refused,
because money and times must be exact.
"""

from base64 import b64decode
from typing import Any

Row = dict[str, Any]


def to_dynamo(value: Any) -> dict[str, Any]:
    """Return *value* as an AttributeValue.

    Raises:
        TypeError: rows do not hold values of this type.
        ValueError: a member of a map has no name. DynamoDB refuses it too, and fakes of it do not.
    """
    match value:
        case str():
            return {"S": value}
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case None:
            return {"NULL": True}
        case bytes():
            return {"B": value}
        case dict() if "" in value:
            raise ValueError("an attribute's name has one character at least")
        case dict():
            return {"M": {name: to_dynamo(each) for name, each in value.items()}}
        case list() | tuple():
            return {"L": [to_dynamo(each) for each in value]}
        case frozenset():
            return {"SS": sorted(value)}
    raise TypeError(f"rows do not hold {type(value).__name__}")


def from_dynamo(value: dict[str, Any]) -> Any:
    """Return the value that :func:`to_dynamo` converted (a tuple comes back as a list)."""
    (kind, content), *_ = value.items()
    match kind:
        case "N":
            return int(content)
        case "M":
            return {name: from_dynamo(each) for name, each in content.items()}
        case "L":
            return [from_dynamo(each) for each in content]
        case "NULL":
            return None
        case "SS":
            return frozenset(content)
        case "B":
            # In JSON, and so in a stream's records, bytes are Base64.
            return b64decode(content) if isinstance(content, str) else content
    return content


def row_of(item: dict[str, Any]) -> Row:
    """Return a whole item, e.g. a stream record's image, as plain values."""
    return {name: from_dynamo(value) for name, value in item.items()}


def item_of(row: Row) -> dict[str, Any]:
    """Return a plain row as DynamoDB takes it."""
    return {name: to_dynamo(value) for name, value in row.items()}
