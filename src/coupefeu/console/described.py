"""What the dataclasses of the API say of themselves, for its document: docstrings of types, and of their fields.

A field's sentence is the string below it in the source, as everywhere in this package; Python forgets it, so the source
is read. Without sources (a frozen program) the document has no sentences, and nothing else changes.
"""

import ast
import dataclasses
import inspect
import textwrap
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from functools import cache
from itertools import pairwise
from typing import Any, get_args, get_type_hints


def find_types(functions: Iterable[Callable[..., Any]]) -> Mapping[str, type]:
    """Collect every dataclass and enumeration that these functions take or give, by name."""
    found: dict[str, type] = {}
    for function in functions:
        for annotation in get_type_hints(function).values():
            _collect(annotation, found)
    return found


def _collect(annotation: Any, found: dict[str, type]) -> None:
    for inner in get_args(annotation):
        _collect(inner, found)
    if not isinstance(annotation, type) or annotation.__name__ in found:
        return
    if dataclasses.is_dataclass(annotation):
        found[annotation.__name__] = annotation
        for each in get_type_hints(annotation).values():
            _collect(each, found)
    elif issubclass(annotation, Enum):
        found[annotation.__name__] = annotation


def describe_types(schemas: dict[str, dict[str, Any]], known: Mapping[str, type]) -> None:
    """Put the sentences of each type, and of its fields, into its schema."""
    for name, schema in schemas.items():
        if name not in known:
            continue
        schema["description"] = _paragraph(known[name].__doc__)
        says = field_sentences(known[name])
        for field, values in schema.get("properties", {}).items():
            if field in says:
                values["description"] = says[field]


@cache
def field_sentences(of: type) -> Mapping[str, str]:
    """Give the sentence below each field that has one, by the field's name."""
    try:
        (written,) = ast.parse(textwrap.dedent(inspect.getsource(of))).body
    except (OSError, TypeError):
        return {}
    body = written.body if isinstance(written, ast.ClassDef) else []
    return {
        field.target.id: _paragraph(below.value.value)
        for field, below in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
        and isinstance(below.value.value, str)
    }


def _paragraph(text: str | None) -> str:
    return " ".join((text or "").split("\n\n")[0].split())
