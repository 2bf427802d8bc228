"""What CONTRIBUTING.md asks of the code, where no linter can see it."""

import ast
import re
import sys
import tomllib

import pytest
from tests.documents import ROOT

PACKAGE = ROOT / "src" / "coupefeu"
ROOMS = sorted(path for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__")
SERVICES = sorted(path for path in (PACKAGE / "services").iterdir() if (path / "rules.py").exists())
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
MODULE_OF = {"fluent.runtime": "fluent"}
REASONLESS = re.compile(r"# (?:noqa(?:: [A-Z0-9, ]*[0-9])?|type: ignore(?:\[[a-z-]+\])?)(?!  ?[-#] \S)\s*$")


def imports(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name.split(".")[0] for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def names(needs):
    return {re.split(r"[=><~ ]", each)[0] for each in needs}


@pytest.mark.parametrize("room", [*ROOMS, *SERVICES], ids=lambda room: room.name)
def test_a_room_begins_with_what_it_is_and_its_rule(room):
    said = ast.get_docstring(ast.parse((room / "__init__.py").read_text("utf-8"))) or ""
    assert "rule" in said.lower() or "knows nothing" in said


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_services_look_alike(service):
    assert {"__init__.py", "facts.py", "rules.py", "views.py"} <= {each.name for each in service.iterdir()}


def test_what_is_imported_is_what_is_declared():
    found = {name for path in PACKAGE.rglob("*.py") for name in imports(path)}
    needed = {MODULE_OF.get(name, name) for name in names(PROJECT["project"]["dependencies"])}
    assert found - set(sys.stdlib_module_names) - {"coupefeu"} == needed


@pytest.mark.parametrize(
    ("file", "needs"),
    [
        ("run.txt", PROJECT["project"]["dependencies"]),
        ("dev.txt", PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]),
    ],
)
def test_every_need_is_locked_with_its_hash(file, needs):
    text = (ROOT / "requirements" / file).read_text("utf-8")
    locked = dict(re.findall(r"^([\w.-]+)==([^ ;]+)[^\n]*\\\n +--hash=sha256:", text, re.MULTILINE))
    assert {name.replace(".", "-") for name in names(needs)} <= set(locked)
    exact = dict(each.split("==") for each in needs if "==" in each)
    assert exact == {name: locked[name] for name in exact}


def test_what_switches_a_check_off_has_its_reason_beside_it():
    files = [path for folder in ("src", "tests", "bench") for path in (ROOT / folder).rglob("*.py")]
    bare = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files
        for number, line in enumerate(path.read_text("utf-8").split("\n"), start=1)
        if REASONLESS.search(line)
    ]
    assert not bare
