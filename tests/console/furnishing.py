"""A record that makes every page show something: each form, each step of a chain, a mismatch, something overdue."""

from coupefeu.model.attachments import Attachment
from coupefeu.model.messages import Channel, Content, Form, Operative, OutcomeCode
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.messages.commands import GiveOutcome, PassTo, Read, ReadBack, SayAgain, Take

NOON_MS = 1_648_123_200_000
LONG_RU = "Достопримечательностьюобороноспособностьвоздухоплавательный: просим подтвердить получение."
LONG_FR = "Anticonstitutionnellement, l'interconnexion des états-majors a été rétablie à 0312Z."


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
    late = us.write("Priority that nobody takes.", Precedence.PRIORITY)
    ru.write("Сообщение без срока.", subject=Subject.PROTEST)
    ru.has(late)
    return warned
