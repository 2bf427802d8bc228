"""How the cost of filing a notice grows with the notices that are live: an SVG from the JSON of the bench.

.venv/bin/coupefeu bench --only notices --to notices.json
.venv/bin/python bench/notices_picture.py notices.json docs/pictures/notices.svg
"""

import json
import math
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

WIDTH: Final = 900
HEIGHT: Final = 490
LEFT: Final = 90
RIGHT: Final = 690
TOP: Final = 40
BOTTOM: Final = 390
LEAST_MS: Final = 0.01
MOST_MS: Final = 20.0
GREY: Final = "#7d8590"
OURS: Final = "#5b7a99"
THEIRS: Final = "#b8762a"
HEAD: Final = f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="t d"
  font-family="system-ui, sans-serif" font-size="14" fill="{GREY}">
  <title id="t">What it costs to file a notice among very many</title>
  <desc id="d">{{description}}</desc>
"""


def draw(found: Mapping[str, Any]) -> str:
    """Give the picture of what the bench has found."""
    figures = {each["name"]: each for each in found["figures"]}
    counts = sorted({int(name.split("-")[1]) for name in figures if name.startswith("notices-1")})
    lines = {
        name: [(count, figures[f"notices-{count}-{name}"]["ours"]) for count in counts]
        for name in ("median", "p99")
    }
    beside = [
        (name, figures[f"notices-postgis-{name}"]["detail"]["postgis_ms"])
        for name in ("median", "p99")
        if f"notices-postgis-{name}" in figures
    ]
    span = counts[0], counts[-1]
    said = "; ".join(
        f"{name}: " + ", ".join(f"{ms:.3g} ms at {count:,}" for count, ms in points)
        for name, points in lines.items()
    )
    parts = [HEAD.format(description=f"Processor time by notices that are live. {said}.")]
    parts += _axes(counts, span)
    for name, points in lines.items():
        parts += _line(name, points, span)
    for name, ms in beside:
        parts += _mark(f"PostGIS, {name}: {ms:.3g} ms", counts[-1], ms, span, THEIRS)
    for count in counts:
        for name in ("median", "p99"):
            limit = figures[f"notices-{count}-{name}"]["limit"]
            if limit is not None:
                x, y = _x(count, span), _y(limit)
                parts.append(f'  <path d="M{x - 9:.0f} {y:.1f}h18" stroke="{GREY}" stroke-width="3"/>')
    parts.append(
        f'  <text x="{LEFT}" y="{HEIGHT - 14}">Grey bars: what was asked. All scales are logarithmic.</text>'
    )
    return "\n".join([*parts, "</svg>"]) + "\n"


def _x(count: float, span: tuple[int, int]) -> float:
    least, most = (math.log10(each) for each in span)
    share = (math.log10(count) - least) / ((most - least) or 1.0)
    return LEFT + share * (RIGHT - LEFT)


def _y(ms: float) -> float:
    share = math.log10(max(ms, LEAST_MS) / LEAST_MS) / math.log10(MOST_MS / LEAST_MS)
    return BOTTOM - share * (BOTTOM - TOP)


def _axes(counts: Iterable[int], span: tuple[int, int]) -> Iterator[str]:
    for ms in (0.01, 0.1, 1, 10):
        y = _y(ms)
        yield f'  <path d="M{LEFT} {y:.1f}H{RIGHT}" stroke="{GREY}" stroke-opacity="0.3"/>'
        yield f'  <text x="{LEFT - 10}" y="{y + 5:.1f}" text-anchor="end">{ms:g} ms</text>'
    for count in counts:
        yield f'  <text x="{_x(count, span):.1f}" y="{BOTTOM + 24}" text-anchor="middle">{count:,}</text>'
    yield f'  <text x="{(LEFT + RIGHT) / 2:.0f}" y="{BOTTOM + 46}" text-anchor="middle">notices that are live</text>'


def _line(name: str, points: list[tuple[int, float]], span: tuple[int, int]) -> Iterator[str]:
    path = " ".join(f"{_x(count, span):.1f},{_y(ms):.1f}" for count, ms in points)
    dash = ' stroke-dasharray="6 4"' if name == "p99" else ""
    yield f'  <polyline points="{path}" fill="none" stroke="{OURS}" stroke-width="2"{dash}/>'
    yield from _mark(f"ours, {name}: {points[-1][1]:.3g} ms", *points[-1], span, OURS)


def _mark(text: str, count: int, ms: float, span: tuple[int, int], colour: str) -> Iterator[str]:
    x, y = _x(count, span), _y(ms)
    yield f'  <circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
    yield f'  <text x="{x + 12:.1f}" y="{y + 5:.1f}" fill="{colour}">{text}</text>'


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:3])
    target.write_text(draw(json.loads(source.read_text("utf-8"))), "utf-8")
