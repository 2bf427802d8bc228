"""What an answer makes of a request, and what closed a notice, as states."""

from coupefeu.model.entry import Kind
from coupefeu.model.notices import Answer
from coupefeu.services.notices.acts import Act
from coupefeu.services.notices.status import AnswerView, CounterState, NoticeState, RequestState


def closed_by(act: Act) -> NoticeState:
    """Say how a notice stands that an entry closed."""
    return NoticeState.WITHDRAWN if act.kind == Kind.NOTICE_WITHDRAWN else NoticeState.COMPLETED


def counter_state(answer: Act | None) -> CounterState:
    """Say how a counter-proposal stands; `answer`: its author's, if there is one."""
    if answer is None:
        return CounterState.AWAITED
    return CounterState.ACCEPTED if answer.said.is_accepted else CounterState.REFUSED


def request_state(answer: AnswerView) -> RequestState:
    """Say what became of a request by the answer that settles it."""
    if answer.answer is Answer.AGREED:
        return RequestState.AGREED
    if answer.answer is Answer.DENIED:
        return RequestState.DENIED
    if answer.answer is Answer.COUNTER_PROPOSAL:
        return {
            CounterState.ACCEPTED: RequestState.COUNTER_ACCEPTED,
            CounterState.REFUSED: RequestState.COUNTER_REFUSED,
        }.get(answer.counter_state or CounterState.AWAITED, RequestState.COUNTERED)
    return RequestState.EXPLAINED
