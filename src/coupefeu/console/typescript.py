"""The types and forms of the pages, written from the Python ones: `python -m coupefeu.console.typescript FOLDER`.

`types.ts` holds every dataclass and union of the modules below, and every enumeration that they name; `forms.ts` and
`notices.ts` what a form must carry and the limits that a page can tell beforehand. Nobody writes these by hand: a test
compares.
"""

import dataclasses
import sys
import types
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from coupefeu.console import (
    agreement_values,
    arranged_requests,
    arranged_values,
    calls_requests,
    calls_values,
    communique_values,
    firebreak_values,
    incidents_requests,
    incidents_values,
    line_state_values,
    media_requests,
    media_values,
    notices_requests,
    notices_values,
    passing_requests,
    passing_values,
    passkey_requests,
    passkey_values,
    record_values,
    requests,
    values,
    watch_page,
)
from coupefeu.console.typescript_forms import forms_source, literal, union
from coupefeu.console.typescript_notices import notices_source
from coupefeu.node import covered, incident_shapes, presence_values, verified, watch_values
from coupefeu.node import firebreak_values as node_firebreak_values
from coupefeu.node import values as message_values
from coupefeu.node.arranging import values as arranging_values
from coupefeu.node.communique import asked, drafted
from coupefeu.node.passing import values as node_passing_values
from coupefeu.services.usage import status as usage_status

MODULES = (
    message_values, watch_values, calls_values, media_values, values, notices_values, watch_page, covered, verified,
    record_values, agreement_values, drafted, communique_values, presence_values, arranging_values, arranged_values,
    asked, requests,
    calls_requests, media_requests, arranged_requests, notices_requests, passkey_values, passkey_requests,
    node_passing_values, passing_values, passing_requests, node_firebreak_values, firebreak_values,
    usage_status,
    incident_shapes, incidents_values, incidents_requests, line_state_values,
)  # fmt: skip
_ASKED = frozenset(each.__name__ for each in MODULES if each is asked or each.__name__.endswith("requests"))
HEAD = (
    "// Written by `python -m coupefeu.console.typescript`; a test compares. Change the Python, not this.\n"
)
_NO_PAGE = "no page can be sure of a {!r}: give it a dataclass, a StrEnum or a plain type"
_PLAIN: dict[Any, str] = {
    str: "string", bytes: "string", int: "number", float: "number", bool: "boolean", type(None): "null",
}  # fmt: skip


def types_source() -> str:
    """Write types.ts."""
    shapes = [each for module in MODULES for each in _shapes(module)]
    needed = _needed(shapes)
    enums = [_enum(each) for each in sorted(needed, key=lambda each: each.__name__)]
    interfaces = [_interface(each) for each in shapes]
    return "\n".join([HEAD, *enums, *interfaces, *_unions()])


def _shapes(module: types.ModuleType) -> Iterator[type]:
    """Give the public dataclasses that a module defines, in its order."""
    for each in vars(module).values():
        if dataclasses.is_dataclass(each) and isinstance(each, type) and each.__module__ == module.__name__:
            yield each


def _needed(shapes: Iterable[type]) -> set[type[StrEnum]]:
    found: set[type[StrEnum]] = set()
    for shape in shapes:
        for annotation in _hints(shape).values():
            found |= set(_enums_in(annotation))
    return found


def _enums_in(annotation: Any) -> Iterator[type[StrEnum]]:
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        yield annotation
    for inner in get_args(annotation):
        yield from _enums_in(inner)


def _hints(shape: type) -> dict[str, Any]:
    hints = get_type_hints(shape)
    return {field.name: hints[field.name] for field in dataclasses.fields(shape)}


def _enum(each: type[StrEnum]) -> str:
    return _comment(each) + union(each.__name__, [member.value for member in each])


def _interface(shape: type) -> str:
    may_lack = shape.__module__ in _ASKED
    lines = [
        f"  readonly {name}{'?' * (may_lack and _has_default(shape, name))}: {typescript(annotation)};\n"
        for name, annotation in _hints(shape).items()
    ]
    return f"{_comment(shape)}export interface {shape.__name__} {{\n{''.join(lines)}}}\n"


def _has_default(shape: type, name: str) -> bool:
    return any(
        each.name == name and each.default is not dataclasses.MISSING for each in dataclasses.fields(shape)
    )


def _unions() -> Iterator[str]:
    for module in MODULES:
        for name, each in vars(module).items():
            if isinstance(each, types.UnionType) and all(map(dataclasses.is_dataclass, get_args(each))):
                yield f"export type {name} = {typescript(each)};\n"


def typescript(annotation: Any) -> str:
    """Say a Python annotation in TypeScript. Raises: TypeError for one that no page could be sure of."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is None:
        return _named(annotation)
    if origin is Annotated:
        return typescript(inner[0])
    if origin in {Literal, Union, types.UnionType}:
        return " | ".join(map(literal if origin is Literal else typescript, inner))
    if origin in {tuple, list}:
        return _array(origin, inner)
    if origin is dict:
        return f"Readonly<Record<{typescript(inner[0])}, {typescript(inner[1])}>>"
    raise TypeError(_NO_PAGE.format(annotation))


def _named(annotation: Any) -> str:
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    is_shape = isinstance(annotation, type) and dataclasses.is_dataclass(annotation)
    if is_shape or (isinstance(annotation, type) and issubclass(annotation, StrEnum)):
        return str(annotation.__name__)
    raise TypeError(_NO_PAGE.format(annotation))


def _array(origin: Any, inner: tuple[Any, ...]) -> str:
    if origin is list or inner[-1] is Ellipsis:
        one = typescript(inner[0])
        return f"readonly ({one})[]" if " " in one else f"readonly {one}[]"
    return f"readonly [{', '.join(map(typescript, inner))}]"


def _comment(of: type) -> str:
    lines = [line.strip() for line in (of.__doc__ or "").strip().splitlines()]
    if len(lines) == 1:
        return f"/** {lines[0]} */\n"
    return "/**\n" + "".join(f" * {line}".rstrip() + "\n" for line in lines) + " */\n"


def main(folder: Path) -> None:
    """Write the files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "types.ts").write_text(types_source(), "utf-8")
    (folder / "forms.ts").write_text(f"{HEAD}\n{forms_source()}", "utf-8")
    (folder / "notices.ts").write_text(f"{HEAD}\n{notices_source()}", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "frontend/src/generated"))
