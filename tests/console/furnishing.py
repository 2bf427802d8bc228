"""A record that makes every page show something: each form, each step of a chain, a mismatch, something overdue."""

import time
from dataclasses import replace

from tests.console.arranging import OTHER, act, propose
from tests.console.calling import allow_calls, became, end_calls, ring

from coupefeu.model.attachments import Attachment
from coupefeu.model.calls import CallRole, CallState, DeclineReason, Outcome
from coupefeu.model.messages import Channel, Content, Form, Operative, OutcomeCode
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.model.presence import (
    Corroboration,
    Credibility,
    DateProof,
    Grade,
    Medium,
    Reliability,
    Report,
    ReportKind,
)
from coupefeu.node.presence import fresh_salt
from coupefeu.services.arranged.commands import AgreeToCall, CounterProposal, RefuseCall
from coupefeu.services.arranged.facts import RefusalReason, Window
from coupefeu.services.calls.commands import (
    AnswerCall,
    DeclineCall,
    DeferCall,
    HangUp,
    JoinCall,
    WithdrawCall,
)
from coupefeu.services.messages.commands import GiveOutcome, PassTo, Read, ReadBack, SayAgain, Take
from coupefeu.services.presence.facts import AskPresence, EnterReport

NOON_MS = 1_648_123_200_000
LONG_RU = "Достопримечательностьюобороноспособностьвоздухоплавательный: просим подтвердить получение."
LONG_FR = "Anticonstitutionnellement, l'interconnexion des états-majors a été rétablie à 0312Z."

SEEN = Report(
    posts=("ru.minister",), when_ms=(NOON_MS, NOON_MS + 60_000), what=LONG_FR, source="une agence",
    medium=Medium.PRESS, date_proof=DateProof.PUBLISHER, date_words=LONG_RU, corroboration=Corroboration.REPEATED,
    grade=Grade(reliability=Reliability.B, credibility=Credibility.PROBABLE),
)  # fmt: skip
SAID = replace(SEEN, medium=Medium.STATEMENT, speaker=LONG_RU, what=LONG_RU)


def furnish(desks):
    """Say one of each, act on most; gives the number of the one with the longest chain."""
    us, ru = desks.us, desks.ru
    warned = ru.say(
        Content(
            form=Form.WARNING, subject=Subject.SAFETY, operative=Operative.STOP, place="35.31 N 40.13 E",
            time_ms=NOON_MS, numbers=("15", "-3.5"), text=LONG_RU,
        ),
        Precedence.IMMEDIATE,
        attachments=(Attachment(name="карта района.txt", content=b"35.31 N 40.13 E"),),
    )  # fmt: skip
    us.has(warned)
    desk, message = "us.duty", us.id(warned)
    us.act(Take(message=message, from_post=desk, officer="Watch 2"))
    us.act(Read(message=message, from_post=desk))
    us.act(ReadBack(message=message, from_post=desk, typed=("STOP", "35.31 N 40.18 E", "0", "15", "-3.5")))
    us.act(SayAgain(message=message, from_post=desk, field=1, remark="0.13 or 0.18?"))
    us.act(PassTo(message=message, from_post=desk, recipient="Air wing"))
    us.act(GiveOutcome(message=message, from_post=desk, outcome=OutcomeCode.CANNOT, text="No radio contact"))
    answered = us.write(LONG_FR, subject=Subject.NOTICE)
    us.say(
        Content(
            form=Form.REQUEST_FOR_EXPLANATION,
            subject=Subject.CLARIFICATION,
            text="What do your forces do there?",
        )
    )
    us.say(
        Content(form=Form.STANDARD_PHRASE, subject=Subject.SAFETY, phrase=2, slots=("55.1 N 20.3 E", NOON_MS))
    )
    us.say(
        Content(
            form=Form.CONTACT, subject=Subject.SAFETY, channel=Channel.TELEPHONE, time_ms=NOON_MS,
            counterpart="Duty officer", text="Spoke by telephone.",
        )
    )  # fmt: skip
    us.say(Content(form=Form.CANCELLATION, subject=Subject.NOTICE), about=us.id(answered))
    for report in (SEEN, SAID):
        kind = ReportKind.CLAIM if report.speaker else ReportKind.SIGHTING
        us.act(EnterReport(kind=kind, from_post=desk, report=report, language="fr", salt=fresh_salt()))
    us.act(AskPresence(from_post=desk, to_post="ru.minister", officer="Watch 2"))
    late = us.write("Priority that nobody takes.", Precedence.PRIORITY)
    ru.write("Сообщение без срока.", subject=Subject.PROTEST)
    ru.has(late)
    return warned


def furnish_arranged(desks):
    """Arrange two calls: one whose answer we owe, and one that is agreed and whose time has come; gives that one."""
    now_ms = int(time.time() * 1_000)
    crossed = propose(desks.us, interpreter=True, languages=("en", "fr", "ru"), words=LONG_FR)
    act(desks.ru, CounterProposal, crossed, windows=OTHER, post="ru.chief", words=LONG_RU)
    agreed = propose(desks.us, windows=(Window(start_ms=now_ms, end_ms=now_ms + 3_600_000),))
    act(desks.ru, AgreeToCall, agreed, window=0, officer="Вторая смена")
    act(desks.ru, RefuseCall, propose(desks.us), reason=RefusalReason.NO_INTERPRETER, words=LONG_RU)
    return agreed


def furnish_calls(desks):
    """Call, and let it be answered, declined, put off, withdrawn; gives the number of the one with the most steps.

    The one that is answered was arranged for other posts.
    """
    us, ru = desks.us, desks.ru
    allow_calls(ru)
    answered = ring(us, words=LONG_FR, arrangement=us.id(furnish_arranged(desks)))
    declined, deferred, withdrawn = (ring(us, words=LONG_FR) for _ in range(3))
    for number in (answered, declined, deferred, withdrawn):
        became(ru, number, state=CallState.RINGING)
    ru.act(AnswerCall(call=ru.id(answered), from_post="ru.duty", officer="Вторая смена"))
    became(us, answered, Outcome.ANSWERED, CallState.IN_CALL)
    us.act(
        JoinCall(call=us.id(answered), from_post="us.duty", role=CallRole.INTERPRETER, name="Interpreters")
    )
    us.act(HangUp(call=us.id(answered), from_post="us.duty", duration_ms=261_000))
    ru.act(
        DeclineCall(
            call=ru.id(declined), from_post="ru.duty", reason=DeclineReason.NOT_COMPETENT, words=LONG_RU
        )
    )
    ru.act(DeferCall(call=ru.id(deferred), from_post="ru.duty", to_post="ru.chief"))
    us.act(WithdrawCall(call=us.id(withdrawn), from_post="us.duty"))
    for desk in (us, ru):
        became(desk, answered, Outcome.ANSWERED)
        became(desk, declined, Outcome.DECLINED)
    end_calls(us, ru)
    return answered
