"""Two calls at once, so that an answer waits for the slower one and not for both in turn."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import cache


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=4, thread_name_prefix="beside")


def in_parallel[T](work: Callable[[], T]) -> Future[T]:
    """Start *work* now, under this invocation's deadline; ask the future for its result."""
    return _pool().submit(copy_context().run, work)
