"""A draft shows the record of one moment, whatever is erased while it is made."""

import sqlite3
from contextlib import closing

from tests.communiques import wide_wish

from coupefeu.node.communique import issuing
from coupefeu.store.reader import Reader
from coupefeu.wire.communique import AttachmentItem


def test_what_is_erased_between_choosing_and_gathering_is_drafted_as_it_was_chosen(played_line, monkeypatch):
    folder, number = played_line.folder(), played_line.attached
    gather = issuing.gather

    def erase_first(*arguments):
        writer.execute("UPDATE entries SET seed = NULL, body = NULL WHERE log = ? AND idx = ?", number)
        writer.execute("DELETE FROM attachments WHERE log = ? AND idx = ?", number)
        writer.commit()
        return gather(*arguments)

    monkeypatch.setattr(issuing, "gather", erase_first)
    with closing(sqlite3.connect(folder.record_path)) as writer:
        writer.execute("SELECT count(*) FROM entries").fetchone()
        with Reader(folder.record_path, running=True) as reader:
            drafted = issuing.draft_communique(folder, reader, wide_wish(played_line))
            assert reader.attachment(*number, 1) is None, "erased by now, and seen by the next who reads"
    assert sum(isinstance(item, AttachmentItem) for item in drafted.items) == 1
