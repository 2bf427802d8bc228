"""Sightings and claims as they stand: the newest version of each, what took it back, and what bears on a claim.

A claim is never evidence of what it says: `standing` of a claim comes from sightings that somebody entered about it,
and from nothing else.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from coupefeu.model.messages import MessageId, format_number
from coupefeu.model.presence import (
    Bearing,
    Corroboration,
    Credibility,
    DateProof,
    Grade,
    Medium,
    Reliability,
    Report,
    ReportAct,
    ReportKind,
)

Row = Mapping[str, Any]


class Standing(StrEnum):
    """What evidence a claim has, by the sightings on our record that were entered about it."""

    NO_EVIDENCE = "no_evidence"
    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    DISPUTED = "disputed"
    """Some support it, and some contradict it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One entry of a report: as entered, amended or taken back, by which post and officer, and when by our clock."""

    id: MessageId
    number: str
    act: ReportAct
    post: str
    officer: str
    language: str
    written_ms: int
    report: Report | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """A sighting or a claim. `versions`: every entry about it, the first one first; `report`: what the newest says.

    `withdrawn`: it was taken back, and counts no more; `report` is then what was said last. Of a sighting `bears_on`
    is the number of a claim; of a claim `supported_by` and `contradicted_by` are numbers of sightings.
    """

    kind: ReportKind
    id: MessageId
    number: str
    report: Report
    versions: tuple[Version, ...]
    withdrawn: bool
    bearing: Bearing | None = None
    bears_on: str | None = None
    supported_by: tuple[str, ...] = ()
    contradicted_by: tuple[str, ...] = ()

    @property
    def newest(self) -> Version:
        """The entry that counts."""
        return self.versions[-1]

    @property
    def standing(self) -> Standing:
        """What evidence there is for a claim."""
        if self.supported_by:
            return Standing.DISPUTED if self.contradicted_by else Standing.SUPPORTED
        return Standing.CONTRADICTED if self.contradicted_by else Standing.NO_EVIDENCE


def fold_reports(rows: Sequence[Row], parties: tuple[str, ...]) -> tuple[ReportView, ...]:
    """Make the reports of rows that have effect, in any order; the newest `when` first.

    A row that takes the place of one that is not here (its content was erased) stands as the first of its own.
    """
    chains = _Chains(rows, parties)
    views = [chains.view(root) for root in chains.reports]
    return tuple(sorted(views, key=lambda each: (each.report.when_ms[0], each.id), reverse=True))


class _Chains:
    """The rows of each report, by its first version."""

    def __init__(self, rows: Sequence[Row], parties: tuple[str, ...]) -> None:
        self._parties = parties
        ordered = sorted(rows, key=_place)
        self._first = _first_of_each(ordered)
        chains: dict[MessageId, list[Row]] = {}
        for row in ordered:
            chains.setdefault(self._first[_place(row)], []).append(row)
        self.reports = {
            root: chain for root, chain in chains.items() if any(_has_report(row) for row in chain)
        }

    def view(self, root: MessageId) -> ReportView:
        """Say how one report stands."""
        chain = self.reports[root]
        last = next(row for row in reversed(chain) if _has_report(row))
        claim = self._claim_of(last)
        return ReportView(
            kind=ReportKind(last["kind"]),
            id=root,
            number=self._number(root),
            report=_report(last),
            versions=tuple(_version(row, self._parties) for row in chain),
            withdrawn=not _has_report(chain[-1]),
            bearing=None if claim is None else Bearing(last["bearing"]),
            bears_on=None if claim is None else self._number(claim),
            supported_by=self._bearing_on(root, Bearing.SUPPORTS),
            contradicted_by=self._bearing_on(root, Bearing.CONTRADICTS),
        )

    def _bearing_on(self, claim: MessageId, bearing: Bearing) -> tuple[str, ...]:
        """Give the numbers of sightings that stand and bear on a claim in this way."""
        newest = ((root, chain[-1]) for root, chain in self.reports.items())
        return tuple(
            self._number(root)
            for root, row in newest
            if row["bearing"] == bearing and self._claim_of(row) == claim
        )

    def _claim_of(self, row: Row) -> MessageId | None:
        """Name the first version of the claim that a sighting bears on; None: on none that is here."""
        first = self._first.get((row["claim_log"], row["claim_idx"]))
        return first if first in self.reports else None

    def _number(self, place: MessageId) -> str:
        return format_number(place, self._parties)


def _place(row: Row) -> MessageId:
    return row["log"], row["idx"]


def _has_report(row: Row) -> bool:
    return bool(row["act"] != ReportAct.WITHDRAWN)


def _first_of_each(ordered: Sequence[Row]) -> dict[MessageId, MessageId]:
    """Name the first version of each entry; only the first that takes the place of an entry does."""
    first: dict[MessageId, MessageId] = {}
    taken: set[MessageId] = set()
    kinds = {_place(row): row["kind"] for row in ordered}
    for row in ordered:
        place, amends = _place(row), (row["amends_log"], row["amends_idx"])
        continues = amends in first and amends not in taken and kinds[amends] == row["kind"]
        first[place] = first[amends] if continues else place
        taken |= {amends} if continues else set()
    return first


def _version(row: Row, parties: tuple[str, ...]) -> Version:
    place = _place(row)
    return Version(
        id=place,
        number=format_number(place, parties),
        act=ReportAct(row["act"]),
        post=row["post"],
        officer=row["officer"],
        language=row["language"],
        written_ms=row["arrived_ms"],
        report=_report(row) if _has_report(row) else None,
        why=row["why"],
    )


def _report(row: Row) -> Report:
    return Report(
        posts=tuple(json.loads(row["posts"])),
        when_ms=(row["start_ms"], row["end_ms"]),
        what=row["what"],
        source=row["source"],
        medium=Medium(row["medium"]),
        date_proof=DateProof(row["date_proof"]),
        date_words=row["date_words"],
        corroboration=Corroboration(row["corroboration"]),
        corroboration_words=row["corroboration_words"],
        grade=Grade(reliability=Reliability(row["reliability"]), credibility=Credibility(row["credibility"])),
        speaker=row["speaker"],
    )
