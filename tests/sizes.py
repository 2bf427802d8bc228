"""Two sizes, one code: every check runs small in `make test` and with the full numbers in `make soak`."""

import os

SIZE = os.environ.get("COUPEFEU_SIZE", "small")


def size(*, small: int, full: int) -> int:
    """Return how many times, or how much, this run should do.

    Raises: ValueError: COUPEFEU_SIZE is neither `small` (also when unset) nor `full`.
    """
    if SIZE not in {"small", "full"}:
        raise ValueError(f"COUPEFEU_SIZE is {SIZE!r}, not 'small' or 'full'")
    return full if SIZE == "full" else small
