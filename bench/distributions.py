"""Compare two samples of times by the statistics of their distributions."""

from bisect import bisect_right
from collections.abc import Sequence
from math import exp, sqrt


def larger(pairs: Sequence[tuple[float, float]]) -> float:
    """Return the probability that the first of a pair is larger. A tie counts half."""
    if not pairs:
        raise ValueError("no pairs")
    won = sum(1.0 if a > b else 0.5 if a == b else 0.0 for a, b in pairs)
    return won / len(pairs)


def farthest(first: Sequence[float], second: Sequence[float]) -> float:
    """Return the Kolmogorov-Smirnov statistic: the largest distance of both distributions."""
    a, b = sorted(first), sorted(second)
    return max(abs(bisect_right(a, x) / len(a) - bisect_right(b, x) / len(b)) for x in {*a, *b})


def when_alike(distance: float, first: int, second: int) -> float:
    """Return how likely this distance, or a larger one, is if both have the same distribution.

    Source: Press et al., Numerical Recipes, 3rd edition, 14.3.3; good from some twenty on.
    """
    root = sqrt(first * second / (first + second))
    scaled = (root + 0.12 + 0.11 / root) * distance
    if scaled < 0.2:
        return 1.0  # the series below converges too slowly there; it is 1 to twelve places
    terms = ((2 if k % 2 else -2) * exp(-2 * (k * scaled) ** 2) for k in range(1, 101))
    return min(1.0, max(0.0, sum(terms)))
