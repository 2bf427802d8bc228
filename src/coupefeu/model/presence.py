"""Words for what is seen of a post in public, and what is said of it: medium, proof of the date, corroboration, grade.

A *sighting* is evidence: somebody saw or heard it. A *claim* is words: somebody says it. A *report* is either.
Source of the grade: the grading of information by two signs given apart (AJP-2.1; STANAG 2511; the "Admiralty code").
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final


class ReportKind(IntEnum):
    """What a report is; one never becomes the other."""

    SIGHTING = 0
    CLAIM = 1


class ReportAct(IntEnum):
    """Whether a report is entered, takes the place of an earlier one, or takes one back."""

    ENTERED = 0
    AMENDED = 1
    WITHDRAWN = 2


class Medium(IntEnum):
    """By which it came to the watch officer."""

    EYEWITNESS = 0
    """Somebody of the officer's own party was there."""
    LIVE = 1
    VIDEO = 2
    PHOTOGRAPH = 3
    SOUND = 4
    PRESS = 5
    """Somebody who does not speak for the party concerned reports what he saw."""
    STATEMENT = 6
    """Words alone, of somebody who speaks for the party concerned or repeats it."""


class DateProof(IntEnum):
    """What proves that it was at the time that is given."""

    NONE = 0
    PUBLISHER = 1
    """The publisher gives the date, and nothing else does."""
    CONTENT = 2
    """It is to be seen or heard in it: a newspaper, a clock, an event, the weather."""
    WATCHED = 3
    """It was followed as it happened."""
    INDEPENDENT = 4
    """Another record of the same hour, made by somebody else."""


class Corroboration(IntEnum):
    """Who else has it, from a source of his own."""

    NONE = 0
    REPEATED = 1
    """Others repeat it, all after the same source."""
    ONE_SOURCE = 2
    SEVERAL_SOURCES = 3


class Reliability(IntEnum):
    """Of the source: the first sign of a grade, A to F. Source: AJP-2.1."""

    A = 0
    B = 1
    C = 2
    D = 3
    E = 4
    F = 5


class Credibility(IntEnum):
    """Of what it says: the second sign of a grade, 1 to 6. Source: AJP-2.1."""

    CONFIRMED = 1
    PROBABLE = 2
    POSSIBLE = 3
    DOUBTFUL = 4
    IMPROBABLE = 5
    UNKNOWN = 6


class Bearing(IntEnum):
    """What a sighting does to a claim."""

    SUPPORTS = 0
    CONTRADICTS = 1


INDEPENDENT: Final = frozenset({Corroboration.ONE_SOURCE, Corroboration.SEVERAL_SOURCES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """Source and content, judged apart: a good source may be wrong, and a bad one right."""

    reliability: Reliability
    credibility: Credibility

    def __str__(self) -> str:
        """`C6`."""
        return f"{self.reliability.name}{int(self.credibility)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One sighting or claim as a watch officer enters it.

    `posts`: whom it concerns; of a claim it may be nobody. `when_ms`: [start, end) in UTC, of a sighting when the post
    was seen, of a claim when it was made. `source`: where it is published. `speaker`: who makes a claim, "" of a
    sighting. The three texts after a code say in words what the code says in short, and may be empty.
    """

    posts: tuple[str, ...]
    when_ms: tuple[int, int]
    what: str
    source: str
    medium: Medium
    date_proof: DateProof
    corroboration: Corroboration
    grade: Grade
    date_words: str = ""
    corroboration_words: str = ""
    speaker: str = ""
