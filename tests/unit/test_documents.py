"""The documents say what is true: links lead somewhere, names exist, generated tables are those of the code."""

import ast
import re
import subprocess
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from tests.documents import ROOT, documents, tables_in, write_anew
from tests.drawings import DRAWINGS, PICTURES

PACKAGE = ROOT / "src" / "coupefeu"
ROOMS = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}
NAMING = [
    ROOT / "ARCHITECTURE.md",
    ROOT / "THREATS.md",
    ROOT / "CONTRIBUTING.md",
    *ROOT.glob("docs/adr/*.md"),
]
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
_CODE = re.compile(r"`([^`\n]+)`")
_DOTTED = re.compile(r"(?:coupefeu\.)?([a-z]+(?:\.\w+)+)")
_FILE = re.compile(r"(?:src|tests|docs|bench|\.ci)/[\w./-]+")
_TEST = re.compile(r"(tests/[\w/]+\.py)::(\w+)")
_SUFFIXES = {"toml", "log", "db", "md", "key", "card", "answer", "sock", "py", "ftl", "json", "svg"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:  # an unpacked source archive has no history to ask
        return [path for path in ROOT.rglob("*") if path.is_file() and ".venv" not in path.parts]
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name]


def exists(dotted: str) -> bool:
    """Whether a dotted name is a module of ours, or a name in one (a method, a field, a constant)."""
    parts = dotted.split(".")
    for cut in range(len(parts), 0, -1):
        path = PACKAGE.joinpath(*parts[:cut])
        if path.is_dir() or path.with_suffix(".py").exists():
            found = import_module(".".join(["coupefeu", *parts[:cut]]))
            for part in parts[cut:]:
                fields = getattr(found, "__annotations__", {}) | getattr(found, "__dataclass_fields__", {})
                if not hasattr(found, part) and part not in fields:
                    return False
                found = getattr(found, part, None)
            return True
    return False


@pytest.mark.parametrize("path", documents(), ids=name_of)
def test_every_link_leads_to_a_file(path):
    text = path.read_text("utf-8")
    dead = [link for link in _LINK.findall(text) if not (path.parent / link).exists()]
    assert not dead


@pytest.mark.parametrize("path", documents(), ids=name_of)
def test_generated_tables_are_those_of_the_code(path):
    text = path.read_text("utf-8")
    assert write_anew(text) == text, "run: python -m tests.documents"


@pytest.mark.parametrize("name", DRAWINGS)
def test_generated_drawings_are_those_of_the_code(name):
    assert (PICTURES / name).read_text("utf-8") == DRAWINGS[name](), "run: python -m tests.documents"


def test_every_generated_table_stands_in_a_document():
    from tests.documents import TABLES

    assert {name for path in documents() for name in tables_in(path.read_text("utf-8"))} == set(TABLES)


@pytest.mark.parametrize("path", NAMING, ids=name_of)
def test_every_name_of_code_exists(path):
    codes = _CODE.findall(path.read_text("utf-8"))
    dotted = [found[1] for code in codes if (found := _DOTTED.fullmatch(code))]
    ours = [name for name in dotted if name.split(".")[0] in ROOMS and name.split(".")[-1] not in _SUFFIXES]
    missing = [name for name in ours if not exists(name)]
    missing += [
        code for code in codes if _FILE.fullmatch(code) and not (ROOT / code).exists() and "*" not in code
    ]
    assert not missing


@pytest.mark.parametrize("path", documents(), ids=name_of)
def test_every_test_that_is_named_exists(path):
    for file, name in _TEST.findall(path.read_text("utf-8")):
        assert name in functions_in(file), f"{file} has no {name}"


@cache
def functions_in(file):
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}


def test_the_rooms_are_the_folders():
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    assert sorted(re.findall(r"^\| `(\w+)/`", text, re.MULTILINE)) == sorted(ROOMS)


def test_every_rule_against_an_attack_names_its_function_and_its_test():
    rows = [
        row.strip("|\n ").split(" | ")
        for row in (ROOT / "THREATS.md").read_text("utf-8").split("\n")
        if row.startswith("| ") and "::" in row
    ]
    assert len(rows) > 30
    for rule, code, test in rows:
        assert rule
        assert _DOTTED.search(code), rule
        assert _TEST.search(test), rule


def test_every_decision_is_listed_and_has_the_parts_of_the_template():
    folder = ROOT / "docs" / "adr"
    index = (folder / "README.md").read_text("utf-8")
    decisions = sorted(folder.glob("[0-9]*.md"))
    heads = re.findall(r"^## .*$", (folder / "0000-template.md").read_text("utf-8"), re.MULTILINE)
    for path in decisions:
        text = path.read_text("utf-8")
        assert path.name in index
        assert text.startswith(f"# {path.name[:4]}: ")
        assert re.findall(r"^## .*$", text, re.MULTILINE) == heads


def test_decisions_that_the_code_cites_are_there():
    cited = {
        number
        for path in PACKAGE.rglob("*.py")
        for number in re.findall(r"docs/adr/(\d{4})", path.read_text("utf-8"))
    }
    assert cited <= {path.name[:4] for path in (ROOT / "docs" / "adr").glob("*.md")}


def test_the_repository_speaks_of_nothing_outside_itself():
    """No address of a package registry and no path of the machine on which it was written."""
    registries = (
        "pypi" + ".org/simple",
        "files.python" + "hosted.org",
        "registry." + "npmjs.org",
        "/" + "work/",
    )
    offenders = []
    for path in tracked():
        if path.is_symlink() or not path.exists():
            continue
        data = path.read_bytes()
        offenders += [f"{name_of(path)}: {word}" for word in registries if word.encode() in data]
    assert not offenders


def test_every_rule_that_the_code_names_is_said_by_its_number():
    said = (ROOT / "docs" / "spec" / "rules.md").read_text("utf-8")
    rules = set(re.findall(r"^\| ([AB]\d+) \|", said, re.MULTILINE))
    invariants = set(re.findall(r"^(\d+)\. ", said, re.MULTILINE))
    text = "\n".join(path.read_text("utf-8") for path in tracked() if path.suffix == ".py")
    assert set(re.findall(r"\bprotocol ([AB]\d+)", text)) <= rules
    assert set(re.findall(r"\binvariant (\d+)", text)) <= invariants
    assert all((ROOT / page).exists() for page in re.findall(r"Source: ([\w/.-]+\.md)", text))
