"""moto, answering for DynamoDB without looking at every attribute value ten times.

moto asks each value of each row for all ten kinds it could have, under two spellings, which is
two thirds of a test's time. Its rows hold the answer as it goes over the wire already.
"""

from typing import Any

from moto.core.serialize import SERVICE_SPECIFIC_SERIALIZERS, JSONSerializer


class PlainValues(JSONSerializer):
    """Pass attribute values on as they are, but for bytes, which have to be encoded."""

    def _serialize_type_structure(self, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if key and shape.name == "AttributeValue" and _is_plain(value):
            self._default_serialize(serialized, value, shape, key)
        else:
            super()._serialize_type_structure(serialized, value, shape, key)


def _is_plain(value: Any) -> bool:
    match value:
        case {"M": dict(members)}:
            return all(map(_is_plain, members.values()))
        case {"L": list(members)}:
            return all(map(_is_plain, members))
    return isinstance(value, dict) and value.keys() <= {"S", "N", "BOOL", "NULL"}


def install() -> None:
    """Hand moto the serializer, where it keeps those of other services."""
    SERVICE_SPECIFIC_SERIALIZERS["dynamodb"] = {"json": PlainValues}
