"""What our own officers and our own node may do about a call, in which state, and what refuses them."""

import pytest
from tests.calls_book import RU, US, Book, Logs

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.calls import CallRole, DeclineReason, LostCause, Media, MediaPath, Outcome
from coupefeu.model.entry import MACHINE_KINDS, Kind, is_erasable
from coupefeu.model.precedence import Precedence
from coupefeu.services.calls.commands import (
    MACHINE_COMMANDS,
    OFFICER_COMMANDS,
    AnswerCall,
    DeclineCall,
    DeferCall,
    GiveUp,
    HangUp,
    JoinCall,
    LoseCall,
    MediaConnected,
    PlaceCall,
    Ring,
    Unreached,
    WithdrawCall,
)
from coupefeu.services.calls.facts import KINDS, read_call
from coupefeu.services.calls.rules import decide, needs
from coupefeu.services.calls.transitions import SIDES, TRANSITIONS

KEY = bytes(32)
PLACED, RINGING, TALKING, OVER, NOWHERE = "placed", "ringing", "talking", "over", "nowhere"


def record(state, caller=US):
    """Give our record with one call in a state, of ours or of theirs; we are US."""
    logs, called = Logs(), 1 - caller
    to_posts = ("us.chief" if caller == US else "ru.duty",) if state == NOWHERE else None
    call = logs.write(caller, Kind.CALL_PLACED, to_posts=to_posts)
    if state == RINGING:
        logs.write(called, Kind.CALL_RINGING, call)
    if state in {TALKING, OVER}:
        logs.write(called, Kind.CALL_ANSWERED, call)
    if state == OVER:
        logs.write(called, Kind.CALL_ENDED, call)
    book = Book(US)
    for entry in logs.entries:
        book.store(entry)
    return book, call.place


def do(book, command):
    return decide(command, [book.rows(each) for each in needs(command)], book.context)


def refused(book, command):
    with pytest.raises((PolicyError, UsageError)) as caught:
        do(book, command)
    assert caught.value.hint
    return caught.value.code.removeprefix("services.calls.")


def place(**fields):
    return PlaceCall(**({"from_post": "us.duty", "to_post": "ru.duty"} | fields))


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"from_post": "ru.duty"}, "foreign_post"),
        ({"to_post": "us.chief"}, "own_post"),
        ({"to_post": "ru.nobody"}, "model.agreement.no_post"),
        ({"precedence": Precedence.ROUTINE}, "precedence"),
        ({"media": Media.VOICE}, "missing_fingerprint"),
        ({"fingerprint": KEY}, "unexpected_fingerprint"),
        ({"officer": "x" * 81}, "long_officer"),
        ({"words": "x" * 281}, "long_words"),
        ({"words": "turn \u202e round"}, "unprintable_words"),
    ],
)
def test_a_call_that_breaks_its_form_is_not_placed(fields, code):
    assert refused(Book(US), place(**fields)) == code


def test_a_call_goes_to_one_post_with_its_words_in_an_entry_of_their_own():
    call, words = do(
        Book(US), place(media=Media.VOICE, fingerprint=KEY, words=" Whose are they? ", officer="2nd watch")
    )
    assert (call.kind, call.to_posts, call.precedence) == (
        Kind.CALL_PLACED,
        ("ru.duty",),
        Precedence.IMMEDIATE,
    )
    assert read_call(call.kind, call.body)[0].fingerprint == KEY
    assert (words.kind, words.follows, words.to_posts) == (Kind.CALL_WORDS, True, ("ru.duty",))
    assert read_call(words.kind, words.body)[0].words == "Whose are they?"
    assert b"Whose" not in call.body
    assert len(do(Book(US), place(words="  "))) == 1


def acts(call):
    """Give every act about a call, by who may do it."""
    return {
        "called": [
            AnswerCall(call=call, from_post="us.duty"),
            DeclineCall(call=call, from_post="us.duty", reason=DeclineReason.NOT_NOW),
            DeferCall(call=call, from_post="us.duty", to_post="us.chief"),
            Ring(call=call, rung=0, posts=("us.duty",)),
            GiveUp(calls=(call,), outcome=Outcome.BUSY),
        ],
        "caller": [
            WithdrawCall(call=call, from_post="us.duty"),
            Unreached(call=call, outcome=Outcome.LINE_DOWN),
        ],
        "either": [
            HangUp(call=call, from_post="us.duty", duration_ms=1),
            JoinCall(call=call, from_post="us.duty", role=CallRole.ADVISER, name="adviser"),
            LoseCall(call=call, cause=LostCause.RESTART),
            MediaConnected(call=call, path=MediaPath.RELAY),
        ],
    }


