"""`coupefeu conflicts`: which features of two GeoJSON files are too near one another; works without a node."""

import json
import re
import sys
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from coupefeu.cli.printing import JsonOption
from coupefeu.errors import CoupefeuError, PeerError, UsageError, naming
from coupefeu.model.volumes import Separation
from coupefeu.wire.geojson import Feature, Reject, parse_json, read_feature, read_features

if TYPE_CHECKING:
    from coupefeu.deconfliction import Gap, Prepared

_LENGTHS: Final = {
    "m": Fraction(1),
    "km": Fraction(1_000),
    "nm": Fraction(1_852),
    "ft": Fraction(1_524, 5_000),
}
_TIMES: Final = {"s": Fraction(1), "min": Fraction(60), "h": Fraction(3_600)}
_MOST: Final = (1_000_000, 100_000, 2_592_000)
"""1,000 km, 100 km of altitude, thirty days."""
_MEASURE: Final = re.compile(r"(\d{1,9}(?:\.\d{1,6})?) ?([A-Za-z]+)", re.ASCII)
_REFUSED: Final = 5
"""The exit code of bytes that break a format: something was not compared."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("conflicts")(conflicts)


def conflicts(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Two GeoJSON files; one file twice: its features among themselves."),
    ] = None,
    separation: Annotated[
        str, typer.Option("--separation", help="The minima: distance, altitude, time.")
    ] = "9260m,300m,600s",
    pairs: Annotated[
        Path | None,
        typer.Option("--pairs", help="Instead of two files: lines with `case`, `a` and `b`, each judged."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Find what is too near: one JSON line for each conflicting pair of features of two GeoJSON files, or of `--pairs`.

    Works without a node. What cannot be compared is named on the error stream, and the exit code is 5 then.
    """
    del as_json  # it never prints anything else
    minima = parse_separation(separation)
    given = files or []
    if len(given) != (0 if pairs else 2):
        raise UsageError(
            f"{len(given)} files were given",
            code="cli.conflicts.files",
            hint="Give two files, the same one twice, or --pairs FILE and no other.",
        )
    refused = _judge_pairs(pairs, minima) if pairs else _compare(given[0], given[1], minima)
    if refused:
        raise typer.Exit(_REFUSED)


