"""The paths of a link, and the one that its frames take."""

from dataclasses import dataclass


@dataclass(slots=True)
class Path:
    """One open way to the other side. `order` counts openings; `by_smaller` says who dialled, as both sides see it.

    `answered`: the other side has shown itself here. On a path that we did not dial nothing is said before.
    """

    number: int
    slot: int
    order: int
    dialled: bool
    by_smaller: bool
    opened_ms: int
    heard_ms: int
    answered_ms: int = 0
    proven: bool = False
    answered: bool = False
    dead: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PathState:
    """What is shown of a path, or of one that has gone; `since_ms`, on the monotonic clock: when that began.

    `answered`: the other side has shown itself here.
    """

    dialled: bool
    is_open: bool
    answered: bool
    since_ms: int


class Paths:
    """All open paths. Frames go by a path that has carried a valid frame, so a stranger never displaces it (B6)."""

    def __init__(self) -> None:
        self._open: dict[int, Path] = {}
        self._order = 0
        self._gone: dict[bool, PathState] = {}
        self.taken: Path | None = None

    def open(self, number: int, slot: int, mono_ms: int, *, dialled: bool, by_smaller: bool) -> Path:
        """Add a path; the same number again replaces it."""
        self._order += 1
        path = Path(
            number=number,
            slot=slot,
            order=self._order,
            dialled=dialled,
            by_smaller=by_smaller,
            opened_ms=mono_ms,
            heard_ms=mono_ms,
        )
        self._open[number] = path
        return path

    def close(self, number: int, mono_ms: int) -> None:
        """Remove a path."""
        path = self._open.pop(number, None)
        if path is not None and (path.dialled or path.answered):
            self._gone[path.dialled] = PathState(
                dialled=path.dialled, is_open=False, answered=False, since_ms=mono_ms
            )

    def states(self) -> list[PathState]:
        """Show the open paths, those that the other side has shown itself on first, then the last ones that closed.

        What a stranger opened is none of them.
        """
        shown = [path for path in self._open.values() if path.dialled or path.answered]
        shown.sort(key=lambda path: (path.dead, not path.answered, -path.order))
        return [
            PathState(
                dialled=path.dialled,
                is_open=True,
                answered=path.answered and not path.dead,
                since_ms=path.answered_ms if path.answered else path.opened_ms,
            )
            for path in shown
        ] + list(self._gone.values())

    def get(self, number: int) -> Path | None:
        """Return an open path by its number."""
        return self._open.get(number)

    def unproven(self) -> list[Path]:
        """Return the paths beside the one taken on which a message 1 was answered and nothing followed."""
        return [
            path
            for path in self._open.values()
            if path.answered and not path.proven and not path.dead and path is not self.taken
        ]

    def choose(self) -> Path | None:
        """Take the best path: living, proven, dialled by the smaller key, opened last; both sides agree on it.

        A path that a stranger may have opened is none of them until the other side has shown itself there.
        """
        self.taken = max(
            (path for path in self._open.values() if path.dialled or path.answered),
            key=lambda path: (not path.dead, path.proven, path.proven and path.by_smaller, path.order),
            default=None,
        )
        return self.taken
