"""An entry on one line of the Record page, every text of its author safe to look at."""

from dataclasses import replace

from coupefeu.console.listing import beginning_of
from coupefeu.console.record_values import EntryLine, EvidenceValues
from coupefeu.model.entry import Head, Kind, author_of
from coupefeu.model.logs import party_of
from coupefeu.model.messages import Content, MessageId, Operative, OutcomeCode, format_number
from coupefeu.node.entries import Proof, Row, head_of, kind_of
from coupefeu.node.values import form_name
from coupefeu.services.base import Context, Recorded
from coupefeu.services.messages.display import show, show_line
from coupefeu.services.messages.facts import ACTS, Act, read_act
from coupefeu.services.messages.forms import read_content

_MESSAGES = frozenset({Kind.MESSAGE, Kind.LINE_TEST})


def entry_line(
    row: Row, context: Context, proof: Proof, forked: frozenset[MessageId], *, whole: bool = False
) -> EntryLine:
    """Give one line for a row of `entries`; `whole`: with all that was written, its lines as they are."""
    head = head_of(row)
    at = (row["log"], row["idx"])
    line = _line(
        at, head, kind_of(row, head), row["body"], row["arrived_ms"], context, proof, at in forked, whole
    )
    return line if row["erased"] is None else replace(line, erased=True)


def branch_line(row: Row, context: Context) -> EntryLine:
    """Give one line for a row of `branches`: signed in the place of what is held, and no part of the log."""
    return entry_line(row, context, Proof.OTHER_BRANCH, frozenset({(row["log"], row["idx"])}))


def announced_line(recorded: Recorded, context: Context) -> EntryLine:
    """Give one line for a line test, or an answer to one, that was heard and whose proof follows."""
    at = (recorded.log, recorded.index)
    kind = kind_of({"head": b""}, recorded.head)
    return _line(
        at, recorded.head, kind, recorded.body, recorded.arrived_ms, context, Proof.ANNOUNCED, False, False
    )


def evidence_values(row: Row, parties: tuple[str, ...]) -> EvidenceValues:
    """Give a row of `evidence`."""
    return EvidenceValues(
        number=format_number((row["log"], row["idx"]), parties),
        party=party_of(row["log"], parties),
        what=row["what"],
        found_ms=row["arrived_ms"],
    )


def reference_number(head: Head, parties: tuple[str, ...]) -> str | None:
    """Name the first entry that a head refers to."""
    return next((format_number((each.log, each.index), parties) for each in head.references), None)


def _line(
    at: MessageId,
    head: Head | None,
    kind: str,
    body: bytes | None,
    arrived_ms: int,
    context: Context,
    proof: Proof,
    forked: bool,
    whole: bool,
) -> EntryLine:
    content, act = _read(head, body)
    said = _said(content, act)
    return EntryLine(
        number=format_number(at, context.parties),
        party=context.party_of(at[0]),
        index=at[1],
        ours=context.is_ours(at[0]),
        kind=kind,
        by=None if head is None else author_of(head.kind),
        form=None if content is None else form_name(content.form),
        operative=None if content is None or content.operative is None else Operative(content.operative).name,
        outcome=None if act is None or act.outcome is None else OutcomeCode(act.outcome).name,
        template=None if content is None else content.template,
        phrase=None if content is None else content.phrase,
        from_post="" if head is None else show_line(head.from_post),
        to_posts=() if head is None else tuple(map(show_line, head.to_posts)),
        precedence=None if head is None else head.precedence.name,
        written_ms=None if head is None else head.written_ms,
        arrived_ms=arrived_ms,
        about=None if head is None else reference_number(head, context.parties),
        beginning=show(said).text if whole else beginning_of(said),
        proof=proof,
        forked=forked,
        erased=False,
    )


def _read(head: Head | None, body: bytes | None) -> tuple[Content | None, Act | None]:
    if head is None or body is None:
        return None, None
    if head.kind in _MESSAGES:
        return read_content(body)[0], None
    return None, read_act(head.kind, body)[0] if head.kind in ACTS else None


def _said(content: Content | None, act: Act | None) -> str:
    """Give the place, then what was written; of an act its text, or what was typed."""
    if content is not None:
        return " · ".join(each for each in (content.place, content.text) if each)
    if act is not None:
        return act.text or " / ".join(act.typed)
    return ""