@pytest.mark.parametrize("caller", [US, RU])
@pytest.mark.parametrize("state", [PLACED, RINGING, TALKING, OVER, NOWHERE])
def test_every_act_is_possible_where_the_table_says_and_refused_with_the_reason_elsewhere(state, caller):
    book, call = record(state, caller)
    for who, commands in acts(call).items():
        for command in commands:
            is_open = state in {PLACED, RINGING}
            if state == NOWHERE:
                expected = "call_without_effect"
            elif who == "called" and caller == US:
                expected = "own_call"
            elif who == "caller" and caller == RU:
                expected = "not_our_call"
            elif who == "either":
                expected = {
                    PLACED: "not_in_call",
                    RINGING: "not_in_call",
                    TALKING: "",
                    OVER: "already_ended",
                }[state]
            else:
                expected = "" if is_open else "already_answered" if state == TALKING else "already_ended"
            if expected:
                assert refused(book, command) == expected, (state, caller, command)
            else:
                (draft,) = do(book, command)
                assert draft.references[0] == call


def test_who_calls_says_what_it_had_seen_of_the_other_side():
    book, call = record(TALKING)
    (draft,) = do(book, HangUp(call=call, from_post="us.duty", duration_ms=3))
    assert draft.references == (call, (RU, 0))
    theirs, called = record(TALKING, caller=RU)
    (draft,) = do(theirs, HangUp(call=called, from_post="us.duty", duration_ms=3))
    assert draft.references == (called,)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (lambda call: AnswerCall(call=call, from_post="ru.duty"), "foreign_post"),
        (lambda call: AnswerCall(call=call, from_post="us.duty", media=Media.VIDEO), "missing_fingerprint"),
        (lambda call: DeferCall(call=call, from_post="us.duty"), "deferred_nowhere"),
        (lambda call: DeferCall(call=call, from_post="us.duty", to_post="ru.chief"), "foreign_post"),
        (lambda call: DeferCall(call=call, from_post="us.duty", to_ms=0), "past_time"),
        (lambda call: Ring(call=call, rung=0, posts=("ru.duty",)), "foreign_post"),
        (lambda call: Ring(call=call, rung=0, posts=("us.duty",), staffed=("us.chief",)), "staffed_not_rung"),
        (lambda call: GiveUp(calls=(call,), outcome=Outcome.ANSWERED), "bad_outcome"),
        (lambda _: GiveUp(calls=(), outcome=Outcome.BUSY), "many_calls"),
        (lambda _: AnswerCall(call=(RU, 7), from_post="us.duty"), "unknown_call"),
        (lambda _: AnswerCall(call=(US, 0), from_post="us.duty"), "unknown_call"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_to_do(command, code):
    book, call = record(PLACED, caller=RU)
    assert refused(book, command(call)) == code


def test_one_entry_gives_up_sixty_four_calls_of_one_party_and_no_more():
    logs = Logs()
    calls = [logs.write(RU, Kind.CALL_PLACED) for _ in range(65)]
    book = Book(US)
    for entry in logs.entries:
        book.store(entry)
    places = tuple(each.place for each in calls)
    (draft,) = do(book, GiveUp(calls=places[:64], outcome=Outcome.NO_ANSWER))
    assert (draft.references, draft.from_post, draft.to_posts) == (places[:64], "us.duty", ("ru.duty",))
    assert refused(book, GiveUp(calls=places, outcome=Outcome.NO_ANSWER)) == "many_calls"


def test_every_kind_is_written_by_whom_the_page_says_and_words_alone_can_be_erased():
    machine = {
        Kind.CALL_RINGING,
        Kind.CALL_UNANSWERED,
        Kind.CALL_UNREACHED,
        Kind.CALL_LOST,
        Kind.CALL_CONNECTED,
    }
    assert {kind for kind in KINDS if kind in MACHINE_KINDS} == machine
    assert {kind for kind in KINDS if is_erasable(kind)} == {Kind.CALL_WORDS}
    assert set(SIDES) == KINDS - {Kind.CALL_WORDS}
    assert {kind for _, kind in TRANSITIONS} == set(SIDES) - {Kind.CALL_PLACED}
    assert not set(OFFICER_COMMANDS) & set(MACHINE_COMMANDS)
