"""What was seen before, in the file and on the record: by the id that it was given with, and by what it says."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from coupefeu.model.messages import format_number
from coupefeu.node.importing.judging import content_key, given_id
from coupefeu.services.notices.facts import NoticeFact, read_notice
from coupefeu.services.notices.versions import select_versions
from coupefeu.store.reader import Reader

_TOGETHER: Final = 2_000
"""So many are read with one select."""


@dataclass(frozen=True, slots=True)
class SeenAs:
    """Where the same was seen. `is_changed`: the id is the same, and it says something else."""

    where: str
    is_changed: bool


class Known:
    """Notices that were seen; two that say the same are one, and one id has one content."""

    def __init__(self) -> None:
        self._by_content: dict[bytes, str] = {}
        self._by_id: dict[str, tuple[bytes, str]] = {}

    def find(self, fact: NoticeFact) -> SeenAs | None:
        """Find where it was seen; None: it is new."""
        key, id_ = _digest(fact), given_id(fact)
        if key in self._by_content:
            return SeenAs(self._by_content[key], is_changed=False)
        if id_ and id_ in self._by_id:
            return SeenAs(self._by_id[id_][1], is_changed=True)
        return None

    def add(self, fact: NoticeFact, where: str) -> None:
        """Remember a notice: `where` is its number on the record (US/14), or its line in the file."""
        key, id_ = _digest(fact), given_id(fact)
        self._by_content.setdefault(key, where)
        if id_:
            self._by_id.setdefault(id_, (key, where))


def _digest(fact: NoticeFact) -> bytes:
    return sha256(content_key(fact)).digest()


def read_known(reader: Reader, parties: tuple[str, ...]) -> Known:
    """Take all that open notices of ours say and have said: what was amended since is known by its former words too."""
    known, after = Known(), -1
    while True:
        statement = select_versions(after, _TOGETHER, ours=True)
        rows = reader.view(statement.executable, statement.parameters)
        for row in rows:
            fact, _ = read_notice(row["kind"], row["body"])
            if fact is not None:
                known.add(fact, format_number((row["root_log"], row["root_idx"]), parties))
        if len(rows) < _TOGETHER:
            return known
        after = rows[-1]["arrival"]
