"""Sequential tests: they may be looked at after every rating, and stopped at once, and alarm no more often for it.

An ordinary p-value holds for one look that was fixed before. Here a bet is placed against "the candidate is no worse":
a mixture of likelihood ratios whose expected value never exceeds 1 while that is true, so by Ville's inequality it ever
exceeds ``1 / alpha`` with a chance of at most ``alpha``, however often one looks.

H. Robbins, "Statistical methods related to the law of the iterated logarithm", Annals of Mathematical Statistics 41,
1970; S. Howard, A. Ramdas, J. McAuliffe & J. Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence sequences",
Annals of Statistics 49, 2021; for means of unknown variance, as here, I. Waudby-Smith, D. Arbour, R. Sinha, E. Kennedy
& A. Ramdas, "Time-uniform central limit theory and asymptotic confidence sequences", Annals of Statistics 52, 2024.
"""

from __future__ import annotations

import math

__all__ = ["log_bet", "log_mismatch", "log_rate_bet", "lower_end"]

STRENGTH = 100.0  # of the belief in the intended shares: mismatches of some percent are what logs show
TINY = 1e-300


def log_bet(difference: float, error: float, scale: float) -> float:
    """Return the logarithm of what a bet on "the difference is above 0" has come to.

    The bet is spread over differences like a half normal distribution, so that it grows whatever the size is.

    Parameters
    ----------
    difference
        As it was estimated by now.
    error
        Its standard error by now.
    scale
        Which size of differences is bet on, a standard deviation; fixed before, or from the spread of users alone.

    Examples
    --------
    >>> round(log_bet(0.0, 0.1, 0.1), 3)  # nothing seen: a little is lost
    -0.347
    >>> log_bet(0.5, 0.1, 0.1) > math.log(20)
    True
    """
    if not (error > 0 and scale > 0 and math.isfinite(difference)):
        return 0.0
    whole = error**2 + scale**2
    along = difference * scale / (error * math.sqrt(whole))
    inside = 0.5 * math.erfc(-along / math.sqrt(2))
    return 0.5 * math.log(error**2 / whole) + along**2 / 2 + math.log(max(2 * inside, TINY))


def lower_end(difference: float, error: float, scale: float, alpha: float) -> float:
    """Return the largest value that the difference surely exceeds: the lower end of a confidence sequence.

    Examples
    --------
    >>> lower_end(0.5, 0.1, 0.1, 0.05) > 0 > lower_end(0.1, 0.1, 0.1, 0.05)
    True
    """
    if not (error > 0 and scale > 0 and math.isfinite(difference)):
        return -math.inf
    low, high, wanted = difference - 50 * error, difference, math.log(1 / alpha)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if log_bet(difference - middle, error, scale) >= wanted else (low, middle)
    return low


def log_mismatch(candidate: int, control: int, share: float) -> float:
    """Return the logarithm of a bet on "users were not split as intended"; exact for every number of users.

    M. Lindon & A. Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022, with two groups.

    Parameters
    ----------
    candidate, control
        Users first seen in each group.
    share
        Intended for the candidate, of both groups together.

    Examples
    --------
    >>> log_mismatch(500, 505, 0.5) < 0, log_mismatch(400, 600, 0.5) > math.log(1000)
    (True, True)
    """
    a, b = STRENGTH * share, STRENGTH * (1 - share)
    seen = _log_beta(a + candidate, b + control) - _log_beta(a, b)
    return seen - candidate * math.log(share) - control * math.log(1 - share)


def log_rate_bet(hits: int, misses: int, limit: float) -> float:
    """Return the logarithm of a bet on "this happens more often than the limit"; exact for every number of tries.

    The rate is bet on as uniform above the limit (a truncated beta mixture).

    Examples
    --------
    >>> log_rate_bet(0, 100, 0.05) < 0, log_rate_bet(30, 70, 0.05) > math.log(1000)
    (True, True)
    """
    steps = 400
    grid = [limit + (1 - limit) * (place + 0.5) / steps for place in range(steps)]
    logs = [hits * math.log(rate / limit) + misses * math.log((1 - rate) / (1 - limit)) for rate in grid]
    top = max(logs)
    return top + math.log(sum(math.exp(one - top) for one in logs) / steps)


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
