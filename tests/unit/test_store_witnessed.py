"""Co-signatures of witnesses on the record: only of heads that it holds, and what was said last of each log."""

from dataclasses import replace

import pytest
from tests.stores import do, moment, open_keeper

from coupefeu.errors import VerificationError
from coupefeu.keys.notes import CosignSigner
from coupefeu.model.messages import Content, Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.record.witnessed import WitnessLine
from coupefeu.services.messages.commands import Say
from coupefeu.store.jobs import Act, KeepWitnessed
from coupefeu.store.witnessed import read_last_words, read_witness_keys, read_witnessed
from coupefeu.wire.checkpoint import Checkpoint

ONE, TWO = (CosignSigner(f"witness/{number}", bytes([number] * 32)) for number in (1, 2))


@pytest.fixture
def keeper(tmp_path):
    keeper = open_keeper(tmp_path / "record.db")
    for number in range(3):
        content = Content(form=Form.FREE_TEXT, subject=Subject.SAFETY, text=f"{number}")
        said = Say(content=content, from_post="us.duty", precedence=Precedence.ROUTINE, language="en")
        do(keeper, Act(command=said))
    yield keeper
    keeper.close()


def kept(keeper, signer, time_s, witness="neutral"):
    size, root = keeper.marks()[0]
    text = Checkpoint(keeper.line.us.origin, size, root).text()
    line = WitnessLine(key=signer.vkey, time_s=time_s, signature=signer.cosign_raw(text, time_s))
    return KeepWitnessed(log=0, size=size, root=root, signature=bytes(64), witness=witness, lines=(line,))


@pytest.mark.parametrize("wrong", [{"root": bytes(32)}, {"size": 2}, {"size": 4}])
def test_a_head_that_the_record_does_not_hold_is_refused(keeper, wrong):
    with pytest.raises(VerificationError, match=r"store\.witnessed\.other_root"):
        do(keeper, replace(kept(keeper, ONE, 5), **wrong))
    assert not read_last_words(keeper.connection)


def test_of_each_key_the_newest_word_is_read_and_of_each_witness_the_last(keeper):
    do(keeper, kept(keeper, ONE, 5), at=1)
    do(keeper, kept(keeper, ONE, 6), at=2)
    do(keeper, kept(keeper, TWO, 4, witness="other"), at=3)
    lines = read_witnessed(keeper.connection, 0, 3)
    assert {(each.witness, each.time_s) for each in lines} == {("neutral", 6), ("other", 4)}
    words = {each.witness: each for each in read_last_words(keeper.connection)}
    assert (words["neutral"].time_s, words["neutral"].arrived_ms) == (6, moment(2).utc_ms)
    assert read_witness_keys(keeper.connection)[ONE.vkey.name, ONE.vkey.key_id] == ("neutral", ONE.vkey)


def test_the_same_word_again_is_one_row(keeper):
    for at in (1, 2, 3):
        do(keeper, kept(keeper, ONE, 5), at=at)
    ((count,),) = keeper.connection.query("SELECT count(*) FROM witnessed")
    assert count == 1
