"""What an officer reads of incidents: lists, one with what the other side says of it, what may be the same event."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from coupefeu.errors import UsageError
from coupefeu.model.entry import Kind
from coupefeu.model.incidents import Trigger
from coupefeu.model.messages import MessageId, format_number
from coupefeu.node.notice_desk import NoticeDesk
from coupefeu.record.leaf import leaf_hash
from coupefeu.services.base import Context, Rows, Statement
from coupefeu.services.firebreak.rows import select_times
from coupefeu.services.incidents.acts import is_same
from coupefeu.services.incidents.fold import choose_pair, fold, fold_pairings, join, judged_by_us
from coupefeu.services.incidents.listed import IncidentFilter, count_incidents, select_incidents
from coupefeu.services.incidents.matching import candidate
from coupefeu.services.incidents.nearby import MAX_COMPARED, count_near, nearest, select_near
from coupefeu.services.incidents.status import Candidates, IncidentView, PairingView
from coupefeu.services.incidents.views import (
    MAX_ACTS,
    NOTHING,
    count_acts,
    select_acts,
    select_pairs,
    select_reports,
    select_root_of,
)
from coupefeu.services.notices.status import NoticeView
from coupefeu.services.passing.status import PassingView
from coupefeu.store.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedIncidents:
    """A window of a list; `total` are in the list."""

    incidents: tuple[IncidentView, ...]
    total: int
    as_of_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Acknowledgements of a notice that are held here: the newest of each, and how many there are."""

    notice: MessageId
    acknowledgements: tuple[MessageId, ...]
    count: int

    def stated(self) -> dict[str, Any]:
        """Give what a version names of it, by the fields of `VersionCommand`."""
        return {"notice": self.notice, "held": self.acknowledgements, "acknowledgements": self.count}


