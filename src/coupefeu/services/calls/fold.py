"""An attempt as its readers see it, folded from what stands of it on both logs by the one table of transitions.

    rows of both logs -> judged one by one -> merged into one order -> walked through TRANSITIONS -> CallView

Nothing here looks at an order of arrival or at a clock, so both records give the same outcome and the same steps.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from coupefeu.model.calls import CallState, Media, Outcome
from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId, format_number
from coupefeu.model.precedence import Precedence
from coupefeu.services.base import Context
from coupefeu.services.calls.facts import CallFact, read_call
from coupefeu.services.calls.order import merge, place_of, seen_by
from coupefeu.services.calls.rows import NOWHERE, Row
from coupefeu.services.calls.status import CallStep, CallView
from coupefeu.services.calls.transitions import SIDES, TRANSITIONS, Side

_ENDINGS: Final = frozenset({Kind.CALL_ENDED, Kind.CALL_LOST})
_BEFORE_ANSWER: Final = frozenset({CallState.PLACED, CallState.RINGING})


def fold(call: Row, steps: Iterable[Row], context: Context) -> CallView:
    """Give one attempt from its row of `calls` and its rows of `call_steps`, in any order."""
    ordered = sorted(steps, key=place_of)
    judged = [(row, _judge(row, call)) for row in ordered if row["kind"] != Kind.CALL_WORDS]
    words = _words_by_entry(ordered, call)
    may = [row for row, effect in judged if not effect]
    walked = tuple(_walk(call, may, words, context))
    refused = [_step(row, effect, CallState.PLACED, words, context) for row, effect in judged if effect]
    refused += [
        _step(row, effect, CallState.PLACED, {}, context) for row, effect in _refused_words(ordered, call)
    ]
    return _view(call, walked, tuple(refused), words, context)


# --- judging one by one -------------------------------------------------------------------------------------


def _judge(step: Row, call: Row) -> str:
    """Name why an entry cannot be about this call at all ("" when it can)."""
    if step["effect"]:
        return str(step["effect"])
    if step["call_leaf"] is not None and step["call_leaf"] != call["leaf_hash"]:
        return "another_entry"
    if call["effect"]:
        return "call_without_effect"
    allowed = {Side.CALLER: (call["party"],), Side.CALLED: (call["to_party"],)}
    side = SIDES.get(step["kind"], Side.EITHER)
    parties = allowed.get(side, (call["party"], call["to_party"]))
    return "" if step["party"] in parties else "not_theirs"


def _words_by_entry(steps: Iterable[Row], call: Row) -> Mapping[MessageId, Row]:
    """Give the words that stand beside each entry: the first that its own author wrote."""
    authors = {place_of(each): each["party"] for each in steps} | {place_of(call): call["party"]}
    found: dict[MessageId, Row] = {}
    for row in steps:
        about = (row["about_log"], row["about_idx"])
        if row["kind"] == Kind.CALL_WORDS and not row["effect"] and authors.get(about) == row["party"]:
            found.setdefault(about, row)
    return found


def _refused_words(steps: Iterable[Row], call: Row) -> Iterator[tuple[Row, str]]:
    kept = {place_of(row) for row in _words_by_entry(list(steps), call).values()}
    for row in steps:
        if row["kind"] == Kind.CALL_WORDS and place_of(row) not in kept:
            yield row, row["effect"] or "words_beside_nothing"


# --- walking --------------------------------------------------------------------------------------------------


def _walk(
    call: Row, steps: Sequence[Row], words: Mapping[MessageId, Row], context: Context
) -> Iterator[CallStep]:
    caller = [row for row in steps if row["party"] == call["party"]]
    called = [row for row in steps if row["party"] != call["party"]]
    state, decided = CallState.PLACED, None
    shown: dict[str, MessageId] = {}
    for row in merge(caller, called):
        shown[row["party"]] = max(seen_by(row), shown.get(row["party"], NOWHERE))
        following = TRANSITIONS.get((state, Kind(row["kind"])))
        if following is None:
            yield _step(row, _why_not(row, state, decided, shown), state, words, context)
            continue
        decided = row if following is not state and following is not CallState.RINGING else decided
        state = following
        yield _step(row, "", state, words, context)


def _why_not(row: Row, state: CallState, decided: Row | None, shown: Mapping[str, MessageId]) -> str:
    """Say why nothing follows: too early, too late, or it crossed what the other side had decided.

    `shown`: of each party the newest entry of the other that it had seen, by what it wrote up to here.
    """
    if decided is None:
        return "not_in_call"
    if row["party"] != decided["party"] and shown[row["party"]] < place_of(decided):
        return "crossed"
    return "already_ended" if state is CallState.ENDED else "already_answered"


def _step(
    row: Row, effect: str, state: CallState, words: Mapping[MessageId, Row], context: Context
) -> CallStep:
    fact, _ = read_call(row["kind"], row["body"])
    beside = words.get(place_of(row))
    return CallStep(
        id=place_of(row),
        number=format_number(place_of(row), context.parties),
        kind=Kind(row["kind"]),
        party=row["party"],
        ours=bool(row["ours"]),
        post=row["post"],
        fact=fact,
        outcome=None if row["outcome"] is None else Outcome(row["outcome"]),
        written_ms=row["claimed_ms"],
        arrived_ms=row["arrived_ms"],
        effect=effect,
        state=state,
        words=_said_beside(beside),
        words_erased=beside is not None and beside["erased"] is not None,
    )


def _said_beside(words: Row | None) -> str:
    return "" if words is None else read_call(Kind.CALL_WORDS, words["body"])[0].words


# --- the view -------------------------------------------------------------------------------------------------


def _view(
    call: Row,
    walked: tuple[CallStep, ...],
    refused: tuple[CallStep, ...],
    words: Mapping[MessageId, Row],
    context: Context,
) -> CallView:
    steps = tuple(each for each in walked if not each.effect)
    without = (*(each for each in walked if each.effect), *refused)
    outcome = next((each for each in steps if each.outcome is not None), None)
    fact = CallFact() if call["effect"] else read_call(Kind.CALL_PLACED, call["body"])[0]
    beside = words.get(place_of(call))
    is_arranged = call["arrangement_log"] is not None
    return CallView(
        id=place_of(call),
        number=format_number(place_of(call), context.parties),
        ours=bool(call["ours"]),
        from_post=call["post"],
        to_post=call["to_post"],
        party=call["to_party"] if call["ours"] else call["party"],
        precedence=Precedence(call["precedence"]),
        agreement_version=call["agreement_version"],
        media=Media.TEXT if fact.media is None else fact.media,
        officer=fact.officer,
        words=_said_beside(beside),
        placed_ms=call["claimed_ms"],
        arrived_ms=call["arrived_ms"],
        on_their_record_ms=None,
        state=steps[-1].state if steps else CallState.PLACED,
        outcome=None if outcome is None else outcome.outcome,
        outcome_step=outcome,
        rung_posts=tuple(
            dict.fromkeys(
                post for each in steps if each.kind == Kind.CALL_RINGING for post in each.fact.posts
            )
        ),
        fingerprints=_fingerprints(bool(call["ours"]), fact, outcome),
        duration_ms=next((each.fact.duration_ms for each in steps if each.kind in _ENDINGS), None),
        steps=steps,
        without_effect=without,
        crossed=next(
            (each for each in without if each.effect == "crossed" and each.outcome is not None), None
        ),
        arrangement=(call["arrangement_log"], call["arrangement_idx"]) if is_arranged else None,
        effect=call["effect"],
        words_erased=beside is not None and beside["erased"] is not None,
    )


def _fingerprints(
    ours: bool,
    placed: CallFact,
    outcome: CallStep | None,
) -> tuple[bytes | None, bytes | None]:
    answered = None if outcome is None else outcome.fact.fingerprint
    return (placed.fingerprint, answered) if ours else (answered, placed.fingerprint)
