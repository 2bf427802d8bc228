"""A line that was used at random, and its figures recomputed the slow way: entry by entry, page by page.

Nothing here shares a select or a fold with `services.usage`: heads are decoded, when each entry counts is what the
specification says of all of them (`firebreak_line.expected`), and what became of a message, a call or a notice is read
from what an officer would be shown of it.
"""

import random
from collections import Counter, defaultdict
from contextlib import suppress
from statistics import median_low

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.calls import DeclineReason, Outcome
from coupefeu.model.entry import Kind
from coupefeu.model.incidents import Closure, IncidentForm, IncidentState
from coupefeu.model.messages import Channel, Content, Form, Operative
from coupefeu.model.notices import Answer, CheckIn
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.calls.commands import AnswerCall, DeclineCall, GiveUp, PlaceCall, WithdrawCall
from coupefeu.services.incidents.commands import (
    AmendIncident,
    CloseIncident,
    ReopenIncident,
    ReportIncident,
)
from coupefeu.services.messages.commands import AnswerLineTest, Read, ReadBack, Say, SendLineTest, Take
from coupefeu.services.messages.status import StepName
from coupefeu.services.notices.commands import (
    AmendNotice,
    AnswerCounter,
    AnswerNotice,
    CompleteNotice,
    FileNotice,
    WithdrawNotice,
)
from coupefeu.services.notices.status import NoticeState, RequestState
from coupefeu.services.passing.commands import ReportCheckIn
from coupefeu.store.reader import Reader
from coupefeu.wire.head import decode_head
from coupefeu.wire.volumes import encode_volume
from tests.console.movements import HOUR_MS, POINTS, convoy, escorted
from tests.firebreak_line import SKEW_MS, Entry, expected
from tests.scenario.stage import open_line

OTHER = {"us": "ru", "ru": "us"}
POST = {"us": ("us.duty", "us.chief"), "ru": ("ru.duty", "ru.chief")}
CRITICAL = ("STOP", "35.31 N 40.13 E")
WRONG_MS = tuple(
    sign * each
    for each in (20_000, 90_000, HOUR_MS, 5 * HOUR_MS, 60 * HOUR_MS, 9_000 * HOUR_MS)
    for sign in (1, -1)
)
"""How far the clock of a node that lies is off: inside the agreed skew, beyond it, beyond the year."""


