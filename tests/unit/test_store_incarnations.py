"""A new log of another party, in the store: taken up with its opening alone, by the identity key alone, once."""

import pytest
from tests.pairs import make_terms_of_three

from coupefeu.errors import PeerError, PolicyError, VerificationError
from coupefeu.keys.incarnations import build_taken_body, parse_opening_body
from coupefeu.model.instant import Moment
from coupefeu.record.incarnations import verify_two_incarnations
from coupefeu.services.agreement.facts import TakeIncarnation
from coupefeu.services.every import SERVICES
from coupefeu.store.fsck import check_record
from coupefeu.store.jobs import Act, Acted, Received
from coupefeu.store.keeper import Keeper
from coupefeu.store.reader import Reader
from coupefeu.store.rebuild import rebuild
from coupefeu.testing.author import Author
from coupefeu.testing.line import make_agreement, make_incarnation, make_line, make_text
from coupefeu.wire.agreement import parse_agreement

AGREEMENT = make_agreement()
US, RU = 0, 1
RU_2 = 3


class Held:
    """The record of US, which holds two entries of RU; and what RU writes next."""

    def __init__(self, path):
        self.path = path
        self.now_ms = 1_700_000_000_000
        self.old = Author(AGREEMENT, "ru")
        self.old.say("One.")
        self.old.say("Two.")
        self.keeper = Keeper(path, make_line(AGREEMENT, "us"), SERVICES, AGREEMENT)
        self.do(self.old.checkpoint(0, 2))

    def do(self, job):
        self.now_ms += 10_000
        (outcome,) = self.keeper.execute([job], Moment(utc_ms=self.now_ms, mono_ms=self.now_ms))
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def signed(self, **options):
        return make_incarnation(AGREEMENT, "ru", *options.pop("at", (2, self.old.root(2))), **options)

    def take(self, signed):
        return self.do(Act(command=TakeIncarnation(body=build_taken_body(signed))))

    def again(self):
        self.keeper.close()
        self.keeper = Keeper(self.path, make_line(AGREEMENT, "us"), SERVICES, AGREEMENT)

    def evidence(self):
        return self.keeper.connection.query("SELECT log, idx, what, proof FROM evidence").fetchall()

    def knows(self):
        return RU_2 in self.keeper.states


@pytest.fixture
def held(tmp_path):
    found = Held(tmp_path / "us.db")
    yield found
    found.keeper.close()


def opened(signed, keys="", incarnation=2):
    author = Author(AGREEMENT, "ru", incarnation, keys)
    author.open(signed)
    author.say("Anew.")
    return author


def test_its_opening_takes_up_a_log_and_its_receipts_follow(held):
    received = held.do(opened(held.signed()).checkpoint(0, 2))
    assert isinstance(received, Received)
    assert [each.index for each in received.recorded] == [0, 1]
    assert [(item.log, item.size) for item in received.receipts] == [(RU_2, 2)]
    held.again()
    assert held.keeper.states[RU_2].size == 2
    assert held.keeper.states[RU].closed_at == 2


def test_a_log_that_nobody_opened_is_refused(held):
    author = opened(held.signed())
    with pytest.raises(PeerError):
        held.do(author.checkpoint(0, 2, left_out={0}))
    with pytest.raises(PeerError):
        held.do(author.run(1, 2))
    assert not held.knows()


@pytest.mark.parametrize(
    ("options", "batch"),
    [
        ({"signer": "us"}, {}),
        ({"incarnation": 3}, {"incarnation": 3}),
        ({"keys": "other"}, {}),
    ],
    ids=["another identity", "a number that skips", "the log signed by another key"],
)
def test_an_opening_that_does_not_hold_leaves_no_trace(held, options, batch):
    author = opened(held.signed(**options), **batch)
    with pytest.raises((PeerError, VerificationError)):
        held.do(author.checkpoint(0, 2))
    held.again()
    assert not held.knows()
    assert held.keeper.connection.query("SELECT log FROM logs ORDER BY log").fetchall() == [(US,), (RU,)]
    assert held.do(opened(held.signed()).checkpoint(0, 2)).recorded, "the true one is taken up after it"


@pytest.mark.parametrize("at", [(2, bytes(32)), (3, bytes(32)), (1, bytes(32))])
def test_one_that_cites_a_checkpoint_that_never_was_is_not_taken_up(held, at):
    signed = held.signed(at=at)
    with pytest.raises(VerificationError, match="never agreed"):
        held.do(opened(signed).checkpoint(0, 2))
    with pytest.raises(VerificationError, match="never agreed"):
        held.take(signed)
    assert not held.knows()


def test_one_that_is_sent_again_changes_nothing(held):
    author = opened(held.signed())
    held.do(author.checkpoint(0, 2))
    again = held.do(author.checkpoint(0, 2))
    assert (again.recorded, again.evidence, again.held.complete) == ((), (), 2)


