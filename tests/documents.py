"""Tables and drawings that are generated from code; `python -m tests.documents` writes them anew.

<!-- table: NAME -->
| ... |
<!-- end -->
"""

import dataclasses
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

from coupefeu.console import openapi
from coupefeu.console.app import make_routes
from coupefeu.console.errors import STATUSES
from coupefeu.link.config import Limits, Timings
from coupefeu.link.phase import TRANSITIONS, Phase
from coupefeu.model.duration import format_duration
from coupefeu.model.entry import Author, Kind, author_of
from coupefeu.model.messages import SUBJECTS, Form, Operative, OutcomeCode
from coupefeu.model.notices import USUAL_TERMS
from coupefeu.model.usual_firebreak import USUAL_RULES
from coupefeu.node import commands
from coupefeu.services.agreement.facts import KEY_STATEMENT
from coupefeu.services.arranged.table import ENDS as ARRANGED_ENDS
from coupefeu.services.arranged.table import TRANSITIONS as ARRANGED
from coupefeu.services.arranged.table import ArrangeState
from coupefeu.services.calls.transitions import SIDES
from coupefeu.services.calls.transitions import TRANSITIONS as CALL_TRANSITIONS
from coupefeu.services.messages.clocks import STOPPED_BY
from coupefeu.services.messages.forms import FORM_RULES
from coupefeu.services.messages.phrases import PHRASES
from coupefeu.services.messages.status import MACHINE_STEPS, StepName
from coupefeu.services.notices.forms import FORMS as NOTICE_FORMS
from coupefeu.services.notices.forms import FieldKind
from coupefeu.words import say
from tests.drawings import DRAWINGS, PICTURES

ROOT = Path(__file__).resolve().parents[1]
_TABLE = re.compile(r"<!-- table: (?P<name>[a-z-]+) -->\n(?P<body>.*?)<!-- end -->", re.DOTALL)


def documents() -> list[Path]:
    """List every Markdown file of the repository."""
    return sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def tables_in(text: str) -> dict[str, str]:
    """Give the generated tables that stand in a text, by name."""
    return {found["name"]: found["body"] for found in _TABLE.finditer(text)}


def write_anew(text: str) -> str:
    """Put every generated table of a text as the code has it now."""
    return _TABLE.sub(
        lambda found: f"<!-- table: {found['name']} -->\n{TABLES[found['name']]()}<!-- end -->", text
    )


