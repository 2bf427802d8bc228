"""What both demos say of files of notices: how far they are read, and what was not filed."""

from contextlib import ExitStack
from typing import Final

from coupefeu.cli.printing import Progress, progress
from coupefeu.node.demo.loading import Loaded
from coupefeu.node.importing.rejects import why

SHOWN: Final = 20
"""So many rejects are named on a terminal."""


class LoadingBar:
    """A bar from the first word of `tell` to the last, and then no more: the demo goes on."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._stack = ExitStack()
        self._tell: Progress | None = None
        self._has_begun = False

    def tell(self, place: int, size: int) -> None:
        """Show how far the files are read, in bytes."""
        if not self._has_begun:
            self._has_begun = True
            self._tell = self._stack.enter_context(progress("Loading notices", as_json=self._as_json))
        if self._tell is not None:
            self._tell(place, size)
        if place >= size:
            self.close()

    def close(self) -> None:
        """Show no more."""
        self._tell = None
        self._stack.close()


def say_rejects(loaded: Loaded | None) -> list[str]:
    """Name what of the files was not filed: file, line or number, field, reason."""
    rejects = () if loaded is None else loaded.rejects
    lines = [
        f"{path.name}: {said['number']} ({said['id'] or '-'}), {said['field'] or '-'}: {said['reason']}"
        for path, each in rejects[:SHOWN]
        for said in (why(each),)
    ]
    return [*lines, f"and {len(rejects) - SHOWN:,} more; --json names all"] if len(rejects) > SHOWN else lines


def loaded_values(loaded: Loaded | None) -> dict[str, object] | None:
    """Give what became of the files, for machines."""
    if loaded is None:
        return None
    return {
        "filed": {party: len(numbers) for party, numbers in loaded.filed.items()},
        "duplicates": loaded.duplicates,
        "rejects": [{"file": str(path), **why(each)} for path, each in loaded.rejects],
        "shift_ms": loaded.shift_ms,
    }