def test_a_second_opening_of_one_number_is_kept_as_proof_and_the_first_stands(held):
    held.do(opened(held.signed()).checkpoint(0, 2))
    second = held.signed(keys="other")
    received = held.do(opened(second, keys="other").checkpoint(0, 2))
    assert received.evidence == ("incarnation-and-incarnation at 0",)
    ((log, index, what, proof),) = held.evidence()
    assert (log, index, what) == (RU_2, 0, "incarnation-and-incarnation")
    shown = verify_two_incarnations(proof, AGREEMENT)
    assert shown.second.log_key == second.statement.log_key
    assert held.keeper.line.author(RU_2).log_key.key == shown.first.log_key
    other = opened(second, keys="other")
    other.say("More.")
    with pytest.raises(VerificationError):
        held.do(other.checkpoint(2, 3))


def test_one_by_file_opens_the_log_before_any_of_its_entries_has_come(held):
    signed = held.signed()
    outcome = held.take(signed)
    assert isinstance(outcome, Acted)
    assert parse_opening_body(outcome.entries[0].recorded.body).signed == signed
    held.again()
    assert held.keeper.states[RU_2].size == 0
    author = opened(signed)
    assert held.do(author.run(1, 2)).recorded, "what overtakes its entry 0 is taken too"
    assert held.do(author.checkpoint(0, 2)).held.complete == 2
    with pytest.raises(PolicyError, match="on the record"):
        held.take(signed)


def test_two_by_file_are_both_on_the_record_and_the_first_stands(held):
    first, second = held.signed(), held.signed(keys="other")
    held.take(first)
    held.take(second)
    assert [(log, what) for log, _, what, _ in held.evidence()] == [(RU_2, "incarnation-and-incarnation")]
    held.again()
    assert held.keeper.line.author(RU_2).log_key.key == first.statement.log_key


def test_what_the_old_key_signs_beyond_the_size_that_was_cited_is_void(held):
    held.do(opened(held.signed()).checkpoint(0, 2))
    held.old.say("Three, too late.")
    for late in (held.old.checkpoint(2, 3), held.old.run(2, 3)):
        with pytest.raises(VerificationError, match="is void"):
            held.do(late)
    assert held.keeper.states[RU].size == 2
    assert held.do(held.old.checkpoint(0, 2)).held.complete == 2, "what was agreed is acknowledged as before"


def test_views_made_anew_are_the_same_rows(held):
    held.take(held.signed())
    held.do(opened(held.signed()).checkpoint(0, 2))

    def rows():
        query = held.keeper.connection.query
        return [
            query(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
            for table in ("messages", "agreement_entries")
        ]

    before = rows()
    rebuild(held.keeper.connection, held.keeper.line, SERVICES, AGREEMENT)
    assert rows() == before


def test_fsck_knows_every_log_of_a_party_and_both_kinds_of_proof(held):
    held.do(opened(held.signed()).checkpoint(0, 2))
    held.do(opened(held.signed(keys="other"), keys="other").checkpoint(0, 2))
    line = held.keeper.line
    report = check_record(held.path, line.parties, line.our_log, running=True, agreement=AGREEMENT)
    assert (report.findings, report.evidence, len(report.logs)) == ((), 1, 3)


def test_among_three_parties_every_holder_takes_up_the_same_log_under_the_same_number(tmp_path):
    text = make_text(make_terms_of_three())
    agreement = parse_agreement(text)
    old = Author(agreement, "ru")
    old.say("One.")
    old.say("Two.")
    signed = make_incarnation(agreement, "ru", 2, old.root(2))
    new = Author(agreement, "ru", 2)
    new.open(signed, text)
    assert new.log == RU + 3
    for name, held in (("us", 2), ("fr", 1)):  # FR was shown less of the old log, and cannot tell
        line = make_line(agreement, name)
        keeper = Keeper(tmp_path / f"{name}.db", line, SERVICES, agreement)
        moment = Moment(utc_ms=1_700_000_000_000, mono_ms=0)
        outcomes = keeper.execute([old.checkpoint(0, held), new.checkpoint(0, 1)], moment)
        assert [type(each) for each in outcomes] == [Received, Received]
        assert (keeper.states[RU].closed_at, keeper.states[new.log].size) == (2, 1)
        assert [item.log for item in outcomes[1].receipts] == [new.log]
        (late,) = keeper.execute([old.checkpoint(0, 2)], moment)
        assert late.held.complete == 2, "up to the size cited the old log is taken from whoever has it"
        keeper.close()


def test_the_author_is_no_holder_of_its_own_later_log(tmp_path):
    """The position of an author is not the number of its log, once it has opened another one."""
    held = Held(tmp_path / "us.db")
    held.take(held.signed())
    for holder, size in ((US, 1), (RU, 2)):
        row = (RU_2, size, bytes(32), bytes(64))
        held.keeper.connection.query(
            "INSERT INTO checkpoints (log, size, root, signature) VALUES (?, ?, ?, ?)", row
        )
        held.keeper.connection.query(
            "INSERT INTO cosignatures (log, size, holder, time_s, signature, arrived_ms) VALUES (?, ?, ?, 1, ?, 1)",
            (RU_2, size, holder, bytes(64)),
        )
    with Reader(held.path, running=True) as reader:
        assert reader.cosigned_sizes(RU_2) == {US: 1}
        assert reader.newest_cosigned(RU_2).size == 1
        assert reader.cosigned_sizes(RU) == {US: 2}
