"""Every key in every language, with the same values; every code that can be shown has its words."""

import re
from dataclasses import fields

import pytest
from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor
from tests.documents import ROOT

from coupefeu.model.messages import OPERATIVE_WORDS, Channel, Content, FieldKind, Form, Operative, OutcomeCode
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.messages.display import Warned
from coupefeu.services.messages.enclosed import AttachmentState
from coupefeu.services.messages.facts import ACTS
from coupefeu.services.messages.forms import LINE_TEST_TEMPLATES
from coupefeu.services.messages.phrases import PHRASES
from coupefeu.services.messages.readback import DifferenceKind
from coupefeu.services.messages.render_chain import effect_words
from coupefeu.services.messages.status import StepName, TimeMark
from coupefeu.words import LANGUAGES, has, label, say, source

DASHED = str.maketrans("._", "--")


class Values(Visitor):
    def __init__(self):
        self.names = set()

    def visit_VariableReference(self, node):  # noqa: N802 - the library's name
        self.names.add(node.id.name)


def entries(language):
    found = {}
    for entry in FluentParser().parse(source(language)).body:
        assert not isinstance(entry, ast.Junk), entry.content
        if isinstance(entry, ast.Message):
            assert entry.id.name not in found, f"{entry.id.name} stands twice"
            values = Values()
            values.visit(entry)
            found[entry.id.name] = values.names
    return found


@pytest.mark.parametrize("language", ["fr", "ru"])
def test_every_language_has_the_same_keys_with_the_same_values(language):
    assert entries(language) == entries("en")


def test_a_french_mark_never_begins_a_line_by_itself():
    """French sets a space before `:`, `;`, `?`, `!`; one that breaks no line, and the same everywhere."""
    code = re.compile(r"`[^`]*`|\{[^{}]*\}|^#.*$", re.MULTILINE)
    text = code.sub("x", source("fr"))
    assert re.findall(r".{0,30}[ \u00a0][:;?!»].{0,20}|.{0,20}«[ \u00a0].{0,20}", text) == []
    assert text.count("\u202f:") > 50


def test_what_refuses_an_officer_has_words_in_every_language():
    """A page says a refusal in its reader's language by the stable code; the node's English stands beside it."""
    found = " ".join(file.read_text("utf-8") for file in (ROOT / "src" / "coupefeu").rglob("*.py"))
    named = set(re.findall(r'"([a-z_]+(?:\.[a-z_]+)+)"', found))
    reasons = set(re.findall(r'"([a-z_]+)"', found))
    named |= {f"services.{room}.{reason}" for room in ("messages", "calls", "presence") for reason in reasons}
    said = {key.removeprefix("ui-error-") for key in entries("en") if key.startswith("ui-error-")}
    assert said - {code.translate(DASHED) for code in named} == set(), "words for a code that nothing gives"
    given = set(
        re.findall(
            r'code="((?:services\.watch|console\.(?:once|streams)|node\.(?:draft|desk))\.[a-z_]+)"', found
        )
    )
    assert len(given) > 10
    assert {code for code in given if code.translate(DASHED) not in said} == {
        "services.watch.unknown_command"
    }


def test_the_24_phrases_have_their_slots():
    keys = entries("en")
    assert {key for key in keys if key.startswith("phrase-")} == {f"phrase-{code:02d}" for code in PHRASES}
    for code, slots in PHRASES.items():
        assert keys[f"phrase-{code:02d}"] == {slot.value for slot in slots}


def test_every_code_has_its_words():
    codes = {
        "precedence": [p.name.lower() for p in Precedence], "subject": [s.lower() for s in Subject],
        "form": [int(f) for f in Form], "operative": [int(o) for o in Operative], "step": list(StepName),
        "channel": [int(c) for c in Channel], "outcome": [int(o) for o in OutcomeCode], "time": list(TimeMark),
        "warned": list(Warned), "difference": list(DifferenceKind), "field": list(FieldKind),
        "act": [int(kind) for kind in ACTS], "attachment": list(AttachmentState),
        "line-test": range(1, LINE_TEST_TEMPLATES + 1),
    }  # fmt: skip
    missing = [
        f"{family}-{code}"
        for family, all_of in codes.items()
        for code in all_of
        if not has(f"{family}-{code}")
    ]
    assert not missing


def test_every_reason_in_the_code_has_its_words():
    import inspect

    from coupefeu.services.messages import effects, facts, forms, views

    text = "".join(inspect.getsource(module) for module in (effects, facts, forms, views))
    reasons = set(re.findall(r'"((?:missing|unexpected|bad|long|unknown|not|own|foreign|already|post|unreadable|form'
                             r'|subject_not|protest)_[a-z_]+)"', text))  # fmt: skip
    reasons |= {f"missing_{f.name}" for f in fields(Content)} - {"missing_form", "missing_subject"}
    assert len(reasons) > 30
    unsaid = {r for r in reasons if effect_words(r, "en") == say("effect-other", "en", part=r)}
    assert not unsaid


def test_operative_words_are_those_that_a_read_back_accepts():
    for word, texts in OPERATIVE_WORDS.items():
        assert texts == {language: say(f"operative-{int(word)}", language) for language in LANGUAGES}


def test_the_chain_has_exactly_the_agreed_words():
    agreed = (
        "ON THEIR RECORD|SHOWN ON 3 SCREENS, NOBODY HAS ACTED|TAKEN BY|READ BY|READ BACK|PASSED TO|OUTCOME"
    )
    keys = ("on-their-record", "shown-idle", "taken-by", "read-by", "read-back", "passed-to", "outcome")
    assert [say(f"step-{key}", "en", screens=3) for key in keys] == agreed.split("|")


@pytest.mark.parametrize(
    ("language", "screens", "expected"),
    [
        ("en", 1, "SHOWN ON 1 SCREEN"), ("en", 0, "SHOWN ON A SCREEN"), ("fr", 1, "AFFICHÉ SUR 1 ÉCRAN"),
        ("fr", 2, "AFFICHÉ SUR 2 ÉCRANS"), ("ru", 1, "ПОКАЗАНО НА 1 ЭКРАНЕ"), ("ru", 5, "ПОКАЗАНО НА 5 ЭКРАНАХ"),
        ("ru", 21, "ПОКАЗАНО НА 21 ЭКРАНЕ"), ("de", 2, "SHOWN ON 2 SCREENS"),
        ("fr", 0, "AFFICHÉ SUR UN ÉCRAN"), ("ru", 0, "ПОКАЗАНО НА ЭКРАНЕ"),
    ],
)  # fmt: skip
def test_plurals(language, screens, expected):
    assert say("step-shown", language, screens=screens) == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_value_of_any_length_is_said_whole(language):
    name, value = "n" * 3_000, "{ $name } " * 900 + "."
    assert label(name, value, language) == label("n", "v", language).replace("n", name).replace("v", value)


def test_a_missing_key_or_value_is_an_error():
    with pytest.raises(LookupError):
        say("no-such-key", "en")
    with pytest.raises(LookupError):
        say("phrase-01", "en")


def test_words_hold_no_invisible_character():
    for language in LANGUAGES:
        assert not re.search("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\u00ad]", source(language))
