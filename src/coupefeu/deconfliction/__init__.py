"""Where two plans would meet: volumes enter, gaps and conflicts leave; exact on WGS 84, across poles and antimeridian.

The one rule: inside its own error an answer is conflict, and says so. Pure, and loaded on first use: NumPy comes with
the first notice.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coupefeu.deconfliction.gaps import TOLERANCE_M, Gap, conflicting, gap
    from coupefeu.deconfliction.prepared import Box, Prepared, padded, prepare

__all__ = ["TOLERANCE_M", "Box", "Gap", "Prepared", "conflicting", "gap", "padded", "prepare"]

_HOMES = {
    "gaps": ("TOLERANCE_M", "Gap", "conflicting", "gap"),
    "prepared": ("Box", "Prepared", "padded", "prepare"),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"coupefeu.deconfliction.{module}"), name)
    raise AttributeError(name)
