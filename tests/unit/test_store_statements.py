"""The driver keeps what it has prepared: two statements in turns are prepared once, however many came before."""

import pytest

from coupefeu.store.sqlite import open_for_reading, open_for_writing


@pytest.fixture(params=["writing", "reading"])
def connection(request, tmp_path):
    opened = open_for_writing(tmp_path / "record.db")
    if request.param == "writing":
        yield opened
        opened.close()
        return
    opened.query("CREATE TABLE one (number INTEGER)")
    reading = open_for_reading(tmp_path / "record.db", running=True)
    yield reading
    reading.close()
    opened.close()


def test_statements_in_turns_are_prepared_once(connection):
    for number in range(300):
        connection.query(f"SELECT {number}").fetchall()
    prepared = []
    connection.raw.set_authorizer(lambda *what: prepared.append(what) or 0)
    counts = []
    for _ in range(10):
        for text in ("SELECT 'one'", "SELECT 'another'"):
            connection.query(text).fetchall()
        counts.append(len(prepared))
    assert counts[0] > 0
    assert set(counts) == {counts[0]}, "asked for once, when each was prepared"
