"""moto, answering for DynamoDB without looking at every attribute value ten times.

moto asks each value of each row for all ten kinds it could have, under two spellings, which is
two thirds of a test's time. Its rows hold the answer as it goes over the wire already. Nor is an
expression's word read again in every request, or a branch asked ten times whether it is a branch,
or a row measured once more for each of its attributes, or kept for ever after it is gone.
"""

from copy import copy, deepcopy
from functools import cache
from threading import RLock
from typing import Any

from moto.core import botocore_stubber, responses
from moto.core.common_models import BaseModel
from moto.core.serialize import SERVICE_SPECIFIC_SERIALIZERS, JSONSerializer
from moto.core.utils import method_names_from_class
from moto.dynamodb import models as dynamodb_models
from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.models import dynamo_type
from moto.dynamodb.models import table as tables
from moto.dynamodb.parsing import ast_nodes, expressions, validators

from tests.support import moto_short_way


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


def _copied(self: Any, memo: dict[int, Any]) -> Any:
    """Copy a tree that was just read: its leaves are words, and words may be shared."""
    twin = self.__class__.__new__(self.__class__)
    twin.__dict__.update(self.__dict__, parent=None)
    if self.children is not None:
        twin.children = [
            _copied(child, memo) if _is_branch(child.__class__) else deepcopy(child, memo)
            for child in self.children
        ]
        for child in twin.children:
            if _is_branch(child.__class__):
                child.parent = twin
    return twin


class ValidatedOnce(validators.UpdateExpressionValidator):
    """Ask of an expression, its names and its table once what does not depend on the row."""

    BY_WORDS_ALONE = (
        validators.ActionCountValidator,
        validators.OverlappingPathsValidator,
        validators.UpdateHashRangeKeyValidator,
    )
    _passed: dict[tuple[Any, ...], Any] = {}  # noqa: RUF012

    def __init__(self, expression: Any, *about: Any, **more: Any) -> None:
        super().__init__(expression, *about, **more)
        self._read = expression

    def validate(self) -> Any:
        names = tuple(sorted((self.expression_attribute_names or {}).items()))
        # The tree is kept beside its id, so that no other can come to have it.
        asked = id(self._read), names, tuple(self.table.table_key_attrs)
        if asked in self._passed:
            self.processors = [
                each for each in self.processors if not isinstance(each, self.BY_WORDS_ALONE)
            ]
        validated = super().validate()
        self._passed[asked] = self._read
        return validated


class Sized(dynamo_type.LimitedSizeDict):
    """A row's attributes, which are measured again when they could be too many, not at each one."""

    most: int | None = None
    """Bytes that they are at most; ``None``: nobody has measured them."""

    def __setitem__(self, name: str, value: Any) -> None:
        if self.most is None:
            self.most = sum(4 * len(each) + one.size() for each, one in self.items())
        self.most += 4 * len(name) + value.size()
        if self.most > MEASURED_FROM:
            super().__setitem__(name, value)
            self.most = None
        else:
            dict.__setitem__(self, name, value)


MEASURED_FROM = 400_000
"""Bytes; moto refuses a row of a few more."""


def _measured_once(self: Any, hash_key: Any, range_key: Any, attrs: dict[str, Any]) -> None:
    """Make a row as moto does, and look at its size when it is whole."""
    self.hash_key, self.range_key = hash_key, range_key
    self.attrs = Sized()
    for place, (name, value) in enumerate(attrs.items(), 1):
        typed = dynamo_type.DynamoType(value)
        if place < len(attrs):
            dict.__setitem__(self.attrs, name, typed)
        else:
            self.attrs[name] = typed


def _untracked(kind: Any, *_: Any, **__: Any) -> Any:
    """Make a thing of AWS. moto keeps each for a page that shows them, every copy of a row too."""
    return object.__new__(kind)


CHANGED_IN_PLACE = {"L", "M", "SS", "NS", "BS"}