class IncidentDesk:
    """The incidents of one record; a part of `node.desk.Desk`."""

    def __init__(
        self,
        reader: Reader,
        context: Callable[[], Context],
        notices: Callable[[], NoticeDesk],
        passing: Callable[[MessageId], PassingView],
    ) -> None:
        """`notices`, `passing`: asked for when an incident names a notice, and not before."""
        self._reader = reader
        self._context = context
        self._notices = notices
        self._passing = passing

    def listed(self, wanted: IncidentFilter, offset: int, limit: int) -> ListedIncidents:
        """Give a window of a filtered list, newest arrival first, each with what the other side says of it."""
        ((total,),) = (row.values() for row in self._rows(count_incidents(wanted)))
        found = [(row["log"], row["idx"]) for row in self._rows(select_incidents(wanted, offset, limit))]
        context = self._context()
        return ListedIncidents(
            incidents=tuple(self._with_pair(each, context) for each in found),
            total=int(total),
            as_of_ms=context.now.utc_ms,
        )

    def find(self, entry: MessageId) -> IncidentView | None:
        """Give an incident by its number or that of any entry about it; None when it is not on the record here."""
        context = self._context()
        named = [(row["root_log"], row["root_idx"]) for row in self._rows(select_root_of(entry))]
        root = next((each for each in named if each != NOTHING), entry)
        if not self._reports([root]):
            return None
        return self._with_pair(root, context)

    def get(self, entry: MessageId) -> IncidentView:
        """Give an incident by its number or that of any entry about it. Raises: UsageError: it is not here."""
        found = self.find(entry)
        if found is None:
            raise UsageError(
                f"{format_number(entry, self._context().parties)} is no incident on the record here",
                code="services.incidents.unknown_incident",
                hint="`coupefeu incident list` gives their numbers.",
            )
        return found

    def candidates(self, entry: MessageId) -> Candidates:
        """Give the incidents of the other side that may be the same event, the nearest first.

        Those of which our side has said already whether they are it are left out: what comes after them is seen.

        Raises: UsageError: it is not on the record here.
        """
        view, context = self.get(entry), self._context()
        terms = context.agreement.incidents
        judged = judged_by_us(view)
        total = int(self._rows(count_near(view, terms))[0]["count"])
        rows = self._rows(select_near(view, terms, MAX_COMPARED + len(judged)))
        near = [each for each in ((row["log"], row["idx"]) for row in rows) if each not in judged]
        compared = [candidate(view, self._alone(each, context), terms) for each in near[:MAX_COMPARED]]
        return Candidates(
            near=nearest(view, [each for each in compared if each is not None], terms),
            not_compared=total - len(rows) + len(near[MAX_COMPARED:]),
        )

    def triggers(self) -> tuple[Trigger, ...]:
        """Give the events that are agreed, each with its form, in the agreement's order."""
        return self._context().agreement.triggers

    def trigger(self, trigger_id: str) -> Trigger:
        """Give one of them. Raises: UsageError: it is not agreed."""
        for each in self.triggers():
            if each.id == trigger_id:
                return each
        known = ", ".join(each.id for each in self.triggers())
        raise UsageError(
            f"{trigger_id!r} is no trigger of this agreement",
            code="node.incidents.no_such_trigger",
            hint=f"There are: {known}.",
        )

    def held(self, notice: MessageId, limit: int) -> Held:
        """Give the acknowledgements that are held of a notice: answers of the other side, units reached.

        Raises: UsageError: it is no notice on the record here.
        """
        view = self._notices().get(notice)
        found = [*_answers(view), *_units(self._passing(view.id))]
        newest = sorted(found, key=lambda each: each[1], reverse=True)
        return Held(
            notice=view.id, acknowledgements=tuple(entry for entry, _ in newest[:limit]), count=len(newest)
        )

    def _alone(self, incident: MessageId, context: Context) -> IncidentView:
        return self._folded(self._rows(select_acts(incident)), incident, context)

    def _folded(self, rows: Rows, incident: MessageId, context: Context) -> IncidentView:
        entries = [(row["log"], row["idx"]) for row in rows]
        times = select_times(entries, context, self._rows)
        counted = {(row["log"], row["idx"]): row["counted_ms"] for row in times}
        view = fold(rows, incident, context, counted)
        return replace(view, notice_effect=self._judge_notice(view), beyond=self._beyond(rows, incident))

    def _beyond(self, rows: Rows, incident: MessageId) -> int:
        """Count what a flood about it keeps from being looked at."""
        if len(rows) < MAX_ACTS:
            return 0
        return int(self._rows(count_acts(incident))[0]["count"]) - len(rows)

    def _judge_notice(self, view: IncidentView) -> str:
        """Name what is wrong with the notice that a version names; the incident stands all the same."""
        if view.notice is None:
            return ""
        named = next(
            each for each in reversed(view.versions) if each.notice == view.notice and not each.effect
        )
        found = self._notices().find(view.notice)
        if found is None or found.id != view.notice:
            return "unknown_notice"
        held = leaf_hash(self._reader.entry(*found.id)["leaf"])
        return "" if is_same(held, named.notice_leaf) else "another_notice"

    def _with_pair(self, incident: MessageId, context: Context) -> IncidentView:
        rows = self._rows(select_acts(incident))
        pairings = self._pairings([*rows, *self._rows(select_pairs(incident))], context)
        other, _ = choose_pair(incident, pairings)
        paired = None if other is None else self._alone(other, context)
        return join(self._folded(rows, incident, context), paired, pairings, context)

    def _pairings(self, rows: Rows, context: Context) -> tuple[PairingView, ...]:
        said = [row for row in rows if row["kind"] == Kind.INCIDENT_PAIRED]
        named = {(row[f"{role}_log"], row[f"{role}_idx"]) for row in said for role in ("root", "about")}
        return fold_pairings(said, self._reports(named), context)

    def _reports(self, entries: Iterable[MessageId]) -> dict[MessageId, bytes]:
        rows = self._rows(select_reports(entries))
        return {(row["log"], row["idx"]): row["leaf_hash"] for row in rows}

    def _rows(self, statement: Statement) -> Rows:
        return self._reader.view(statement.executable, statement.parameters)


def _answers(view: NoticeView) -> Sequence[tuple[MessageId, int]]:
    return [
        (each.id, each.arrived_ms) for each in view.answers if not each.effect and each.party != view.party
    ]


def _units(view: PassingView) -> Sequence[tuple[MessageId, int]]:
    reached = [each.reached or each.earlier for each in view.units]
    return [(each.id, each.arrived_ms) for each in reached if each is not None]
