"""What stands of a notice, clock aside: its versions that have effect, and what closed it.

The author's own entries in the order of its log, and nothing else: so every record that holds them says the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from coupefeu.model.messages import MessageId
from coupefeu.services.base import Context
from coupefeu.services.notices.acts import Act, Row
from coupefeu.services.notices.facts import CLOSINGS, VERSIONS
from coupefeu.services.notices.tables import BY_HEAD, ERASED


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A notice. `versions`: those with effect, oldest first; an erased one says nothing. `written`: all of them.

    `judged`: of each version and closing why it has no effect. `others`: every other entry about it.
    """

    root: Act
    effect: str
    versions: tuple[Act, ...]
    written: tuple[Act, ...]
    closing: Act | None
    judged: dict[MessageId, str]
    others: tuple[Act, ...]

    @property
    def newest(self) -> Act | None:
        """The version that stands; None: none has effect."""
        return self.versions[-1] if self.versions else None

    @property
    def compared(self) -> Act | None:
        """The version that collides: the first that reads as the newest but for its remarks; None: nothing stands.

        Whether it has expired is for the clock of who looks.
        """
        newest = self.newest
        if self.effect or self.closing is not None or newest is None or newest.notice is None:
            return None
        return self.versions[self.since(newest)]

    def since(self, version: Act) -> int:
        """Give the place of the first version from which on nothing but remarks changed, up to this one."""
        place = self.versions.index(version)
        while place and not _differs(self.versions[place - 1], self.versions[place]):
            place -= 1
        return place

    def reads_as_newest(self, version: MessageId) -> bool:
        """Whether who spoke of a version has spoken of what stands."""
        newest = self.newest
        if newest is None:
            return False
        return version in {each.id for each in self.versions[self.since(newest) :]}


def standing_of(rows: Sequence[Row], notice: MessageId, context: Context) -> Standing | None:
    """Judge a notice by its rows (`views.select_rows_of`); None: the notice itself is not held."""
    acts = sorted((Act.of(row, context) for row in rows), key=lambda each: each.id)
    root = next((each for each in acts if each.id == notice), None)
    if root is None:
        return None
    judged: dict[MessageId, str] = {}
    versions: list[Act] = []
    written: list[Act] = []
    closing: Act | None = None
    others: list[Act] = []
    for act in acts:
        if act.kind not in VERSIONS | CLOSINGS:
            others.append(act)
            continue
        effect = _judge(act, root, closing)
        judged[act.id] = effect
        if act.kind in VERSIONS:
            written.append(act)
        if effect in {"", ERASED}:
            if act.kind in CLOSINGS:
                closing = act
            else:
                versions.append(act)
    effect = root.effect if root.effect in BY_HEAD else "" if versions else root.effect
    return Standing(
        root=root,
        effect=effect,
        versions=tuple(versions),
        written=tuple(written),
        closing=closing,
        judged=judged,
        others=tuple(others),
    )


def names_root(act: Act, root: Act) -> bool:
    """Whether an entry is about the very notice that is held under this number."""
    return act.row["root_leaf"] in {None, root.row["leaf_hash"]}


def _judge(act: Act, root: Act, closing: Act | None) -> str:
    if act.effect and act.effect != ERASED:
        return act.effect
    if not names_root(act, root):
        return "another_entry"
    if act.party != root.party:
        return "not_author"
    return "closed" if closing is not None else act.effect


def _differs(old: Act, new: Act) -> bool:
    """Whether acknowledgements of one version do not hold for the next; of an erased one nobody can say."""
    return old.essence is None or old.essence != new.essence
