"""What the pages know of Python's types and forms is what Python says now."""

import dataclasses
import re
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Annotated, Any, Literal

import pytest
from tests.documents import ROOT

from coupefeu.console import typescript
from coupefeu.console.typescript_forms import LIMITS, forms_source
from coupefeu.model.messages import Form
from coupefeu.services.messages.forms import FORM_RULES
from coupefeu.services.messages.phrases import PHRASES

GENERATED = ROOT / "frontend" / "src" / "generated"


class Shade(StrEnum):
    DARK = "dark"
    LIGHT = "light's"


@dataclass(frozen=True)
class Lamp:
    shade: Shade


def test_the_pages_have_the_types_and_forms_that_python_has(tmp_path):
    typescript.main(tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["forms.ts", "notices.ts", "types.ts"]
    for made in tmp_path.iterdir():
        kept = (GENERATED / made.name).read_text("utf-8")
        assert kept == made.read_text("utf-8"), "run `python -m coupefeu.console.typescript`"


@pytest.mark.parametrize(
    ("annotation", "said"),
    [
        (str, "string"),
        (bytes, "string"),
        (int | None, "number | null"),
        (Annotated[str, "at most 64"] | None, "string | null"),
        (Literal["desk"], "'desk'"),
        (tuple[str, ...], "readonly string[]"),
        (tuple[str | int, ...], "readonly (string | number)[]"),
        (list[Lamp], "readonly Lamp[]"),
        (tuple[str, int], "readonly [string, number]"),
        (dict[str, tuple[bool, ...]], "Readonly<Record<string, readonly boolean[]>>"),
        (Shade, "Shade"),
        (Lamp | None, "Lamp | null"),
    ],
    ids=str,
)
def test_an_annotation_is_said_in_typescript(annotation, said):
    assert typescript.typescript(annotation) == said


@pytest.mark.parametrize("annotation", [Any, object, set[str], IntEnum, complex], ids=str)
def test_what_no_page_could_be_sure_of_is_refused(annotation):
    with pytest.raises(TypeError, match="no page can be sure"):
        typescript.typescript(annotation)


def test_every_shape_and_field_is_there_and_what_may_be_left_out_is_in_requests_alone():
    text = typescript.types_source()
    interfaces = dict(re.findall(r"^export interface (\w+) \{\n(.*?)^\}", text, re.MULTILINE | re.DOTALL))
    for module in typescript.MODULES:
        shapes = [each for each in vars(module).values() if dataclasses.is_dataclass(each)]
        own = [each for each in shapes if each.__module__ == module.__name__]
        assert own
        for shape in own:
            fields = re.findall(r"^  readonly (\w+)(\??): ", interfaces[shape.__name__], re.MULTILINE)
            assert [name for name, _ in fields] == [field.name for field in dataclasses.fields(shape)]
            asks = module.__name__.endswith((".requests", ".asked", "_requests"))
            may_lack = {
                field.name for field in dataclasses.fields(shape) if field.default is not dataclasses.MISSING
            }
            assert {name for name, mark in fields if mark} == (may_lack if asks else set())


def test_forms_phrases_and_limits_are_those_that_the_services_judge_by():
    text = forms_source()
    for form, rule in FORM_RULES.items():
        (row,) = re.findall(rf"^  \{{ number: {int(form)}, name: '[a-z-]+', must: .*$", text, re.MULTILINE)
        must, may = re.findall(r"(?:must|may): \[(.*?)\]", row)
        assert set(re.findall(r"'(\w+)'", must)) == rule.must
        assert set(re.findall(r"'(\w+)'", may)) == rule.may
        assert f"refers: {str(rule.refers).lower()}" in row
    assert len(FORM_RULES) == len(Form)
    assert all(f"  {{ number: {number}, slots: " in text for number in PHRASES)
    assert all(f"  {name}: {value}," in text for name, value in LIMITS.items())
