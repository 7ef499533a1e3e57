"""The doors, loaded from the working copy, and reloaded when a file changes."""

import importlib.util
import os
import re
import sys
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import SimpleNamespace
from typing import Any

from local.emulator import ROOT

WATCHED = (ROOT / "layers" / "portico" / "portico", ROOT / "functions")
LOOK_EVERY = 0.2
"""Seconds between two checks of the files. A check takes two milliseconds."""

type Handler = Callable[[Any, object], Any]


class DoorsBroken(RuntimeError):
    """The working copy does not load. The terminal shows where, and the next change tries again."""


class Doors:
    """All doors, each with the environment that its function was deployed with.

    Args:
        environments: each door's variables, by its logical id.
        on_load: called after the rooms are reloaded, and before the doors are.
    """

    def __init__(
        self, environments: Mapping[str, Mapping[str, str]], on_load: Callable[[], None]
    ) -> None:
        self._environments = environments
        self._on_load = on_load
        self._lock = threading.Lock()
        self._handlers: dict[str, Handler] | None = None
        self._seen: dict[str, float] = {}
        self._looked_at = 0.0
        self._has_loaded = False

    def load(self) -> None:
        """Load every door now.

        Raises:
            DoorsBroken: a door does not load.
        """
        with self._lock:
            self._seen = _files()
            self._load()

    def invoke(self, name: str, event: Any) -> Any:
        """Invoke a door with *event*, as Lambda does.

        Raises:
            DoorsBroken: the working copy does not load.
            KeyError: there is no such door.
        """
        handlers = self._fresh()
        context = SimpleNamespace(function_name=name, aws_request_id=str(uuid.uuid4()))
        return handlers[name](event, context)

    def _fresh(self) -> dict[str, Handler]:
        with self._lock:
            if time.monotonic() - self._looked_at > LOOK_EVERY:
                files = _files()
                if files != self._seen:
                    _tell(self._seen, files)
                    self._seen = files
                    self._load()
                self._looked_at = time.monotonic()
            if self._handlers is None:
                raise DoorsBroken
            return self._handlers

    def _load(self) -> None:
        if self._has_loaded:
            for name in [name for name in sys.modules if _is_ours(name)]:
                del sys.modules[name]
        self._handlers, self._has_loaded = None, True
        try:
            self._on_load()
            self._handlers = {
                name: _load_door(name, variables) for name, variables in self._environments.items()
            }
        except Exception as error:
            traceback.print_exc()
            raise DoorsBroken from error


def folder_of(name: str) -> str:
    """Return the folder of a function, ``resolve_link`` of ``ResolveLink``."""
    return re.sub(r"(?<=[a-z])([A-Z])", r"_\1", name).lower()


def _load_door(name: str, variables: Mapping[str, str]) -> Handler:
    # All modules are called handler.py, so load each under its own name.
    path = ROOT / "functions" / folder_of(name) / "handler.py"
    spec = importlib.util.spec_from_file_location(f"portico_door_{folder_of(name)}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"no handler at {path}")
    module = importlib.util.module_from_spec(spec)
    with _environment(variables):
        spec.loader.exec_module(module)
    handler: Handler = module.handler
    return handler


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    # A door reads its variables only at import, so set them for one door after another.
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _is_ours(module: str) -> bool:
    return module == "portico" or module.startswith(("portico.", "portico_door_"))


def _files() -> dict[str, float]:
    # By text and what a folder already says: as paths of pathlib it took four times as long, at
    # every second request of a house that is busy.
    found: dict[str, float] = {}
    folders = [str(root) for root in WATCHED]
    while folders:
        # A folder may be gone already, as while the bundle is made anew; so may an editor's swap file.
        with suppress(FileNotFoundError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name != "__pycache__":
                        folders.append(entry.path)
                    continue
                with suppress(FileNotFoundError):
                    found[entry.path] = entry.stat().st_mtime
    return found


def _tell(before: dict[str, float], after: dict[str, float]) -> None:
    changed = {each for each in before.keys() | after.keys() if before.get(each) != after.get(each)}
    names = sorted(os.path.relpath(each, ROOT) for each in changed)
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    print(f"changed: {', '.join(names[:3])}{more}; loading the doors again", flush=True)
