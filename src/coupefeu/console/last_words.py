"""The last word from each party: the last entry of its machines, and the last of its people, kept apart."""

from typing import Final

from coupefeu.console.values import LastWordValues
from coupefeu.errors import PeerError
from coupefeu.model.entry import Author, Head, author_of
from coupefeu.model.logs import party_of, position_of
from coupefeu.model.messages import MessageId, format_number
from coupefeu.node.values import kind_name
from coupefeu.services.messages.display import show_line
from coupefeu.store.reader import Reader
from coupefeu.wire.head import decode_head

LOOK_BACK_ENTRIES: Final = 10_000
PAGE: Final = 500


class LastWords:
    """Two words a party; a later one takes the place of an earlier one."""

    def __init__(self, parties: tuple[str, ...]) -> None:
        self._parties = parties
        self._words: dict[tuple[int, bool], LastWordValues] = {}

    def hear(self, entry: MessageId, head: Head | None, arrived_ms: int) -> None:
        """Take an entry that has just come."""
        word = self._word(entry, head, arrived_ms)
        if word is not None:
            self._words[self._key(entry, word)] = word

    def fill(self, reader: Reader) -> None:
        """Find what was not heard since the start among the last entries of the record; call it from any thread."""
        before, looked_at = 1 << 62, 0
        while len(self._words) < 2 * len(self._parties) and looked_at < LOOK_BACK_ENTRIES:
            rows = reader.arrivals(before, PAGE)
            for row in rows:
                self._fill((row["log"], row["idx"]), row["head"], row["arrived_ms"])
            if len(rows) < PAGE:
                return
            before, looked_at = rows[-1]["arrival"], looked_at + PAGE

    def _fill(self, entry: MessageId, head: bytes | None, arrived_ms: int) -> None:
        try:
            word = self._word(entry, None if head is None else decode_head(head), arrived_ms)
        except PeerError:
            return
        if word is not None:
            self._words.setdefault(self._key(entry, word), word)

    def values(self) -> tuple[LastWordValues, ...]:
        """Give them by party, that of its people first."""
        return tuple(self._words[key] for key in sorted(self._words, key=lambda key: (key[0], not key[1])))

    def _key(self, entry: MessageId, word: LastWordValues) -> tuple[int, bool]:
        return position_of(entry[0], len(self._parties)), word.by_person

    def _word(self, entry: MessageId, head: Head | None, arrived_ms: int) -> LastWordValues | None:
        log = entry[0]
        author = None if head is None else author_of(head.kind)
        if head is None or author is None or not party_of(log, self._parties):
            return None
        return LastWordValues(
            party=party_of(log, self._parties),
            number=format_number(entry, self._parties),
            kind=kind_name(head.kind),
            post=show_line(head.from_post),
            arrived_ms=arrived_ms,
            by_person=author is Author.PERSON,
        )
