"""Arranged calls: what may be said, what has no effect and why, and what each act makes of an arrangement."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.stores import AGREEMENT, do, moment, open_keeper, view_rows

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.agreement import RecordMode
from coupefeu.model.calls import Media
from coupefeu.model.entry import Head, Kind, Reference, Seen, is_erasable
from coupefeu.model.precedence import Precedence
from coupefeu.node.commands import decode_command, encode_command
from coupefeu.services.arranged import ArrangedService
from coupefeu.services.arranged.commands import (
    AgreeToCall,
    CounterProposal,
    DelegateCall,
    ProposeCall,
    RefuseCall,
    WithdrawProposal,
)
from coupefeu.services.arranged.facts import (
    KINDS,
    ArrangeFact,
    RefusalReason,
    Window,
    encode_arranged,
    read_arranged,
)
from coupefeu.services.arranged.fold import fold
from coupefeu.services.arranged.table import ArrangeState
from coupefeu.services.arranged.views import MAX_STEPS, select_proposal, select_root_of, select_steps
from coupefeu.services.base import Context
from coupefeu.services.every import SERVICES
from coupefeu.services.messages.commands import SendLineTest
from coupefeu.store.jobs import Act
from coupefeu.store.rebuild import rebuild
from coupefeu.testing.author import Author
from coupefeu.testing.clock import START_UTC_MS
from coupefeu.words import LANGUAGES, has, say

HOUR_MS = 3_600_000
SECRETARY, CHIEF, MINISTER = "us.secretary", "us.chief", "ru.minister"


def window(hours, length=1):
    start_ms = START_UTC_MS + int(hours * HOUR_MS)
    return Window(start_ms=start_ms, end_ms=start_ms + int(length * HOUR_MS))


TABLE = (window(24), window(48))


class Line:
    """Our record, and RU as an author of whatever it likes."""

    def __init__(self, path):
        self.keeper = open_keeper(path)
        self.ru = Author(AGREEMENT, "ru")
        self.at = 0

    def act(self, command):
        self.at += 1
        (stored,) = do(self.keeper, Act(command=command), at=self.at).entries
        return stored.recorded.log, stored.recorded.index

    def propose(self, windows=TABLE, **stated):
        return self.act(ProposeCall(from_post=SECRETARY, to_post=MINISTER, windows=windows, **stated))

    def hear(self, kind, fact, *about, post=MINISTER, to=(SECRETARY,), seen=None, body=None, leaf=None):
        """Have RU write an entry and take it; `seen`: how much of our log it held, all of it if not said."""
        self.at += 1
        ours = self.keeper.states[0]
        size = ours.size if seen is None else seen
        held = (Seen(log=0, size=size, root=ours.frontier.root() if size == ours.size else bytes(32)),)
        fields = {name: getattr(self.ru.head(kind), name) for name in Head.__dataclass_fields__}
        changed = {
            "from_post": post, "to_posts": to, "references": tuple(self.reference(*each, leaf=leaf) for each in about),
            "seen": held if size else (),
        }  # fmt: skip
        start = self.ru.size
        self.ru.write(Head(**(fields | changed)), encode_arranged(fact) if body is None else body)
        do(self.keeper, self.ru.checkpoint(start, self.ru.size), at=self.at)
        return self.ru.log, start

    def reference(self, log, index, leaf=None):
        rows = self.keeper.connection.query(
            "SELECT leaf_hash FROM arranged WHERE log = ? AND idx = ?", (log, index)
        )
        ((known,),) = rows.fetchall() or (((b"\x01" * 32),),)
        return Reference(log=log, index=index, leaf_hash=leaf or known)

    def context(self, seconds=None, agreement=AGREEMENT):
        at = self.at if seconds is None else seconds
        now = moment(at)
        return Context(
            now=now, our_log=0, parties=agreement.party_ids, agreement=agreement, agreement_version=1
        )

    def rows(self, statement):
        return self.keeper.connection.execute(statement.executable, statement.parameters)

    def view(self, arrangement, seconds=None, agreement=AGREEMENT):
        (proposal,) = self.rows(select_proposal(arrangement))
        return fold(proposal, self.rows(select_steps(arrangement)), self.context(seconds, agreement))

    def effects(self, arrangement):
        return [each.effect for each in self.view(arrangement).steps]


@pytest.fixture
def line(tmp_path):
    return Line(tmp_path / "record.db")


def test_a_call_is_proposed_countered_and_agreed_to(line):
    proposed = line.propose(
        media=Media.VIDEO, languages=("en", "ru"), interpreter=True, words="The situation."
    )
    view = line.view(proposed)
    assert (view.number, view.state, view.ours, view.speakers) == (
        "US/0", ArrangeState.PROPOSED, True, (SECRETARY, MINISTER),
    )  # fmt: skip
    assert (view.media, view.languages, view.interpreter, view.words) == (
        Media.VIDEO, ("en", "ru"), True, "The situation.",
    )  # fmt: skip
    (offer,) = view.offers
    assert offer.windows == TABLE
    assert offer.is_awaited
    assert not offer.is_overdue
    countered = line.hear(
        Kind.ARRANGE_COUNTERED, ArrangeFact(windows=(window(72),), post="ru.chief"), proposed, proposed
    )
    view = line.view(proposed)
    assert view.state is ArrangeState.COUNTERED
    assert [each.is_awaited for each in view.offers] == [False, True]
    assert [each.answered for each in view.offers] == [True, False]
    assert view.offers[1].speakers == (SECRETARY, "ru.chief")
    agreed = line.act(AgreeToCall(arrangement=proposed, from_post=SECRETARY, window=0))
    view = line.view(proposed)
    assert view.state is ArrangeState.AGREED
    assert view.agreed is not None
    assert (view.agreed.window, view.agreed.speakers) == (window(72), (SECRETARY, "ru.chief"))
    assert not view.awaited
    assert [each.number for each in view.steps] == ["RU/0", "US/1"]
    for entry in (proposed, countered, agreed):
        (row,) = line.rows(select_root_of(entry))
        assert (row["root_log"], row["root_idx"]) == proposed


def test_either_may_still_agree_to_the_first_times_after_putting_others(line):
    proposed = line.hear(Kind.ARRANGE_PROPOSED, ArrangeFact(windows=TABLE, media=Media.VOICE))
    line.act(CounterProposal(arrangement=proposed, from_post=SECRETARY, windows=(window(72),)))
    line.act(AgreeToCall(arrangement=proposed, from_post=SECRETARY, window=1, offer=proposed))
    view = line.view(proposed)
    assert (view.state, view.agreed.window) == (ArrangeState.AGREED, TABLE[1])


def test_the_act_goes_to_the_post_that_was_named_and_refers_to_what_it_answers(line):
    proposed = line.hear(Kind.ARRANGE_PROPOSED, ArrangeFact(windows=TABLE, media=Media.VOICE))
    (stored,) = do(
        line.keeper,
        Act(command=RefuseCall(arrangement=proposed, from_post=SECRETARY, reason=RefusalReason.NOT_NOW)),
    ).entries
    head = stored.recorded.head
    assert (head.kind, head.from_post, head.to_posts) == (Kind.ARRANGE_REFUSED, SECRETARY, (MINISTER,))
    assert head.precedence is Precedence.PRIORITY
    assert [(each.log, each.index) for each in head.references] == [proposed, proposed]
    assert line.view(proposed).state is ArrangeState.REFUSED


def test_whoever_is_named_speaks_by_what_is_agreed_before_and_after(line):
    proposed = line.propose()
    line.hear(Kind.ARRANGE_DELEGATED, ArrangeFact(post="ru.chief"), proposed)
    assert line.view(proposed).speakers == (SECRETARY, "ru.chief")
    line.hear(Kind.ARRANGE_AGREED, ArrangeFact(window=0), proposed, proposed, post="ru.chief")
    view = line.view(proposed)
    assert view.agreed.speakers == (SECRETARY, "ru.chief")
    line.act(DelegateCall(arrangement=proposed, from_post="us.duty", post=CHIEF))
    view = line.view(proposed)
    assert (view.state, view.agreed.speakers) == (ArrangeState.AGREED, (CHIEF, "ru.chief"))
    line.act(WithdrawProposal(arrangement=proposed, from_post=CHIEF))
    assert line.view(proposed).state is ArrangeState.WITHDRAWN
    assert line.view(proposed).agreed is not None, "that it had been agreed stands"


HOURS = (window(72),)
OTHER = ArrangeFact(windows=HOURS)


@pytest.mark.parametrize(
    ("kind", "fact", "told", "effect"),
    [
        (Kind.ARRANGE_AGREED, ArrangeFact(window=0), {"post": "us.chief"}, "foreign_post"),
        (Kind.ARRANGE_AGREED, ArrangeFact(window=0), {"post": "ru.chief"}, "post_not_of_arrangement"),
        (Kind.ARRANGE_AGREED, ArrangeFact(window=2), {}, "no_such_window"),
        (Kind.ARRANGE_AGREED, ArrangeFact(window=0), {"offer": False}, "no_such_offer"),
        (Kind.ARRANGE_WITHDRAWN, ArrangeFact(), {}, "nothing_to_withdraw"),
        (Kind.ARRANGE_DELEGATED, ArrangeFact(post="us.chief"), {}, "foreign_delegate"),
        (Kind.ARRANGE_DELEGATED, ArrangeFact(post="ru.nobody"), {}, "no_such_post"),
        (Kind.ARRANGE_COUNTERED, replace(OTHER, post="xx.y"), {}, "no_such_post"),
        (Kind.ARRANGE_COUNTERED, OTHER, {"body": b"\xff"}, "unreadable_body"),
        (Kind.ARRANGE_REFUSED, ArrangeFact(reason=RefusalReason.REFUSED), {"leaf": b"\x07" * 32}, "another_entry"),
    ],
)  # fmt: skip
def test_an_act_of_the_other_side_that_has_no_effect_says_why_and_changes_nothing(
    line, kind, fact, told, effect
):
    proposed = line.propose()
    about = (proposed,) if told.pop("offer", True) is False else (proposed, proposed)
    line.hear(kind, fact, *about, **told)
    assert line.effects(proposed) == [effect]
    assert line.view(proposed).state is ArrangeState.PROPOSED


@pytest.mark.parametrize(
    ("post", "to", "effect"),
    [
        ("us.secretary", ("us.chief",), "foreign_post"),
        (MINISTER, ("us.chief",), "not_counterparts"),
        (MINISTER, ("us.secretary", "us.chief"), "not_one_counterpart"),
        (MINISTER, (), "not_one_counterpart"),
        (MINISTER, ("ru.chief",), "not_one_counterpart"),
        ("ru.duty", ("us.duty",), "duty_desk"),
    ],
)
def test_a_proposal_that_has_no_effect_says_why_and_nothing_can_be_agreed_by_it(line, post, to, effect):
    proposed = line.hear(
        Kind.ARRANGE_PROPOSED, ArrangeFact(windows=TABLE, media=Media.TEXT), post=post, to=to
    )
    assert line.view(proposed).effect == effect
    line.hear(Kind.ARRANGE_WITHDRAWN, ArrangeFact(), proposed)
    assert line.effects(proposed) == ["no_arrangement"]
    with pytest.raises(PolicyError) as refused:
        line.act(AgreeToCall(arrangement=proposed, from_post=SECRETARY, window=0))
    assert refused.value.code == f"services.arranged.{effect}"


def test_nothing_follows_what_is_settled(line):
    proposed = line.propose()
    line.hear(Kind.ARRANGE_REFUSED, ArrangeFact(reason=RefusalReason.REFUSED), proposed, proposed)
    line.hear(Kind.ARRANGE_AGREED, ArrangeFact(window=0), proposed, proposed)
    assert line.effects(proposed) == ["", "settled"]
    assert not line.view(proposed).steps[1].crossed, "its author wrote the refusal itself"
    with pytest.raises(PolicyError) as refused:
        line.act(CounterProposal(arrangement=proposed, from_post=SECRETARY, windows=HOURS))
    assert refused.value.code == "services.arranged.settled"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (ProposeCall(from_post=MINISTER, to_post=SECRETARY, windows=TABLE), "foreign_post"),
        (ProposeCall(from_post=CHIEF, to_post=MINISTER, windows=TABLE), "not_counterparts"),
        (ProposeCall(from_post="us.duty", to_post="ru.duty", windows=TABLE), "duty_desk"),
        (ProposeCall(from_post=SECRETARY, to_post=MINISTER, windows=()), "bad_windows"),
        (ProposeCall(from_post=SECRETARY, to_post=MINISTER, windows=(window(-2),)), "past_window"),
        (ProposeCall(from_post=SECRETARY, to_post=MINISTER, windows=TABLE, words="x" * 281), "long_words"),
        (ProposeCall(from_post=SECRETARY, to_post=MINISTER, windows=TABLE, within_s=59), "bad_within"),
        (ProposeCall(from_post=SECRETARY, to_post=MINISTER, windows=TABLE, languages=("EN",)), "bad_languages"),
        (RefuseCall(arrangement=(0, 99), from_post=SECRETARY, reason=RefusalReason.NOT_NOW), "unknown_arrangement"),
    ],
)  # fmt: skip
def test_our_own_officers_are_refused_what_would_have_no_effect(line, command, code):
    with pytest.raises((PolicyError, UsageError)) as refused:
        line.act(command)
    assert refused.value.code == f"services.arranged.{code}"


def test_what_is_on_the_table_is_not_put_there_again_and_what_has_passed_is_not_agreed_to(line):
    proposed = line.hear(
        Kind.ARRANGE_PROPOSED, ArrangeFact(windows=(window(0.5), window(48)), media=Media.VOICE)
    )
    with pytest.raises(PolicyError, match="on the table"):
        line.act(
            CounterProposal(arrangement=proposed, from_post=SECRETARY, windows=(window(0.5), window(48)))
        )
    line.at = 3 * 3_600
    with pytest.raises(PolicyError, match="has passed"):
        line.act(AgreeToCall(arrangement=proposed, from_post=SECRETARY, window=0))
    line.act(AgreeToCall(arrangement=proposed, from_post=SECRETARY, window=1))
    assert line.view(proposed).state is ArrangeState.AGREED


def test_another_post_alone_keeps_the_times_that_are_on_the_table(line):
    proposed = line.hear(Kind.ARRANGE_PROPOSED, ArrangeFact(windows=TABLE, media=Media.VOICE))
    line.act(CounterProposal(arrangement=proposed, from_post=SECRETARY, post=CHIEF))
    offer = line.view(proposed).offers[-1]
    assert (offer.windows, offer.speakers) == (TABLE, (MINISTER, CHIEF))


def test_the_other_reason_is_said(line):
    proposed = line.hear(Kind.ARRANGE_PROPOSED, ArrangeFact(windows=TABLE, media=Media.VOICE))
    with pytest.raises(UsageError) as refused:
        line.act(RefuseCall(arrangement=proposed, from_post=SECRETARY, reason=RefusalReason.OTHER))
    assert refused.value.code == "services.arranged.missing_words"


# --- clocks -------------------------------------------------------------------------------------------------


def test_an_answer_is_awaited_as_long_as_agreed_or_as_the_nearer_asked_time(line):
    proposed = line.propose()
    asked = line.propose(within_s=3_600)
    longer = line.propose(within_s=7 * 86_400)
    day_s, sent_s = 86_400, 1
    assert not line.view(proposed, sent_s + day_s).offers[0].is_overdue
    late = line.view(proposed, sent_s + day_s + 1).offers[0]
    assert late.is_overdue
    assert late.is_awaited, "silence is shown, never read as a no"
    assert line.view(proposed, 10 * day_s).state is ArrangeState.PROPOSED
    assert line.view(asked, 4_000).offers[0].is_overdue
    assert line.view(longer, 2 * day_s).offers[0].is_overdue, "nobody may make the agreed time longer"


def test_a_late_answer_counts_and_stays_marked(line):
    proposed = line.propose(within_s=60)
    line.at = 600
    line.hear(Kind.ARRANGE_AGREED, ArrangeFact(window=0), proposed, proposed)
    view = line.view(proposed, 10_000)
    assert view.state is ArrangeState.AGREED
    assert view.offers[0].left_ms == 1_000 + 60_000 - 601_000
    assert view.offers[0].answered


# --- what stands, and what is content -----------------------------------------------------------------------


def test_these_entries_stand_for_ever():
    assert not any(map(is_erasable, KINDS))


def test_on_a_line_that_keeps_facts_only_words_go_apart_and_are_not_shown(line):
    proposed = line.propose(words="The situation at the crossing.")
    facts_only = replace(AGREEMENT, record_mode=RecordMode.FACT_ONLY, record_keep_s=86_400)
    view = line.view(proposed, agreement=facts_only)
    assert (view.words, view.offers[0].words, view.offers[0].windows) == ("", "", TABLE)
    command = ProposeCall(from_post=SECRETARY, to_post=MINISTER, windows=TABLE, words="x")
    with pytest.raises(PolicyError) as refused:
        ArrangedService().decide(command, (), line.context(agreement=facts_only))
    assert refused.value.code == "services.arranged.words_kept_apart"
    (draft,) = ArrangedService().decide(replace(command, words=""), (), line.context(agreement=facts_only))
    assert read_arranged(draft.kind, draft.body)[0].words == ""


# --- the room -----------------------------------------------------------------------------------------------


def test_it_decides_nothing_else(line):
    with pytest.raises(UsageError, match="no command of the arranged calls"):
        ArrangedService().decide(SendLineTest(template=1), (), line.context())


def test_commands_go_over_the_control_socket():
    command = ProposeCall(
        from_post=SECRETARY, to_post=MINISTER, windows=TABLE, media=Media.TEXT, languages=("fr",)
    )
    sent = encode_command(command)
    assert decode_command(sent["command"], sent["fields"]) == command
    refuse = RefuseCall(arrangement=(0, 1), from_post=SECRETARY, reason=RefusalReason.NO_INTERPRETER)
    sent = encode_command(refuse)
    assert decode_command(sent["command"], sent["fields"]) == refuse


def test_a_rebuild_gives_the_same_rows(line):
    proposed = line.propose()
    line.hear(Kind.ARRANGE_COUNTERED, OTHER, proposed, proposed)
    line.hear(Kind.ARRANGE_COUNTERED, OTHER, body=b"\xff")
    before = view_rows(line.keeper)
    rebuild(line.keeper.connection, line.keeper.line, SERVICES, AGREEMENT)
    assert view_rows(line.keeper) == before


@given(st.binary(max_size=96), st.sampled_from(sorted(KINDS)))
def test_arbitrary_bytes_are_read_or_named(body, kind):
    fact, defect = read_arranged(kind, body)
    assert defect or read_arranged(kind, encode_arranged(fact)) == (fact, "")


# --- proposed for another post ----------------------------------------------------------------------------


def test_the_duty_desk_proposes_for_the_post_that_shall_speak(line):
    proposed = line.act(
        ProposeCall(from_post="us.duty", post=SECRETARY, to_post=MINISTER, windows=TABLE, officer="day watch")
    )
    view = line.view(proposed)
    assert (view.by_post, view.from_post, view.speakers) == ("us.duty", SECRETARY, (SECRETARY, MINISTER))
    line.hear(Kind.ARRANGE_AGREED, ArrangeFact(window=0), proposed, proposed)
    assert line.view(proposed).agreed.speakers == (SECRETARY, MINISTER)
    line.act(WithdrawProposal(arrangement=proposed, from_post=SECRETARY))
    assert line.view(proposed).state is ArrangeState.WITHDRAWN


def test_a_post_that_speaks_for_itself_is_not_named_twice(line):
    proposed = line.propose(post=SECRETARY)
    (row,) = line.rows(select_proposal(proposed))
    assert read_arranged(row["kind"], row["body"])[0].post == ""


@pytest.mark.parametrize(
    ("from_post", "speaks", "why"),
    [
        (CHIEF, SECRETARY, "post_not_of_arrangement"),
        (SECRETARY, "ru.chief", "foreign_post"),
        ("us.duty", "us.duty", "duty_desk"),
    ],
)
def test_nobody_else_proposes_for_a_post(line, from_post, speaks, why):
    with pytest.raises(PolicyError) as refused:
        line.act(ProposeCall(from_post=from_post, post=speaks, to_post=MINISTER, windows=TABLE))
    assert refused.value.code == f"services.arranged.{why}"


def test_a_proposal_of_theirs_for_a_post_of_ours_has_no_effect(line):
    heard = line.hear(
        Kind.ARRANGE_PROPOSED,
        ArrangeFact(windows=TABLE, media=Media.TEXT, post=CHIEF),
        post="ru.duty",
        to=(SECRETARY,),
    )
    assert line.view(heard).effect == "foreign_post"


# --- what an author knew although it came with a gap ------------------------------------------------------


@pytest.mark.parametrize("command", [RefuseCall, WithdrawProposal, DelegateCall])
def test_what_our_officer_knew_stands_in_our_own_signature(line, command):
    """`seen` covers nothing behind a gap, and an answer may have overtaken what stands before it."""
    proposed = line.propose()
    agreed = line.hear(Kind.ARRANGE_AGREED, ArrangeFact(window=0), proposed, proposed)
    stated = {
        RefuseCall: {"reason": RefusalReason.NOT_NOW}, WithdrawProposal: {}, DelegateCall: {"post": CHIEF},
    }[command]  # fmt: skip
    line.act(command(arrangement=proposed, from_post=SECRETARY, **stated))
    (proposal,) = line.rows(select_proposal(proposed))
    rows = [dict(row) | {"seen": "[]"} for row in line.rows(select_steps(proposed))]
    assert (rows[0]["offer_log"], rows[0]["offer_idx"]) == agreed
    view = fold(proposal, rows, line.context())
    assert [each.effect for each in view.steps] == ["", ""]
    assert not any(each.crossed for each in view.steps)
    assert view.steps[0].number == view.agreed.number


def test_an_agreement_to_times_whose_successors_were_seen_has_no_effect(line):
    proposed = line.propose()
    line.act(CounterProposal(arrangement=proposed, from_post=SECRETARY, windows=(window(90),)))
    line.hear(Kind.ARRANGE_AGREED, ArrangeFact(window=0), proposed, proposed)
    assert line.effects(proposed) == ["", "replaced_offer"]
    line.hear(Kind.ARRANGE_AGREED, ArrangeFact(window=0), proposed, proposed, seen=1)
    view = line.view(proposed)
    assert view.agreed.window == TABLE[0], "it had not seen that others took their place"


def test_of_each_log_so_many_acts_are_looked_at_and_no_more(line):
    proposed = line.propose()
    for _ in range(MAX_STEPS + 2):
        line.hear(Kind.ARRANGE_DELEGATED, ArrangeFact(post="ru.chief"), proposed)
    line.act(WithdrawProposal(arrangement=proposed, from_post=SECRETARY))
    view = line.view(proposed)
    assert len(view.steps) == MAX_STEPS + 1
    assert view.state is ArrangeState.WITHDRAWN, "their flood hides none of ours"


def test_whoever_names_a_later_act_knew_the_earlier_ones(line):
    proposed = line.propose()
    first = line.hear(Kind.ARRANGE_COUNTERED, OTHER, proposed, proposed)
    line.hear(Kind.ARRANGE_DELEGATED, ArrangeFact(post="ru.chief"), proposed, first)
    line.act(WithdrawProposal(arrangement=proposed, from_post=SECRETARY))
    (proposal,) = line.rows(select_proposal(proposed))
    rows = [dict(row) | {"seen": "[]"} for row in line.rows(select_steps(proposed))]
    kinds = [each.kind for each in fold(proposal, rows, line.context()).steps]
    assert kinds[-1] == Kind.ARRANGE_WITHDRAWN


# --- never confused with RING NOW -------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_kinds_of_entry_bear_the_same_name(language):
    named = [f"ui-kind-{kind.name.lower().replace('_', '-')}" for kind in Kind]
    names = Counter(say(key, language).casefold() for key in named if has(key))
    assert len(names) > 30
    assert [name for name, count in names.items() if count > 1] == []