def parse_separation(text: str) -> Separation:
    """Read minima such as `9260m,300m,600s` or `5NM,1000ft,10min`; parts of a metre or second are rounded up.

    Raises:
        UsageError: `cli.conflicts.separation`.
    """
    parts = [part.strip() for part in text.split(",")]
    units = (_LENGTHS, _LENGTHS, _TIMES)
    if len(parts) != len(units):
        raise _no_separation(text)
    read = []
    for part, known, most in zip(parts, units, _MOST, strict=True):
        match = _MEASURE.fullmatch(part)
        unit = known.get(match[2].lower()) if match else None
        if match is None or unit is None:
            raise _no_separation(part)
        value = -(-(Fraction(match[1]) * unit) // 1)
        if value > most:
            raise _no_separation(part)
        read.append(int(value))
    return Separation(distance_m=read[0], altitude_m=read[1], time_s=read[2])


def _no_separation(seen: str) -> UsageError:
    return UsageError(
        f"--separation: {seen[:60]!r} is no minimum",
        code="cli.conflicts.separation",
        hint="Write distance, altitude, time, such as 9260m,300m,600s or 5NM,1000ft,10min; "
        "at most 1,000 km, 100 km and thirty days.",
    )


def _compare(one: Path, other: Path, minima: Separation) -> int:
    from coupefeu.deconfliction import all_gaps  # noqa: PLC0415 - NumPy comes with the first notice

    is_same = one.resolve() == other.resolve()
    first, refused = _prepared_of(one)
    second, refused_there = (first, 0) if is_same else _prepared_of(other)
    found = 0
    for number, at, gap in all_gaps([each for _, each in first], [each for _, each in second], minima):
        if is_same and at <= number:
            continue
        found += 1
        _print({"a": first[number][0].name, "b": second[at][0].name}, gap)
    among = (
        f"{len(first):,} of {one}" if is_same else f"{len(first):,} of {one} and {len(second):,} of {other}"
    )
    left_out = refused + refused_there
    _tell(
        f"{found:,} conflicts among {among}; minima {minima.distance_m:,} m, {minima.altitude_m:,} m, "
        f"{minima.time_s:,} s" + (f"; {left_out:,} features NOT COMPARED" if left_out else "")
    )
    return left_out


def _prepared_of(path: Path) -> tuple[list[tuple[Feature, "Prepared"]], int]:
    read: list[tuple[Feature, Prepared]] = []
    refused = 0
    with naming(path):
        for each in read_features(_text_of(path)):
            try:
                if isinstance(each, Reject):
                    raise each.error
                read.append((each, prepare_feature(each)))
                _tell_left_out(path, each)
            except CoupefeuError as error:
                refused += 1
                name = "" if each.id is None else f" ({each.id})"
                _tell(f"{path}: feature {each.number}{name}, {error.message} [{error.code}] {error.hint}")
    return read, refused


def prepare_feature(feature: Feature) -> "Prepared":
    """Make a feature ready to be compared.

    Raises:
        UsageError: `deconfliction.valid.*`, `deconfliction.shape.long`.
    """
    from coupefeu.deconfliction import prepare, require_valid  # noqa: PLC0415 - NumPy comes with the first notice

    for volume in feature.volumes:
        require_valid(volume)
    return prepare(feature.volumes)


def _judge_pairs(path: Path, minima: Separation) -> int:
    from coupefeu.deconfliction import gap  # noqa: PLC0415 - NumPy comes with the first notice

    refused = 0
    with naming(path):
        text = _text_of(path)
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            case, one, other = _pair(path, line)
            _print({"case": case}, gap(one, other, minima))
        except CoupefeuError as error:
            refused += 1
            _tell(f"{path}: line {number}, {error.message} [{error.code}] {error.hint}")
    return refused


def _pair(path: Path, line: str) -> tuple[Any, "Prepared", "Prepared"]:
    value = parse_json(line)
    if not isinstance(value, dict) or not {"case", "a", "b"} <= value.keys():
        raise PeerError(
            "not an object with case, a and b",
            code="cli.conflicts.pair",
            hint="Write a pair of features a line.",
        )
    sides = []
    for side in ("a", "b"):
        with naming(f"case {str(value['case'])[:60]}, {side}"):
            feature = read_feature(value[side])
        _tell_left_out(path, feature)
        sides.append(_valid_side(side, feature, value["case"]))
    return value["case"], sides[0], sides[1]


def _valid_side(side: str, feature: Feature, case: Any) -> "Prepared":
    try:
        return prepare_feature(feature)
    except UsageError as error:
        error.message = f"case {str(case)[:60]}, {side}: {error.message}"
        raise


def _tell_left_out(path: Path, feature: Feature) -> None:
    if feature.has_left_out_altitudes:
        _tell(f"{path}: feature {feature.name}: altitudes in positions are left out; lower and upper hold")


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PeerError("not UTF-8", code="cli.conflicts.text", hint="Save it as UTF-8.") from error


def _print(names: dict[str, Any], gap: "Gap") -> None:
    sys.stdout.write(json.dumps(names | gap_values(gap), ensure_ascii=False) + "\n")


def gap_values(gap: "Gap") -> dict[str, Any]:
    """Give what is printed of a gap; metres to the millimetre."""
    values: dict[str, Any] = {
        "conflict": gap.conflict,
        "distance_m": round(gap.distance_m, 3),
        "altitude_gap_m": gap.altitude_gap_m,
        "time_gap_s": gap.time_gap_s,
    }
    if gap.within_tolerance:
        values["within_tolerance"] = True
    if gap.datums_differ:
        values["datums_differ"] = True
    return values


def _tell(line: str) -> None:
    printable = "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in line)
    sys.stderr.write(printable + "\n")
