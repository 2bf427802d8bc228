"""Drawings that are generated from code; `python -m tests.documents` writes them anew, and a test compares them.

The life of a call: a box for each state, an arrow for each pair of states that the one table of transitions joins, and
beside it what leads that way, in the colour of who may write it.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from coupefeu.model.calls import CallState
from coupefeu.model.entry import Kind
from coupefeu.services.calls.transitions import SIDES, TRANSITIONS

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
_WIDTH, _HEIGHT, _LINE = 200, 62, 18


class _Box(NamedTuple):
    x: int
    y: int
    title: str


class _Way(NamedTuple):
    """An arrow as a path, where its words begin, and whether they are centred there."""

    path: str
    x: int
    y: int
    anchor: str


_BOXES = {
    CallState.PLACED: _Box(20, 90, "PLACED, ON THEIR NODE"),
    CallState.RINGING: _Box(390, 90, "RINGING"),
    CallState.IN_CALL: _Box(760, 90, "IN CALL"),
    CallState.ENDED: _Box(390, 370, "ENDED"),
}
_WAYS = {
    (CallState.PLACED, CallState.RINGING): _Way("M220 121H386", 303, 112, "middle"),
    (CallState.RINGING, CallState.IN_CALL): _Way("M590 121H756", 673, 112, "middle"),
    (CallState.PLACED, CallState.IN_CALL): _Way("M120 90C120 10 860 10 860 86", 490, 22, "middle"),
    (CallState.PLACED, CallState.ENDED): _Way("M120 152V401H386", 132, 210, "start"),
    (CallState.RINGING, CallState.ENDED): _Way("M490 152V366", 502, 210, "start"),
    (CallState.IN_CALL, CallState.ENDED): _Way("M860 152V401H594", 848, 210, "end"),
}
_HEAD = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 980 490" role="img" aria-labelledby="t d" font-family="system-ui, sans-serif" font-size="14">
  <title id="t">The life of a call</title>
  <desc id="d">{description}</desc>
  <style>
    rect {{ fill: none; stroke: #7d8590; stroke-width: 2 }}
    path {{ fill: none; stroke: #7d8590; stroke-width: 2; marker-end: url(#end) }}
    marker path {{ fill: #7d8590; stroke: none; marker-end: none }}
    text {{ fill: #7d8590 }}
    .state {{ font-weight: 600; text-anchor: middle }}
    .caller {{ fill: #5b7a99 }}
    .called {{ fill: #b8762a }}
  </style>
  <defs><marker id="end" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 10 5 0 10z"/></marker></defs>
"""  # noqa: E501 - one tag, one line


def draw_calls() -> str:
    """Draw docs/pictures/calls.svg from `TRANSITIONS`; a pair of states that has no place here is an error."""
    return "".join([_HEAD.format(description=_description()), *_boxes(), *_ways(), *_legend(), "</svg>\n"])


def _leading(at: CallState, to: CallState) -> list[Kind]:
    return [kind for (before, kind), after in TRANSITIONS.items() if (before, after) == (at, to)]


def _description() -> str:
    return " ".join(
        f"From {at.value.replace('_', ' ')} to {to.value.replace('_', ' ')}: "
        f"{', '.join(_name(kind).lower() for kind in _leading(at, to))}."
        for at, to in dict.fromkeys((at, to) for (at, _), to in TRANSITIONS.items())
    )


def _boxes() -> Iterator[str]:
    for state, box in _BOXES.items():
        again = _leading(state, state)
        middle = box.x + _WIDTH // 2
        yield f'  <rect x="{box.x}" y="{box.y}" width="{_WIDTH}" height="{_HEIGHT}" rx="6"/>\n'
        yield f'  <text class="state" x="{middle}" y="{box.y + (36 if not again else 26)}">{box.title}</text>\n'
        if again:
            words = ", ".join(map(_name, again)).lower()
            yield f'  <text x="{middle}" y="{box.y + 46}" text-anchor="middle" font-size="12">{words}</text>\n'


def _ways() -> Iterator[str]:
    for at, to in dict.fromkeys((at, to) for (at, _), to in TRANSITIONS.items() if at is not to):
        way = _WAYS[at, to]
        yield f'  <path d="{way.path}"/>\n'
        for line, kind in enumerate(_leading(at, to)):
            place = f'x="{way.x}" y="{way.y + line * _LINE}" text-anchor="{way.anchor}"'
            yield f'  <text class="{SIDES[kind].value}" {place}>{_name(kind)}</text>\n'


def _legend() -> Iterator[str]:
    yield '  <text class="caller" x="20" y="474">written by the side that calls</text>\n'
    yield '  <text class="called" x="390" y="474">by the side that is called</text>\n'
    yield '  <text x="760" y="474">by either</text>\n'


def _name(kind: Kind) -> str:
    return kind.name.replace("_", " ")


DRAWINGS: dict[str, Callable[[], str]] = {"calls.svg": draw_calls}
