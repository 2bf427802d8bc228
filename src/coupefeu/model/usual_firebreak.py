"""The rules of the firebreak that stand where nothing is agreed; a new agreement starts from them."""

from typing import Final

from coupefeu.model.firebreak import FirebreakTerms, Level, Rule, Watched
from coupefeu.model.languages import Words
from coupefeu.model.precedence import Precedence

_MINUTE_S: Final = 60
_HOUR_S: Final = 3_600
_DAY_S: Final = 86_400

USUAL_RULES: Final = (
    Rule(
        id="contact-overdue",
        watches=Watched.CONTACT,
        level=Level.STRAINED,
        sentence=Words(
            en="Direct contact between two posts is overdue.",
            fr="Le contact direct entre deux postes est hors délai.",
            ru="Прямой контакт между двумя постами просрочен.",
        ),
    ),
    Rule(
        id="contact-long-overdue",
        watches=Watched.CONTACT,
        level=Level.BROKEN,
        after_s=14 * _DAY_S,
        sentence=Words(
            en="Direct contact between two posts has long been overdue.",
            fr="Le contact direct entre deux postes est hors délai depuis longtemps.",
            ru="Прямой контакт между двумя постами давно просрочен.",
        ),
    ),
    Rule(
        id="call-declined",
        watches=Watched.REFUSED,
        level=Level.STRAINED,
        sentence=Words(
            en="A call, or a time proposed for one, was declined, and no direct contact followed.",
            fr="Un appel, ou une heure proposée pour un appel, a été refusé et aucun contact direct n'a suivi.",
            ru="Вызов или предложенное для него время отклонены, и прямого контакта после этого не было.",
        ),
    ),
    Rule(
        id="calls-declined",
        watches=Watched.REFUSED,
        level=Level.BROKEN,
        count=3,
        sentence=Words(
            en="Several calls, or times proposed for them, were declined, and no direct contact followed.",
            fr="Plusieurs appels, ou heures proposées pour eux, ont été refusés et aucun contact direct n'a suivi.",
            ru="Несколько вызовов или предложений времени для них отклонено, и прямого контакта после этого не было.",
        ),
    ),
    Rule(
        id="call-unanswered",
        watches=Watched.UNANSWERED,
        level=Level.STRAINED,
        sentence=Words(
            en="A call remained unanswered, and no direct contact followed.",
            fr="Un appel est resté sans réponse et aucun contact direct n'a suivi.",
            ru="Вызов остался без ответа, и прямого контакта после этого не было.",
        ),
    ),
    Rule(
        id="calls-unanswered",
        watches=Watched.UNANSWERED,
        level=Level.BROKEN,
        count=3,
        sentence=Words(
            en="Several calls remained unanswered, and no direct contact followed.",
            fr="Plusieurs appels sont restés sans réponse et aucun contact direct n'a suivi.",
            ru="Несколько вызовов осталось без ответа, и прямого контакта после этого не было.",
        ),
    ),
    Rule(
        id="call-not-arranged",
        watches=Watched.ARRANGED,
        level=Level.STRAINED,
        sentence=Words(
            en="A proposed time for a call has not been answered in time.",
            fr="Une proposition d'heure d'appel est restée sans réponse dans le délai.",
            ru="Предложенное время разговора осталось без ответа в срок.",
        ),
    ),
    Rule(
        id="acknowledgement-overdue",
        watches=Watched.ACKNOWLEDGEMENT,
        level=Level.STRAINED,
        sentence=Words(
            en="An acknowledgement of a message is overdue.",
            fr="L'accusé d'un message est hors délai.",
            ru="Подтверждение по сообщению просрочено.",
        ),
    ),
    Rule(
        id="flash-long-overdue",
        watches=Watched.ACKNOWLEDGEMENT,
        level=Level.BROKEN,
        precedences=(Precedence.FLASH,),
        after_s=10 * _MINUTE_S,
        sentence=Words(
            en="An acknowledgement of a FLASH message is long overdue.",
            fr="L'accusé d'un message FLASH est hors délai depuis longtemps.",
            ru="Подтверждение по сообщению категории МОЛНИЯ давно просрочено.",
        ),
    ),
    Rule(
        id="outcome-overdue",
        watches=Watched.OUTCOME,
        level=Level.STRAINED,
        sentence=Words(
            en="The outcome of a message is overdue.",
            fr="La suite donnée à un message est hors délai.",
            ru="Исход по сообщению просрочен.",
        ),
    ),
    Rule(
        id="reply-overdue",
        watches=Watched.REPLY,
        level=Level.STRAINED,
        sentence=Words(
            en="A reply is overdue.",
            fr="Une réponse est hors délai.",
            ru="Ответ просрочен.",
        ),
    ),
    Rule(
        id="line-test-unread",
        watches=Watched.LINE_TEST,
        level=Level.STRAINED,
        sentence=Words(
            en="A line test has not been read in time.",
            fr="Un essai de liaison n'a pas été lu dans le délai.",
            ru="Проверка связи в срок не прочитана.",
        ),
    ),
    Rule(
        id="notice-unanswered",
        watches=Watched.NOTICE_ANSWER,
        level=Level.STRAINED,
        sentence=Words(
            en="A notification that asks for an answer has not been answered in time.",
            fr="Une notification qui appelle une réponse est restée sans réponse dans le délai.",
            ru="Уведомление, требующее ответа, осталось без ответа в срок.",
        ),
    ),
    Rule(
        id="desk-unstaffed",
        watches=Watched.WATCH,
        level=Level.STRAINED,
        sentence=Words(
            en="Nobody is on watch at a duty desk.",
            fr="Personne n'est de quart à une permanence.",
            ru="В дежурной службе никто не несёт дежурство.",
        ),
    ),
    Rule(
        id="desk-long-unstaffed",
        watches=Watched.WATCH,
        level=Level.BROKEN,
        after_s=6 * _HOUR_S,
        sentence=Words(
            en="Nobody has been on watch at a duty desk for long.",
            fr="Personne n'est de quart à une permanence depuis longtemps.",
            ru="В дежурной службе давно никто не несёт дежурство.",
        ),
    ),
    Rule(
        id="line-degraded",
        watches=Watched.LINE_DEGRADED,
        level=Level.STRAINED,
        sentence=Words(
            en="A Party has declared the line degraded.",
            fr="Une Partie a déclaré la ligne dégradée.",
            ru="Сторона объявила, что линия работает с ограничениями.",
        ),
    ),
    Rule(
        id="line-suspended",
        watches=Watched.LINE_SUSPENDED,
        level=Level.BROKEN,
        sentence=Words(
            en="A Party has declared the line suspended or closed.",
            fr="Une Partie a déclaré la ligne suspendue ou fermée.",
            ru="Сторона объявила о приостановке или закрытии линии.",
        ),
    ),
    Rule(
        id="witness-unseen",
        watches=Watched.WITNESS,
        level=Level.STRAINED,
        after_s=_HOUR_S,
        sentence=Words(
            en="The neutral witness has not been reached.",
            fr="Le témoin neutre n'est pas joint.",
            ru="Нейтральный свидетель недоступен.",
        ),
    ),
    Rule(
        id="incident-open",
        watches=Watched.INCIDENT,
        level=Level.STRAINED,
        sentence=Words(
            en="An incident is not closed.",
            fr="Un incident n'est pas clos.",
            ru="Инцидент не закрыт.",
        ),
    ),
    Rule(
        id="query-overdue",
        watches=Watched.QUERY,
        level=Level.STRAINED,
        sentence=Words(
            en="A reply to a query about an incident, or a meeting about it, is overdue.",
            fr="La réponse à une demande relative à un incident, ou la réunion à ce sujet, est hors délai.",
            ru="Ответ на запрос об инциденте или встреча по нему просрочены.",
        ),
    ),
    Rule(
        id="conflict-unsettled",
        watches=Watched.CONFLICT,
        level=Level.STRAINED,
        sentence=Words(
            en="Two notifications are in conflict, and the conflict is not settled.",
            fr="Deux notifications sont en conflit et le conflit n'est pas réglé.",
            ru="Два уведомления находятся в конфликте, и он не урегулирован.",
        ),
    ),
    Rule(
        id="units-not-reached",
        watches=Watched.UNITS,
        level=Level.STRAINED,
        sentence=Words(
            en="A unit concerned was not reached before its notification began.",
            fr="Une unité concernée n'a pas été jointe avant le début de la notification.",
            ru="Соответствующая воинская часть не оповещена до начала действия уведомления.",
        ),
    ),
)
"""The order is that of an agreement's text; nothing depends on it."""

USUAL_FIREBREAK: Final = FirebreakTerms(rules=USUAL_RULES, unknown_after_s=26 * _HOUR_S)
"""More than a day: one line test a day, and time to mend what broke."""
