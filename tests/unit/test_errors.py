"""Every error as its page promises: a branch of the tree, a code that means one thing, and what to do."""

import ast
import re
from collections import defaultdict
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from tests.documents import ROOT

from coupefeu import errors
from coupefeu.store import sqlite

PACKAGE = ROOT / "src" / "coupefeu"
ROOMS = {path.name for path in PACKAGE.iterdir() if path.is_dir()}
BRANCHES = {each.__name__ for each in errors.CoupefeuError.__subclasses__()}
CODE = re.compile(r"[a-z]+\.[a-z0-9_]+\.[a-z0-9]+(?:[_-][a-z0-9]+)*")
COMPUTED = re.compile(r"[a-z]+\.[a-z0-9_]+\.(?:no_)?\{.+\}")

TWICE = {
    "bearer.datagram.length": "one bound, kept by both bearers",
    "bearer.memory.open": "no such address, or nobody there: both ways there is no path",
    "cli.demo.message": "the text file cannot be read, or is no text",
    "console.tls.unusable": "a certificate that does not read, or does not fit its key",
    "node.draft.slots": "no such phrase, or not as many values as it has",
    "node.export.not_cosigned": "a whole log, or one entry",
    "node.folder.absent": "a file that was named, or one that the folder must hold",
    "node.folder.bad_value": "what may be given as a party, as an address, and in a file",
    "record.tree.range": "sizes or an index that no tree has",
    "store.reconciling.forked": "what is kept, or a root that is known: our key has signed two truths",
    "store.taking_back.nothing_new": "of our log, or of its own: it gives what is here",
    "store.taking_back.withheld": "of our log, or of its own: it does not give what it shows",
    "store.receive.run_reach": "a run, or the line test that goes ahead of it",
    "store.receive.wrong_log": "a batch, or the line test that goes ahead of it",
    "wire.card.bad_field": "a field, or the format of the whole: ask for the file again",
    "services.incidents.unknown_incident": "no such incident here: to be read, or to be spoken of",
    "services.notices.unknown_notice": "no such notice here: by its number, or by what is known of it",
    "wire.csv.header": "a first line that does not name the columns, each once",
    "wire.geojson.long": "a text, a line or a collection that is too long: divide it",
    "store.schema.version": "a record that is older, or newer, than this program",
}
"""Codes that are raised in more places than one, and the one thing that they mean."""

SAYS_ALL = {
    "link.path.slot",
    "link.phase.impossible",
    "link.signal.too-long",
    "services.agreement.known_keys",
    "services.agreement.known_statement",
    "services.agreement.no_effect",
    "services.agreement.opened",
    "services.agreement.unknown_command",
    "services.messages.unknown_command",
    "services.refusals.unknown_command",
    "store.equivocation.too_far_back",
    "store.receipt.beyond",
    "store.receipt.run_too_long",
    "store.receive.run_incomplete",
    "store.receive.run_reach",
    "store.receive.wrong_log",
    "node.recovery.pieces",
    "node.recovery.their_fork",
    "node.recovery.two_words",
    "store.taking_back.incomplete",
    "store.taking_back.nothing_new",
    "store.taking_back.two_words",
    "store.taking_back.withheld",
    "store.telling.wrong_log",
    "wire.tar.unencodable",
}
"""Codes without a hint: nothing is left to do, or a program alone can cause it and its sentence names the cause."""


@dataclass(frozen=True)
class Raised:
    where: str
    branch: str
    code: str
    is_literal: bool
    has_hint: bool


def _code_of(value: ast.expr, module: str) -> tuple[str, bool]:
    if isinstance(value, ast.Constant):
        return str(value.value), True
    if (
        isinstance(value, ast.Name) and value.id.isupper()
    ):  # a constant, for who must know this error from others
        return str(getattr(import_module(module), value.id)), True
    return ast.unparse(value).removeprefix("f").strip("\"'"), False


def _module_of(path: Path) -> str:
    return ".".join(("coupefeu", *path.relative_to(PACKAGE).with_suffix("").parts))


def _called(tree: ast.Module) -> list[ast.Call]:
    """Find the calls inside functions: what stands in a decorator or a module only describes what may be raised."""
    functions = [each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
    nodes = {id(node): node for each in functions for part in each.body for node in ast.walk(part)}
    inner = {id(node) for each in functions for part in each.decorator_list for node in ast.walk(part)}
    return [node for key, node in nodes.items() if isinstance(node, ast.Call) and key not in inner]


def _raised() -> list[Raised]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in _called(ast.parse(path.read_text("utf-8"))):
            branch = ast.unparse(node.func).rpartition(".")[2]
            given = {keyword.arg: keyword.value for keyword in node.keywords}
            if "code" in given and branch in BRANCHES | {"CoupefeuError"}:
                code, is_literal = _code_of(given["code"], _module_of(path))
                where = f"{path.relative_to(PACKAGE)}:{node.lineno}"
                found.append(Raised(where, branch, code, is_literal, "hint" in given))
    return found


RAISED = _raised()
LITERAL = [each for each in RAISED if each.is_literal]


def test_the_tree_on_the_page_is_the_tree_of_classes():
    assert errors.__doc__ is not None
    assert set(re.findall(r"[├└]── (\w+)", errors.__doc__)) == BRANCHES


def test_an_error_is_of_a_branch_never_of_the_trunk():
    assert len(RAISED) > 150
    assert not [each.where for each in RAISED if each.branch not in BRANCHES]


def test_a_code_is_room_subject_defect():
    codes = [each.code for each in LITERAL] + [code for _, code, _ in sqlite._CAUSES]
    passed_on = {"code", "error.code", "defect.code"}  # judged where it was first said
    computed = [each.code for each in RAISED if not each.is_literal and each.code not in passed_on]
    odd = [code for code in codes if not CODE.fullmatch(code)]
    odd += [code for code in computed if not COMPUTED.fullmatch(code)]
    odd += [code for code in codes + computed if code.split(".")[0] not in ROOMS]
    assert not odd


def test_a_code_that_is_raised_twice_means_one_thing():
    places = defaultdict(set)
    for each in LITERAL:
        places[each.code].add(each.where)
    assert {code for code, seen in places.items() if len(seen) > 1} == set(TWICE)


def test_a_code_is_of_one_branch():
    branches = defaultdict(set)
    for each in LITERAL:
        branches[each.code].add(each.branch)
    assert not {code: seen for code, seen in branches.items() if len(seen) > 1}


def test_an_error_says_what_to_do_unless_its_sentence_says_all():
    assert not [each.where for each in RAISED if not each.is_literal and not each.has_hint]
    assert {each.code for each in LITERAL if not each.has_hint} == SAYS_ALL
