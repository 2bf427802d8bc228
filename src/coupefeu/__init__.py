"""Coupe-feu: a line between parties that do not trust one another and must not collide by accident.

import coupefeu

async with coupefeu.Node.open("nodes/us") as node:
    sent = await node.line("RU").send("Our aircraft has strayed; it is turning back.")
    receipt = await sent.receipt()

What stands in `__all__` is the Python API. Names are loaded when they are first used, so that importing is quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coupefeu.errors import (
        BearerError,
        ConfigError,
        CoupefeuError,
        PeerError,
        PolicyError,
        StoreError,
        UsageError,
        VerificationError,
    )
    from coupefeu.model.attachments import Attachment
    from coupefeu.model.calls import CallRole, CallState, DeclineReason, Media, Outcome
    from coupefeu.model.entry import Kind
    from coupefeu.model.firebreak import Level
    from coupefeu.model.messages import Channel, Content, Form, Operative, OutcomeCode
    from coupefeu.model.notices import Answer, CheckPoint, NoticeForm, Settlement
    from coupefeu.model.places import Position
    from coupefeu.model.precedence import Precedence, Subject
    from coupefeu.model.volumes import (
        Altitude,
        AltitudeUnit,
        Circle,
        Corridor,
        Datum,
        Fix,
        Limit,
        Polygon,
        Track,
        Volume,
    )
    from coupefeu.node.arranging.looking import Arrangement
    from coupefeu.node.calling.call import Call
    from coupefeu.node.communique.choosing import Disclosing, Query
    from coupefeu.node.following import (
        AttachmentSeen,
        EntrySeen,
        Event,
        Events,
        EventsMissed,
        LineSeen,
        ReceiptSeen,
        RecoveringSeen,
        StaffingSeen,
        TermsSeen,
        TroubleSeen,
    )
    from coupefeu.node.node import LineTo, Node, Receipt, Sent
    from coupefeu.node.notice_desk import ListedNotices
    from coupefeu.record.selection import Disclosed
    from coupefeu.services.arranged.commands import (
        AgreeToCall,
        CounterProposal,
        DelegateCall,
        ProposeCall,
        RefuseCall,
        WithdrawProposal,
    )
    from coupefeu.services.arranged.facts import RefusalReason, Window
    from coupefeu.services.arranged.table import ArrangeState
    from coupefeu.services.calls.status import CallStep, CallView
    from coupefeu.services.firebreak.judged import Judged, LevelSpan, NextAct, Reason, What
    from coupefeu.services.messages.commands import (
        ConfirmContact,
        GiveOutcome,
        PassTo,
        Read,
        ReadBack,
        RecordShown,
        SayAgain,
        SendLineTest,
        Take,
    )
    from coupefeu.services.messages.enclosed import AttachmentState, AttachmentView
    from coupefeu.services.messages.status import MessageStatus, PartyChain, Step, StepName
    from coupefeu.services.notices.commands import (
        AmendNotice,
        AnswerCounter,
        AnswerNotice,
        CompleteNotice,
        FileNotice,
        ReadBackPositions,
        SettleConflict,
        WithdrawNotice,
    )
    from coupefeu.services.notices.facts import NoticeFact
    from coupefeu.services.notices.listed import NoticeFilter
    from coupefeu.services.notices.status import NoticeState, NoticeView, RequestState
    from coupefeu.services.watch.facts import (
        AcceptWatch,
        HandOverWatch,
        LeaveWatch,
        OpenThing,
        OpenWhat,
        PlanRoster,
        RosterWindow,
        TakeWatch,
    )
    from coupefeu.services.watch.standing import HandOverView, RosterView, WatchStanding, WatchView

__all__ = [
    "AcceptWatch",
    "AgreeToCall",
    "Altitude",
    "AltitudeUnit",
    "AmendNotice",
    "Answer",
    "AnswerCounter",
    "AnswerNotice",
    "ArrangeState",
    "Arrangement",
    "Attachment",
    "AttachmentSeen",
    "AttachmentState",
    "AttachmentView",
    "BearerError",
    "Call",
    "CallRole",
    "CallState",
    "CallStep",
    "CallView",
    "Channel",
    "CheckPoint",
    "Circle",
    "CompleteNotice",
    "ConfigError",
    "ConfirmContact",
    "Content",
    "Corridor",
    "CounterProposal",
    "CoupefeuError",
    "Datum",
    "DeclineReason",
    "DelegateCall",
    "Disclosed",
    "Disclosing",
    "EntrySeen",
    "Event",
    "Events",
    "EventsMissed",
    "FileNotice",
    "Fix",
    "Form",
    "GiveOutcome",
    "HandOverView",
    "HandOverWatch",
    "Judged",
    "Kind",
    "LeaveWatch",
    "Level",
    "LevelSpan",
    "Limit",
    "LineSeen",
    "LineTo",
    "ListedNotices",
    "Media",
    "MessageStatus",
    "NextAct",
    "Node",
    "NoticeFact",
    "NoticeFilter",
    "NoticeForm",
    "NoticeState",
    "NoticeView",
    "OpenThing",
    "OpenWhat",
    "Operative",
    "Outcome",
    "OutcomeCode",
    "PartyChain",
    "PassTo",
    "PeerError",
    "PlanRoster",
    "PolicyError",
    "Polygon",
    "Position",
    "Precedence",
    "ProposeCall",
    "Query",
    "Read",
    "ReadBack",
    "ReadBackPositions",
    "Reason",
    "Receipt",
    "ReceiptSeen",
    "RecordShown",
    "RecoveringSeen",
    "RefusalReason",
    "RefuseCall",
    "RequestState",
    "RosterView",
    "RosterWindow",
    "SayAgain",
    "SendLineTest",
    "Sent",
    "SettleConflict",
    "Settlement",
    "StaffingSeen",
    "Step",
    "StepName",
    "StoreError",
    "Subject",
    "Take",
    "TakeWatch",
    "TermsSeen",
    "Track",
    "TroubleSeen",
    "UsageError",
    "VerificationError",
    "Volume",
    "WatchStanding",
    "WatchView",
    "What",
    "Window",
    "WithdrawNotice",
    "WithdrawProposal",
]

_ROOMS = {
    "errors": "BearerError ConfigError CoupefeuError PeerError PolicyError StoreError UsageError VerificationError",
    "model.attachments": "Attachment",
    "model.calls": "CallRole CallState DeclineReason Media Outcome",
    "model.entry": "Kind",
    "model.firebreak": "Level",
    "model.messages": "Channel Content Form Operative OutcomeCode",
    "model.precedence": "Precedence Subject",
    "node.arranging.looking": "Arrangement",
    "node.calling.call": "Call",
    "node.communique.choosing": "Disclosing Query",
    "node.following": (
        "AttachmentSeen EntrySeen Event Events EventsMissed LineSeen ReceiptSeen RecoveringSeen StaffingSeen "
        "TermsSeen TroubleSeen"
    ),
    "node.node": "LineTo Node Receipt Sent",
    "record.selection": "Disclosed",
    "services.arranged.commands": "AgreeToCall CounterProposal DelegateCall ProposeCall RefuseCall WithdrawProposal",
    "services.arranged.facts": "RefusalReason Window",
    "services.arranged.table": "ArrangeState",
    "services.calls.status": "CallStep CallView",
    "services.firebreak.judged": "Judged LevelSpan NextAct Reason What",
    "services.messages.commands": (
        "ConfirmContact GiveOutcome PassTo Read ReadBack RecordShown SayAgain SendLineTest Take"
    ),
    "services.messages.enclosed": "AttachmentState AttachmentView",
    "services.messages.status": "MessageStatus PartyChain Step StepName",
    "model.notices": "Answer CheckPoint NoticeForm Settlement",
    "model.places": "Position",
    "model.volumes": "Altitude AltitudeUnit Circle Corridor Datum Fix Limit Polygon Track Volume",
    "node.notice_desk": "ListedNotices",
    "services.notices.facts": "NoticeFact",
    "services.notices.listed": "NoticeFilter",
    "services.notices.status": "NoticeState NoticeView RequestState",
    "services.notices.commands": (
        "AmendNotice AnswerCounter AnswerNotice CompleteNotice FileNotice ReadBackPositions SettleConflict "
        "WithdrawNotice"
    ),
    "services.watch.facts": (
        "AcceptWatch HandOverWatch LeaveWatch OpenThing OpenWhat PlanRoster RosterWindow TakeWatch"
    ),
    "services.watch.standing": "HandOverView RosterView WatchStanding WatchView",
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    """Load a public name from its room."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