def _table(head: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join("| " + " | ".join(map(str, line)) + " |\n" for line in lines)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _kinds() -> str:
    known = {int(kind): _words(kind.name) for kind in Kind} | {KEY_STATEMENT: "KEY STATEMENT"}
    rows: list[tuple[object, ...]] = [
        (
            number,
            name,
            "a node" if author_of(number) is Author.MACHINE else "people",
        )
        for number, name in sorted(known.items())
    ]
    return _table(("kind", "name", "written by"), rows)


def _forms() -> str:
    rows: list[tuple[object, ...]] = []
    for form, rule in FORM_RULES.items():
        subjects = [subject.value for subject in SUBJECTS if subject in rule.subjects]
        every = "all" if len(subjects) == len(SUBJECTS) else ", ".join(subjects)
        must, may = (", ".join(f"`{field}`" for field in sorted(fields)) for fields in (rule.must, rule.may))
        about = "an earlier message" if rule.refers else ""
        rows.append((int(form), say(f"form-{int(form)}", "en"), must or "nothing", may, every, about))
    assert set(FORM_RULES) == set(Form)
    return _table(("form", "name", "must carry", "may carry", "subjects", "is about"), rows)


def _phrases() -> str:
    rows: list[tuple[object, ...]] = []
    for code, kinds in PHRASES.items():
        slots = [kind.value for kind in kinds]
        values = {kind: f"({kind})" for kind in slots}
        spoken = [say(f"phrase-{code:02d}", language, **values) for language in ("en", "fr", "ru")]
        rows.append((f"{code:02d}", ", ".join(slots), *spoken))
    return _table(("code", "values", "English", "French", "Russian"), rows)


def _steps() -> str:
    rows: list[tuple[object, ...]] = []
    for step in StepName:
        words = [say(f"step-{step.value}", language, screens=2) for language in ("en", "fr", "ru")]
        stops = ", ".join(_words(kind.name) for kind in sorted(STOPPED_BY[step]))
        rows.append((*words, "machines" if step in MACHINE_STEPS else "people", stops or "nothing else"))
    return _table(("step", "French", "Russian", "a fact about", "its clock is also stopped by"), rows)


def _commands() -> str:
    rows: list[tuple[object, ...]] = []
    for name, command in commands._BY_NAME.items():
        fields = [
            f"`{field.name}`" + ("" if field.default is dataclasses.MISSING else " *optional*")
            for field in dataclasses.fields(command)
        ]
        meaning = (command.__doc__ or "").split("\n")[0].split(". ")[0].rstrip(".:")
        rows.append((f"`{name}`", ", ".join(fields), meaning))
    return _table(("command", "fields", "what it asks"), rows)


_TERMS = (
    *(f"precedence-{name}" for name in ("flash", "immediate", "priority", "routine")),
    *(f"form-{int(form)}" for form in Form),
    *(f"operative-{int(word)}" for word in Operative),
    *(
        f"step-{step.value}{'-idle' * (step is StepName.SHOWN)}"
        for step in StepName
        if step is not StepName.ANSWERED
    ),
    *(f"outcome-{int(code)}" for code in OutcomeCode),
    "say-again", "read-back-differs", "exercise",
)  # fmt: skip


def _terms() -> str:
    rows: list[tuple[object, ...]] = [
        tuple(say(key, each, screens=2) for each in ("en", "fr", "ru")) for key in _TERMS
    ]
    return _table(("English", "French", "Russian"), list(dict.fromkeys(rows)))


def _link_life() -> str:
    return _table(("in", "when", "then"), [(at, change, to) for (at, change), to in TRANSITIONS.items()])


def _call_life() -> str:
    rows: list[tuple[object, ...]] = [
        (_words(at.value), _words(kind.name), SIDES[kind].value, _words(to.value))
        for (at, kind), to in CALL_TRANSITIONS.items()
    ]
    return _table(("in", "when", "by", "then"), rows)


def _link_drawing() -> str:
    """Draw the changes that lead from one phase to another; those that lead back to it are in the table."""
    joined: dict[tuple[Phase, Phase], list[str]] = {}
    for (at, change), to in TRANSITIONS.items():
        if at is not to:
            joined.setdefault((at, to), []).append(change.value)
    name = {phase: phase.value.title().replace(" ", "") for phase in Phase}
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {name[Phase.NO_PATH]}"]
    lines += [f"    {name[at]} --> {name[to]}: {', '.join(each)}" for (at, to), each in joined.items()]
    return "\n".join([*lines, "```", ""])


def _arranged_table() -> str:
    return _table(("in", "when", "then"), [(at, event, to) for (at, event), to in ARRANGED.items()])


def _arranged_drawing() -> str:
    """Draw what leads from one state of an arrangement to another; what changes none is in the table."""
    joined: dict[tuple[ArrangeState, ArrangeState], list[str]] = {}
    for (at, event), to in ARRANGED.items():
        if at is not to:
            joined.setdefault((at, to), []).append(event.value)
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {ArrangeState.PROPOSED}"]
    lines += [f"    {at} --> {to}: {', '.join(each)}" for (at, to), each in joined.items()]
    lines += [f"    {state} --> [*]" for state in ArrangeState if state in ARRANGED_ENDS]
    return "\n".join([*lines, "```", ""])


def _notice_forms() -> str:
    rows: list[tuple[object, ...]] = []
    for form, rule in NOTICE_FORMS.items():
        terms = USUAL_TERMS[form - 1]
        fields = [
            f"{field.number} `{field.name}`{'!' * field.is_required}"
            + ("" if field.kind is FieldKind.TEXT else f" {field.kind}")
            for field in rule.fields
        ]
        asks = "always" if rule.must_ask else "may" if rule.may_ask else "no"
        window = "needed" if rule.needs_window else "may be open"
        lead = f"{terms.lead_s // 3600:,} h" if terms.lead_s else "none"
        answer = f"{terms.answer_s / 3600:g} h"
        rows.append(
            (int(form), say(f"notices-form-{int(form)}", "en"), ", ".join(fields), lead, answer, asks, window)
        )
    return _table(("form", "name", "fields", "lead time", "answer within", "asks", "window"), rows)


_TIMINGS = {
    "heartbeat_ms": "between heartbeats; *alive* lasts two of them",
    "silence_ms": "without a valid frame: the path is dead",
    "handshake_ms": "time-out of the first message 1; doubled up to the longest wait",
    "greeting_ms": "waiting for the other's greeting",
    "receipt_wait_ms": "an acknowledgement waits for the receipt that follows",
    "resend_ms": "first sending again, beside two round trips; doubled up to the longest wait",
    "longest_wait_ms": "longest wait of both",
    "renew_ms": "age at which a session is renewed",
    "renew_frames": "frames sent after which it is renewed",
    "old_keys_ms": "for which replaced keys are kept",
    "ratchet_ms": "age at which the shared secret is renewed",
}
_LIMITS = {
    "batch_entries": "entries a batch",
    "flight_entries": "entries under way, a log",
    "flight_bytes": "bytes under way, a log",
    "flash_entries": "FLASH entries under way beyond that",
    "entries_per_s": "entries",
    "runs_per_s": "runs of at most 16 entries",
    "receipts_per_s": "receipts",
    "signals_per_s": "signals",
    "line_tests_per_s": "line tests and answers",
    "holes_per_s": "holes",
    "asks_per_s": "asks for parts of attachments",
    "parts_per_s": "parts of attachments",
    "ml_dsa_per_s": "ML-DSA-44 signatures of checkpoints",
    "log_asks_per_s": "asks about a log, and pieces of answers",
    "incarnation_asks_per_s": "asks for a new incarnation, with the proof of a fork",
}


def _values(of: object, meanings: dict[str, str]) -> str:
    values = {field.name: getattr(of, field.name) for field in dataclasses.fields(type(of))}
    assert list(values) == list(meanings)
    rows: list[tuple[object, ...]] = [
        (f"`{name}`", f"{value:,}", meanings[name]) for name, value in values.items()
    ]
    return _table(("name", "value", "what"), rows)


def _console_routes() -> str:
    app = make_routes(SimpleNamespace(desk=SimpleNamespace(demo=True)))
    document = openapi.make_document(app)
    rows: list[tuple[object, ...]] = []
    for path, method, handler in openapi.list_operations(app):
        operation = document["paths"][path][method]
        own = [spec.description for spec in (handler.responses or {}).values()]
        codes = dict.fromkeys(re.findall(r"^(`[^`]+`)", "\n\n".join(own), re.MULTILINE))
        rows.append(
            (f"`{method.upper()} {path}`", operation["summary"], _gives(operation), ", ".join(codes) or "")
        )
    return _table(("route", "what it does", "answers", "refuses, beside what all refuse"), rows)


def _gives(operation: dict[str, dict[str, dict[str, dict[str, dict[str, str]]]]]) -> str:
    """Name the good answer: its status, and the type of its body."""
    ((status, answer),) = [each for each in operation["responses"].items() if each[0] < "400"]
    schemas = [each["schema"] for each in answer.get("content", {}).values()]
    names = [each["$ref"].rpartition("/")[2] for each in schemas if "$ref" in each]
    return f"{status} `{names[0]}`" if names else status


def _console_refusals() -> str:
    rows: list[tuple[object, ...]] = []
    for who, refusals in (
        ("every route", openapi.EVERYWHERE),
        ("every route that needs a session", openapi.SIGNED_IN + openapi.WHATEVER_COMES),
        ("every route with a body", openapi.WITH_BODY),
        ("every route with parameters", openapi.WITH_PARAMETERS),
    ):
        rows += [(who, STATUSES[kind], f"`{code}`", sentence) for kind, code, sentence in refusals]
    return _table(("who refuses", "status", "code", "why"), rows)


def _console_statuses() -> str:
    return _table(("kind", "status"), [(f"`{kind.__name__}`", status) for kind, status in STATUSES.items()])


def _firebreak_rules() -> str:
    rows: list[tuple[object, ...]] = []
    for rule in USUAL_RULES:
        after = format_duration(rule.after_s) if rule.after_s else ""
        named = ", ".join(each.name for each in rule.precedences)
        count = rule.count if rule.count > 1 else ""
        rows.append(
            (f"`{rule.id}`", f"`{rule.watches}` {named}".strip(), after, count, rule.level, rule.sentence.en)
        )
    return _table(("id", "watches", "after", "count", "level", "sentence"), rows)


TABLES: dict[str, Callable[[], str]] = {
    "link-life": _link_life,
    "link-drawing": _link_drawing,
    "call-life": _call_life,
    "arranged-table": _arranged_table,
    "arranged-drawing": _arranged_drawing,
    "link-timers": lambda: _values(Timings(), _TIMINGS),
    "link-limits": lambda: _values(Limits(), _LIMITS),
    "kinds": _kinds,
    "forms": _forms,
    "firebreak-rules": _firebreak_rules,
    "notice-forms": _notice_forms,
    "phrases": _phrases,
    "steps": _steps,
    "commands": _commands,
    "terms": _terms,
    "console-routes": _console_routes,
    "console-refusals": _console_refusals,
    "console-statuses": _console_statuses,
}


def main() -> None:
    """Write the generated tables of every document anew."""
    for path in documents():
        before = path.read_text("utf-8")
        after = write_anew(before)
        if after != before:
            path.write_text(after, "utf-8")
            sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    for name, draw in DRAWINGS.items():
        (PICTURES / name).write_text(draw(), "utf-8")


if __name__ == "__main__":
    main()
