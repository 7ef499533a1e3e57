"""Waiting for DynamoDB, for work that is nobody's request: an import may take its time."""

import random
import time
from collections.abc import Callable

from portico.aws.tables import TransactionConflict
from portico.errors import TryLater

FINAL = frozenset(
    "AccessDeniedException ExpiredTokenException UnrecognizedClientException "
    "InvalidSignatureException ResourceNotFoundException ValidationException "
    "NoCredentialsError".split()
)
"""Answers of AWS that do not change by waiting."""
FIRST_WAIT = 0.2
"""Seconds at most before the second try; twice as long before each further one."""
LONGEST_WAIT = 20.0
TRIES = 10
"""Half a minute on average, a minute at most: longer than DynamoDB takes to split a hot table."""


def is_final(fault: TryLater) -> bool:
    """Say whether the same call will fail in a minute too."""
    return fault.cause.rpartition(" ")[2] in FINAL


def with_retries[T](work: Callable[[], T], *, pause: Callable[[float], object] = time.sleep) -> T:
    """Do *work*, which may be done twice, with more and more time between the tries.

    The waits are drawn at random, so that many who were refused together do not come back
    together.

    Raises:
        TryLater: it did not work for about a minute, or never will.
    """
    for wait in [FIRST_WAIT * 2**n for n in range(TRIES - 1)]:
        try:
            return work()
        except TransactionConflict:
            pass
        except TryLater as fault:
            if is_final(fault):
                raise
        pause(random.uniform(0, min(wait, LONGEST_WAIT)))  # noqa: S311 - spreads, guards nothing
    try:
        return work()
    except TransactionConflict as conflict:
        raise TryLater(cause="dynamodb.transact_write_items: conflict") from conflict