def _copied_row(self: Any, memo: dict[int, Any]) -> Any:
    """Copy a row. Plain values are put in the place of others, and never changed themselves."""
    twin = object.__new__(type(self))
    twin.hash_key, twin.range_key = self.hash_key, self.range_key
    twin.attrs = Sized()
    twin.attrs.most = self.attrs.most
    for name, value in self.attrs.items():
        own = deepcopy(value, memo) if value.type in CHANGED_IN_PLACE else value
        dict.__setitem__(twin.attrs, name, own)
    return twin


class BackedUpOnce(tables.Table):
    """A table that a transaction copies once, to go back to, and of that what it may change."""

    copies: dict[int, Any] = {}  # noqa: RUF012
    """Of the transaction that goes on, by the id of the table."""
    writes: list[dict[str, Any]] | None = None
    """Of that transaction; without one, all is copied."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        if id(self) not in self.copies:
            twin = self.__class__.__new__(self.__class__)
            rows = copy(self.items)
            for key in self._may_change() & set(rows):
                rows[key] = deepcopy(rows[key], memo)
            twin.__dict__.update(self.__dict__, items=rows)
            self.copies[id(self)] = twin
        return self.copies[id(self)]

    def _may_change(self) -> set[Any]:
        if self.writes is None:
            return set(self.items)
        writes = [op for each in self.writes for op in each.values()]
        keys = [op.get("Key") or op["Item"] for op in writes if op["TableName"] == self.name]
        return {dynamo_type.DynamoType(key[self.hash_key_attr]) for key in keys}


def _transacted(slowly: Any) -> Any:
    def transact(self: Any, writes: list[dict[str, Any]]) -> Any:
        BackedUpOnce.copies.clear()
        BackedUpOnce.writes = writes
        try:
            return slowly(self, writes)
        finally:
            BackedUpOnce.copies.clear()
            BackedUpOnce.writes = None

    return transact


def _one_at_a_time(process: Any) -> Any:
    lock = RLock()

    def process_request(self: Any, request: Any) -> Any:
        # Writers in threads change a table while another's transaction copies it.
        with lock:
            return process(self, request)

    return process_request


def install() -> None:
    """Hand moto the serializer, where it keeps those of other services, and the shorter ways."""
    SERVICE_SPECIFIC_SERIALIZERS["dynamodb"] = {"json": PlainValues}
    TREES.DepthFirstTraverser.traverse_node_recursively = _traversed
    # Whoever changes a tree takes a copy of it first.
    UPDATES.make = cache(UPDATES.make)
    slowly = ConditionExpressionParser._lex_one_node
    lexed = cache(lambda text: slowly(ConditionExpressionParser("", None, None), text))
    setattr(ConditionExpressionParser, "_lex_one_node", lambda self, text: lexed(text))  # noqa: B010
    TREES.Node.__deepcopy__ = _copied
    setattr(dynamodb_models, "UpdateExpressionValidator", ValidatedOnce)  # noqa: B010
    setattr(BaseModel, "__new__", staticmethod(_untracked))  # noqa: B010
    setattr(dynamo_type.Item, "__init__", _measured_once)  # noqa: B010
    setattr(dynamo_type.Item, "__deepcopy__", _copied_row)  # noqa: B010
    setattr(responses, "method_names_from_class", cache(method_names_from_class))  # noqa: B010
    # No table of these tests has a stream, which would have to go back as well.
    setattr(dynamodb_models, "Table", BackedUpOnce)  # noqa: B010
    backend = dynamodb_models.DynamoDBBackend
    setattr(backend, "transact_write_items", _transacted(backend.transact_write_items))  # noqa: B010
    stubber = botocore_stubber.BotocoreStubber
    short = moto_short_way.shortened(stubber.process_request)
    setattr(stubber, "process_request", _one_at_a_time(short))  # noqa: B010
    moto_short_way.install()
