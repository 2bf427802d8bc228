"""Where two plans would meet: volumes enter, gaps and conflicts leave; exact on WGS 84, across poles and antimeridian.

The one rule: inside its own error an answer is conflict, and says so. Pure, and loaded on first use: NumPy comes with
the first notice.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coupefeu.deconfliction.clearings import Clearing, clearing
    from coupefeu.deconfliction.decide import which
    from coupefeu.deconfliction.gaps import TOLERANCE_M, Gap, conflicting, gap
    from coupefeu.deconfliction.outlines import areas, outline
    from coupefeu.deconfliction.pairs import all_gaps, all_pairs
    from coupefeu.deconfliction.prepared import Box, Prepared, padded, prepare
    from coupefeu.deconfliction.validity import require_valid

__all__ = [
    "TOLERANCE_M", "Box", "Clearing", "Gap", "Prepared", "all_gaps", "all_pairs", "areas", "clearing", "conflicting",
    "gap", "outline", "padded", "prepare", "require_valid", "which",
]  # fmt: skip

_HOMES = {
    "clearings": ("Clearing", "clearing"),
    "decide": ("which",),
    "gaps": ("TOLERANCE_M", "Gap", "conflicting", "gap"),
    "outlines": ("areas", "outline"),
    "pairs": ("all_gaps", "all_pairs"),
    "prepared": ("Box", "Prepared", "padded", "prepare"),
    "validity": ("require_valid",),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"coupefeu.deconfliction.{module}"), name)
    raise AttributeError(name)