class History:
    """Officers of both sides who do anything, at random, over days; of a hostile one the clocks say anything too."""

    def __init__(self, folder, seed, *, hostile=False):
        self.nodes = open_line(folder)
        self.random = random.Random(seed)
        self.hostile = hostile
        self.said, self.called, self.filed, self.tested, self.reported = [], [], [], [], []

    def node(self, name):
        return self.nodes.us if name == "us" else self.nodes.ru

    def live(self, steps):
        acts = (
            *(self.say,) * 6, self.take, self.read_back, self.reply, *(self.call,) * 4, self.end_call,
            *(self.file,) * 2, self.answer, self.change, self.move, self.report, *(self.turn,) * 2, *(self.test,) * 3,
            self.answer_test,
        )  # fmt: skip
        for _ in range(steps):
            act = self.random.choice(acts)
            self.set_clocks()
            with suppress(PolicyError, UsageError):  # the rules refuse it, as they do an officer
                act(self.random.choice(("us", "ru")))
                self.react(act)
            self.pass_time()
        for node in self.nodes.nodes:
            node.shift_ms = 0
        self.nodes.run(seconds=5)

    def set_clocks(self):
        if self.hostile and self.random.random() < 0.5:
            node = self.random.choice(self.nodes.nodes)
            node.shift_ms = self.random.choice((0, 0, *WRONG_MS))

    def react(self, act):
        """Let the other side do at once what it may do about what came, more often than not."""
        does = {
            self.say: (self.take, self.read_back, self.reply),
            self.call: (self.end_call,),
            self.file: (self.answer, self.answer, self.move),
            self.test: (self.answer_test,),
        }.get(act, ())
        if self.random.random() < 0.7:
            for each in does:
                self.nodes.run(seconds=self.random.choice((1, 5, 20)))
                with suppress(PolicyError, UsageError):
                    each("")

    def pass_time(self):
        if self.random.random() < 0.25:  # hours pass on a line that is down, which costs nothing
            self.nodes.disconnect()
            self.nodes.run(seconds=self.random.choice((1, 3, 9, 30)) * 3_600)
            self.nodes.connect()
        self.nodes.run(seconds=self.random.choice((1, 3, 60)))

    def of_form(self, form):
        author, message, _ = self.some([each for each in self.said[-8:] if each[2] is form])
        return author, message

    def some(self, things):
        if not things:
            raise UsageError("nothing yet", code="test.nothing", hint="")
        return self.random.choice(things)

    # --- messages ---------------------------------------------------------------------------------------

    def say(self, who):
        form = self.random.choices(
            (Form.FREE_TEXT, Form.WARNING, Form.REQUEST_FOR_EXPLANATION, Form.CONTACT), (1, 2, 3, 1)
        )[0]
        precedence = self.random.choice(list(Precedence))
        subject = self.random.choice((Subject.SAFETY, Subject.NOTICE, Subject.PROTEST))
        subject = {Form.REQUEST_FOR_EXPLANATION: Subject.CLARIFICATION, Form.WARNING: Subject.SAFETY}.get(
            form, subject
        )
        fields = {
            Form.FREE_TEXT: {"text": "A patrol leaves at noon."},
            Form.WARNING: {"operative": Operative.STOP, "place": CRITICAL[1]},
            Form.REQUEST_FOR_EXPLANATION: {"text": "What is this?"},
            Form.CONTACT: {"channel": Channel.TELEPHONE, "time_ms": 1_648_091_520_000, "counterpart": "General",
                           "text": "Spoke."},
        }[form]  # fmt: skip
        (entry,) = self.node(who).act(
            Say(
                content=Content(form=form, subject=subject, **fields),
                from_post=self.random.choice(POST[who]),
                precedence=precedence,
                language="en",
            )
        )
        self.said.append((who, entry, form))

    def take(self, who):
        author, message, _ = self.some(self.said[-4:])
        command = self.random.choice((Take, Take, Read))
        self.node(OTHER[author]).act(
            command(message=message, from_post=self.random.choice(POST[OTHER[author]]))
        )

    def read_back(self, who):
        author, message = self.of_form(Form.WARNING)
        typed = self.random.choice((CRITICAL, CRITICAL, ("SPARE", CRITICAL[1])))
        self.node(OTHER[author]).act(
            ReadBack(message=message, from_post=self.random.choice(POST[OTHER[author]]), typed=typed)
        )

    def reply(self, who):
        author, message = self.of_form(Form.REQUEST_FOR_EXPLANATION)
        content = Content(form=Form.REPLY, subject=Subject.CLARIFICATION, text="An exercise.")
        (entry,) = self.node(OTHER[author]).act(
            Say(
                content=content,
                from_post=self.random.choice(POST[OTHER[author]]),
                precedence=Precedence.PRIORITY,
                language="en",
                about=message,
            )
        )
        self.said.append((OTHER[author], entry, Form.REPLY))

    # --- incidents --------------------------------------------------------------------------------------

    def report(self, who):
        form = self.random.choice((IncidentForm.STRUCK_AFTER_NOTICE, IncidentForm.AIRCRAFT_ASTRAY))
        (entry,) = self.node(who).act(ReportIncident(form=form, from_post=POST[who][0]))
        self.reported.append((who, entry))

    def turn(self, who):
        """Amend, close or open again one that was reported."""
        author, incident = self.some(self.reported)
        own = {"incident": incident, "from_post": POST[author][0]}
        command = self.random.choice(
            (
                AmendIncident(form=IncidentForm.OTHER, **own),
                CloseIncident(closure=Closure.EXPLAINED, **own),
                CloseIncident(closure=Closure.EXPLAINED, **own),
                ReopenIncident(words="again", **own),
            )
        )
        self.node(author).act(command)

    # --- line tests -------------------------------------------------------------------------------------

    def test(self, who):
        (entry,) = self.node(who).act(SendLineTest(template=1 + len(self.tested) % 3))
        self.tested.append((who, entry))

    def answer_test(self, who):
        author, test = self.some(self.tested[-2:])
        self.node(OTHER[author]).act(AnswerLineTest(test=test))

    # --- calls ------------------------------------------------------------------------------------------

    def call(self, who):
        (entry,) = self.node(who).act(
            PlaceCall(
                from_post=POST[who][0],
                to_post=self.random.choice(POST[OTHER[who]]),
                precedence=self.random.choice(list(Precedence)),
            )
        )
        self.called.append((who, entry))

    def end_call(self, who):
        caller, call = self.some(self.called[-1:])
        called = OTHER[caller]
        post = self.random.choice(POST[called])
        command = self.random.choice(
            (
                AnswerCall(call=call, from_post=post),
                AnswerCall(call=call, from_post=post),
                DeclineCall(call=call, from_post=post, reason=DeclineReason.NOT_NOW, words="later"),
                GiveUp(calls=(call,), outcome=Outcome.NO_ANSWER, rang_ms=5),
            )
        )
        if self.random.random() < 0.2:
            self.node(caller).act(WithdrawCall(call=call, from_post=POST[caller][0], words="never mind"))
        else:
            self.node(called).act(command)

    # --- notices ----------------------------------------------------------------------------------------

    def file(self, who):
        node = self.node(who)
        fact = convoy(
            node.clock().utc_ms,
            self.random.choice((1, 20, 60)) * HOUR_MS,
            wants_answer=self.random.random() < 0.8,
        )
        (entry,) = node.act(FileNotice.of(fact, POST[who][0]))
        self.filed.append((who, entry, fact))

    def answer(self, who):
        author, notice, fact = self.some(self.filed[-3:])
        answer = self.random.choice((*(Answer.AGREED,) * 6, *Answer))
        volumes = encode_volume(fact.volumes[0]) if answer is Answer.COUNTER_PROPOSAL else b""
        command = AnswerNotice(
            notice=notice, from_post=POST[OTHER[author]][0], answer=answer, volumes=volumes, words="so"
        )
        (entry,) = self.node(OTHER[author]).act(command)
        if answer is Answer.COUNTER_PROPOSAL:
            self.pass_time()
            self.node(author).act(
                AnswerCounter(
                    notice=notice,
                    counter=entry,
                    is_accepted=self.random.random() < 0.5,
                    from_post=POST[author][0],
                )
            )

    def change(self, who):
        author, notice, fact = self.some(self.filed[-3:])
        desk = POST[author][0]
        command = self.random.choice(
            (
                AmendNotice.of(notice, escorted(fact), desk),
                WithdrawNotice(notice=notice, from_post=desk, words="over"),
                CompleteNotice(notice=notice, from_post=desk, words="over"),
            )
        )
        self.node(author).act(command)

    def move(self, who):
        author, notice, _ = self.some(self.filed[-3:])
        node = self.node(author)
        command = ReportCheckIn(
            notice=notice,
            version=notice,
            from_post=POST[author][0],
            point=self.random.choice(POINTS),
            check_in=self.random.choice(list(CheckIn)),
            at_ms=node.clock().utc_ms,
            words="at the gate",
        )
        node.act(command)


