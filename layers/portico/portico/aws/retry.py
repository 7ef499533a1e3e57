"""Retries for work that no browser waits for, such as an import."""

import random
import time
from collections.abc import Callable

from portico.aws.tables import TransactionConflict
from portico.errors import TryLater

FINAL_FAULTS = frozenset(
    "AccessDeniedException ExpiredTokenException UnrecognizedClientException "
    "InvalidSignatureException ResourceNotFoundException ValidationException "
    "NoCredentialsError".split()
)
"""AWS errors that waiting does not mend."""
FIRST_WAIT = 0.2
"""Longest wait before the second try, in seconds. It doubles before each further try."""
LONGEST_WAIT = 20.0
TRIES = 10
"""Ten tries take half a minute on average and a minute at most.

That is longer than DynamoDB takes to split a hot table.
"""


def is_final(fault: TryLater) -> bool:
    """Say whether the same call would still fail in a minute."""
    return fault.cause.rpartition(" ")[2] in FINAL_FAULTS


def with_retries[T](work: Callable[[], T], *, pause: Callable[[float], object] = time.sleep) -> T:
    """Do *work*, which must be safe to repeat, with a longer wait before each further try.

    The waits are random, so that callers refused at the same moment do not all return at once.

    Raises:
        TryLater: it failed for about a minute, or it can never succeed.
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
