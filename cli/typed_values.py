"""Values as they were typed, without pydantic.

Typer makes a pydantic adapter for every parameter before it looks at its value. That costs a call
more than Typer itself, and text needs none. Numbers and files keep theirs, if one is typed.
"""

from typing import Any

from typer import core

TEXT = (str, list[str])

_Parameter: Any = core._TyperParameter  # noqa: SLF001
_adapter = _Parameter.get_runtime_param


class TypedValue:
    """What stands in for a parameter's adapter until there is something to adapt."""

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return *value* as the command takes it."""
        if value is None and (param.multiple or param.nargs == -1):
            return ()
        if value is None or value is param.default:
            return value
        if param.type_descriptor.annotation in TEXT and _is_text(value):
            return value
        return _adapter(param).coerce(value, param=param, ctx=ctx)


def leave_values_as_typed() -> None:
    """Let Typer build an adapter only for a value that needs one.

    Typer offers no way to ask for that, so this replaces the method that builds them. Its version
    is pinned, and a test holds that pydantic stays out.
    """
    _Parameter.get_runtime_param = lambda _: TypedValue()


def _is_text(value: str | tuple[str, ...]) -> bool:
    """Say whether it is text, and no bytes that the terminal could not read as such."""
    try:
        "".join(value).encode()
    except UnicodeEncodeError:
        return False
    return True