class Recounted:
    """The same figures of one record, counted again."""

    def __init__(self, node, asked):
        self.node, self.asked = node, asked
        self.parties = node.agreement.party_ids
        self.whose = (asked.party,) if asked.party else self.parties
        with Reader(node.path, running=True) as reader:
            self.heads = {
                (log, index): decode_head(row["head"])
                for log in range(len(self.parties))
                for index, row in enumerate(reader.entries(log, 0, 1 << 30))
            }
        self.before = 0
        self.counted_ms, self.bound = self._counted()
        self.desk = node.desk()

    def _counted(self):
        """Give when each entry counts, and the bound at which it does."""
        assert self.node.agreement.skew_s * 1_000 == SKEW_MS
        entries = [
            Entry(
                log=log,
                index=index,
                claimed_ms=head.written_ms,
                seen=max((each.size for each in head.seen if each.log != log), default=0),
                named=max((each.index for each in head.references if each.log != log), default=None),
            )
            for (log, index), head in self.heads.items()
        ]
        found = expected(entries)
        return ({place: each[index] for place, each in found.items()} for index in (0, 1))

    def is_inside(self, place):
        return self.asked.from_ms <= self.counted_ms[place] < self.asked.to_ms

    def party(self, place):
        return self.parties[place[0]]

    def inside(self, *kinds):
        """Name the entries of the span, of these kinds."""
        return [
            place
            for place, head in self.heads.items()
            if self.is_inside(place) and (not kinds or head.kind in kinds)
        ]

    def kinds(self):
        counted = Counter((self.party(place), Kind(self.heads[place].kind).name) for place in self.inside())
        return {key: count for key, count in counted.items() if key[0] in self.whose}

    def bounds(self):
        counted = Counter(
            (self.party(place), self.bound[place]) for place in self.inside() if self.bound[place]
        )
        return {key: count for key, count in counted.items() if key[0] in self.whose}

    def messages(self):
        counted = Counter()
        for place in self.inside(Kind.MESSAGE):
            status = self.desk.message(place)
            key = (self.party(place), status.form.name, str(status.subject), status.precedence.name)
            counted[key] += self.party(place) in self.whose
        return +counted

    def answers(self):
        """Give (times, at a bound) and how many were asked, by (what, party, post, precedence) and without the post."""
        times, asked = defaultdict(list), Counter()
        for place in self.inside(Kind.MESSAGE):
            status = self.desk.message(place)
            for chain in status.chains:
                precedence = status.precedence.name
                asked["taken", chain.party, precedence] += 1
                is_request = status.form is Form.REQUEST_FOR_EXPLANATION
                if is_request:
                    asked["reply", chain.party, precedence] += 1
                found = {
                    "taken": chain.step(StepName.TAKEN_BY).acts,
                    "read_back": [
                        act
                        for act in chain.step(StepName.READ_BACK).acts
                        if act.verdict is not None and act.verdict.matches
                    ],
                    "reply": [act for act in chain.step(StepName.OUTCOME).acts if act.form is Form.REPLY],
                }
                for what, acts in found.items():
                    kept = [act for act in acts if act.kind in {Kind.TAKEN, Kind.READ_BACK, Kind.MESSAGE}]
                    if what != "reply" or is_request:
                        for act in sorted(kept, key=lambda act: act.id)[:1]:
                            late = self.late(place, act.id, chain.party)
                            times[what, chain.party, act.post, precedence].append(late)
        for place in self.inside(Kind.CALL_PLACED):
            call = self.desk.call(place)
            asked["call", call.called, call.precedence.name] += 1
            if call.outcome is Outcome.ANSWERED:
                step = call.outcome_step
                late = self.late(place, step.id, call.called)
                times["call", call.called, step.post, call.precedence.name].append(late)
        return times, asked

    def late(self, place, answer, party):
        """Give how long after an entry its answer counts, and whether one of them does at a bound."""
        late_ms = self.counted_ms[answer] - self.counted_ms[place]
        self.before += late_ms < 0 and party in self.whose
        return max(0, late_ms), bool(self.bound[answer] or self.bound[place])

    def answer_rows(self):
        """Give (what, party, post, precedence) -> (asked, answered, median, worst, at a bound) of every group."""
        times, asked = self.answers()
        rows = {}
        keys = {
            (what, party, post_of, of)
            for what, party, post, precedence in times
            for post_of in ("", post)
            for of in (None, precedence)
        } | {(what, party, "", of) for what, party, precedence in asked for of in (None, precedence)}
        for what, party, post, of in keys:
            fitting = [
                each
                for (w, p, by, precedence), late in times.items()
                if (w, p) == (what, party) and post in {"", by} and of in {None, precedence}
                for each in late
            ]
            late_ms = [each for each, _ in fitting]
            wanted = sum(
                count
                for (w, p, precedence), count in asked.items()
                if (w, p) == (what, party) and of in {None, precedence}
            )
            rows[what, party, post, of] = (
                None if post or what == "read_back" else wanted,
                len(fitting),
                median_low(late_ms) if late_ms else None,
                max(late_ms, default=None),
                sum(is_bound for _, is_bound in fitting),
            )
        return {key: row for key, row in rows.items() if key[1] in self.whose}

    def calls(self):
        counted = Counter(
            (self.party(place), call.outcome.value if call.outcome else "open")
            for place in self.inside(Kind.CALL_PLACED)
            for call in (self.desk.call(place),)
        )
        for place in self.inside(Kind.MESSAGE):
            if self.desk.message(place).form is Form.CONTACT:
                counted[self.party(place), "other_channel"] += 1
        return {key: count for key, count in counted.items() if key[0] in self.whose}

    def line_tests(self):
        """Give party -> (due, held, without a test, without an answer, at a bound), slot by slot."""
        now_ms = self.node.clock().utc_ms
        found = {}
        for party in self.whose:
            log = self.parties.index(party)
            opened_ms = self.counted_ms.get((log, 0))
            counts = Counter()
            for schedule in self.node.agreement.line_tests:
                if schedule.party != party or opened_ms is None:
                    continue
                every_ms, at_ms = schedule.every_s * 1_000, schedule.at_s * 1_000
                first_ms = max(self.asked.from_ms, opened_ms)
                begin_ms = (first_ms - at_ms) // every_ms * every_ms + at_ms
                for slot_ms in range(begin_ms, min(self.asked.to_ms, now_ms), every_ms):
                    if slot_ms >= first_ms and slot_ms + every_ms <= now_ms:
                        found_here, is_bound = self._slot(log, slot_ms, slot_ms + every_ms, schedule, now_ms)
                        counts[found_here] += 1
                        counts["at a bound"] += is_bound
            found[party] = (
                counts["held"] + counts["no test"] + counts["no answer"],
                counts["held"],
                counts["no test"],
                counts["no answer"],
                counts["at a bound"],
            )
        return found

    def _slot(self, log, start_ms, end_ms, schedule, now_ms):
        skew_ms = self.node.agreement.skew_s * 1_000
        tests = [
            place
            for place in self.inside(Kind.LINE_TEST)
            if place[0] == log and start_ms <= self.counted_ms[place] < end_ms
        ]
        word, is_bound = "no answer" if tests else "no test", False
        for test in tests:
            due_ms = self.counted_ms[test] + schedule.answer_within_s * 1_000 + skew_ms
            answers = [
                act.id
                for chain in self.desk.message(test).chains
                for act in chain.step(StepName.ANSWERED).acts
            ]
            is_bound = is_bound or any(self.bound[each] for each in (test, *answers))
            if any(self.counted_ms[each] <= due_ms for each in answers):
                word = "held"
            elif word != "held" and due_ms > now_ms:
                word = "waits"
        return word, is_bound

    def notices(self):
        counted = Counter()
        for place in self.inside(Kind.NOTICE_FILED):
            view = self.desk.notices.get(place)
            key = (self.party(place), int(view.form), self._outcome(view))
            counted[key] += self.party(place) in self.whose
        return +counted

    def _outcome(self, view):
        states = {state for _, state in view.requests}
        over = view.state is not NoticeState.LIVE
        agreed = {RequestState.AGREED, RequestState.COUNTER_ACCEPTED, RequestState.EXPLAINED}
        terms = self.node.agreement.notices.of(view.form)
        due_ms = self.counted_ms[view.id] + terms.answer_s * 1_000
        if view.start_ms > self.counted_ms[view.id]:
            due_ms = min(due_ms, view.start_ms)
        is_late = RequestState.AWAITED in states and (over or due_ms < self.node.clock().utc_ms)
        words = {
            "impeded": self.desk.passing.get(view.id).view.statistics.impeded,
            "denied": RequestState.DENIED in states,
            "withdrawn": view.state is NoticeState.WITHDRAWN,
            "not_asked": not view.asks,
            "unanswered": is_late,
            "facilitated": states <= agreed and over,
            "not_agreed": over,
        }
        return next((word for word, holds in words.items() if holds), "pending")

    def incidents(self):
        """Give (party, form) -> (how many, how many closed, notices), incident by incident."""
        counted, closed = Counter(), Counter()
        notices = Counter(self.party(place) for place in self.inside(Kind.NOTICE_FILED))
        for place in self.inside(Kind.INCIDENT_REPORTED):
            view = self.desk.incidents.get(place)
            key = self.party(place), view.fact.form.name
            counted[key] += 1
            closed[key] += view.state is IncidentState.CLOSED
        return {
            key: (count, closed[key], notices[key[0]] if key[1] == "STRUCK_AFTER_NOTICE" else None)
            for key, count in counted.items()
            if key[0] in self.whose
        }

    def holds(self):
        """Give party -> (holds, running, impeded, total, longest), movement by movement."""
        found = {party: [0, 0, 0, 0, 0] for party in self.whose}
        for place in self.inside(Kind.NOTICE_FILED):
            if self.party(place) in found:
                one, row = self.desk.passing.get(place).view.statistics, found[self.party(place)]
                row[:4] = [
                    a + b
                    for a, b in zip(row, (one.holds, one.running, one.impeded, one.total_ms), strict=False)
                ]
                row[4] = max(row[4], one.longest_ms)
        return {party: tuple(row) for party, row in found.items()}


