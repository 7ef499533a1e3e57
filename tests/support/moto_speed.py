"""moto, answering for DynamoDB without looking at every attribute value ten times.

moto asks each value of each row for all ten kinds it could have, under two spellings, which is
two thirds of a test's time. Its rows hold the answer as it goes over the wire already. Nor is an
expression's word read again in every request, or a branch asked ten times whether it is a branch.
"""

from functools import cache
from typing import Any

from moto.core.serialize import SERVICE_SPECIFIC_SERIALIZERS, JSONSerializer
from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.parsing import ast_nodes, expressions


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


# These modules tell type checkers nothing.
TREES: Any = ast_nodes
UPDATES: Any = expressions.__dict__["UpdateExpressionParser"]
_is_processed: dict[tuple[type, type], bool] = {}


def _traversed(self: Any, node: Any, child_id: int = -1) -> Any:
    """Do what moto does: change a tree from its leaves up. What a class is, is asked once."""
    if not _is_branch(node.__class__):
        return node
    parent = node.parent
    for index, child in enumerate(node.children or ()):
        self.pre_processing_of_child(node, index)
        _traversed(self, child, index)
    kinds = type(self), type(node)
    if kinds not in _is_processed:
        _is_processed[kinds] = isinstance(node, self.nodes_to_be_processed())
    if _is_processed[kinds]:
        node = self.process(node)
        node.parent = parent
        if parent:
            parent.children[child_id] = node
    return node


@cache
def _is_branch(kind: type) -> bool:
    return issubclass(kind, TREES.Node)


def install() -> None:
    """Hand moto the serializer, where it keeps those of other services, and the shorter ways."""
    SERVICE_SPECIFIC_SERIALIZERS["dynamodb"] = {"json": PlainValues}
    TREES.DepthFirstTraverser.traverse_node_recursively = _traversed
    # Whoever changes a tree takes a copy of it first.
    UPDATES.make = cache(UPDATES.make)
    slowly = ConditionExpressionParser._lex_one_node
    lexed = cache(lambda text: slowly(ConditionExpressionParser("", None, None), text))
    setattr(ConditionExpressionParser, "_lex_one_node", lambda self, text: lexed(text))  # noqa: B010