def figures_of(usage):
    """Give what figures say in the shapes of `Recounted`."""
    return {
        "kinds": {(each.party, each.kind): each.count for each in usage.kinds},
        "before": usage.before_asked,
        "bounds": {(each.party, each.bound): each.count for each in usage.bounds},
        "messages": {
            (each.party, each.form, each.subject, each.precedence): each.count for each in usage.messages
        },
        "answers": {
            (each.what.value, each.party, each.post, each.precedence): (
                each.asked,
                each.answered,
                each.median_ms,
                each.worst_ms,
                each.at_bound,
            )
            for each in usage.answers
        },
        "calls": {(each.party, each.outcome): each.count for each in usage.calls},
        "line_tests": {
            each.party: (each.due, each.held, each.without_test, each.without_answer, each.at_bound)
            for each in usage.line_tests
        },
        "notices": {(each.party, each.form, each.outcome.value): each.count for each in usage.notices},
        "incidents": {
            (each.party, each.form): (each.count, each.closed, each.notices) for each in usage.incidents
        },
        "holds": {
            each.party: (each.holds, each.running, each.impeded, each.total_ms, each.longest_ms)
            for each in usage.holds
        },
    }


def recounted(node, asked):
    """Give the slow figures in the same shapes."""
    slow = Recounted(node, asked)
    try:
        return {
            "kinds": slow.kinds(),
            "bounds": slow.bounds(),
            "messages": dict(slow.messages()),
            "answers": slow.answer_rows(),
            "calls": slow.calls(),
            "line_tests": slow.line_tests(),
            "notices": dict(slow.notices()),
            "incidents": slow.incidents(),
            "holds": slow.holds(),
            "before": slow.before,
        }
    finally:
        slow.desk.close()
