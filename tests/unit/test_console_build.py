"""How the console comes into the package: the lock, what makes it anew, and that no package is made without it."""

import json
import os
import shutil
import subprocess
import sys
import zipfile

import pytest
from tests.documents import ROOT

FRONTEND = ROOT / "frontend"
STATIC = "src/coupefeu/console/static"
STAMP = ROOT / STATIC / "index.html"


def sources_in(folder):
    """Copy what a checkout holds of the package, and nothing that was built."""
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("static", "__pycache__"))
    shutil.copytree(FRONTEND, folder / "frontend", ignore=shutil.ignore_patterns("node_modules"))
    return folder


def build_wheel(folder):
    return subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder / "dist"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_lock_of_the_console_is_exact_and_names_no_registry():
    text = (FRONTEND / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in text
    packages = {name: each for name, each in json.loads(text)["packages"].items() if name}
    assert len(packages) > 30
    assert all(each["integrity"].startswith("sha512-") for each in packages.values())
    needs = json.loads((FRONTEND / "package.json").read_text("utf-8"))
    for name, version in (needs["dependencies"] | needs["devDependencies"]).items():
        assert packages[f"node_modules/{name}"]["version"] == version


@pytest.mark.parametrize(
    "changed", ["frontend/src/main.ts", "src/coupefeu/words/ru.ftl", "frontend/index.html"]
)
def test_the_console_is_built_anew_when_a_page_or_a_word_changed(tmp_path, changed):
    folder = sources_in(tmp_path)
    shutil.copy(ROOT / "Makefile", folder / "Makefile")
    made = [".venv/.ready", "frontend/node_modules/.ready", f"{STATIC}/index.html"]
    (folder / "requirements").mkdir()
    (folder / "requirements" / "dev.txt").touch()
    for age, path in enumerate(made, start=1):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()
        os.utime(folder / path, (4_000_000_000 + age, 4_000_000_000 + age))

    def would_run():
        clean = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
        command = ["make", "-n", "console"]
        done = subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, check=True)
        return [line for line in done.stdout.splitlines() if not line.startswith("make")]

    assert would_run() == []
    os.utime(folder / changed, (4_000_000_009, 4_000_000_009))
    assert would_run() == [".venv/bin/python hatch_build.py run build"]


def test_a_package_without_the_console_is_not_made(tmp_path):
    folder = sources_in(tmp_path)
    (folder / "frontend" / "package-lock.json").write_text("no lock", "utf-8")
    done = build_wheel(folder)
    assert done.returncode != 0
    assert "make console" in done.stderr
    assert not list(folder.glob("dist/*.whl"))


def test_the_package_holds_the_console_pressed_beside_itself(tmp_path):
    folder = sources_in(tmp_path)
    shutil.copytree(ROOT / STATIC, folder / STATIC)
    # As in a source distribution: it brings the console.
    (folder / "PKG-INFO").write_text("Metadata-Version: 2.4\nName: coupefeu\nVersion: 0.1.0\n", "utf-8")
    done = build_wheel(folder)
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("dist/*.whl")
    inside = {name.removeprefix("coupefeu/") for name in zipfile.ZipFile(wheel).namelist()}
    pages = {f"console/static/{name}" for name in ("index.html", "verifier.html", "licences.md")}
    assert pages | {"words/ru.ftl", "py.typed"} <= inside
    texts = [
        name
        for name in inside
        if name.startswith("console/static/")
        and name.endswith((".js", ".css", ".html"))
        and name != "console/static/verifier.html"
    ]
    assert len(texts) >= 5
    assert all(f"{name}.br" in inside for name in texts)
    large = [name for name in texts if f"{name}.gz" not in inside]
    assert {name.rpartition("/")[2].partition("-")[0] for name in large} == {"engine", "maplibre"}
    assert not [name for name in inside if name.endswith(".map")]
    assert wheel.stat().st_size < 5_200_000


@pytest.mark.parametrize(("language", "kilobytes"), [("en", 138), ("fr", 140), ("ru", 173)])
def test_the_first_page_is_light(language, kilobytes):
    """What it must fetch, pressed, with a kilobyte of headers each. In Russian the letters of both alphabets come.

    The words of other pages are not among it: `test_line_page` counts what a browser asks for.
    """
    assets = ROOT / STATIC / "assets"
    scripts = [next(assets.glob(f"{name}-*.js.br")) for name in ("every-page", language, "Line", "Row")]
    letters = ["latin-400", "latin-600"] + ["cyrillic-400", "cyrillic-600"] * (language == "ru")
    fonts = [next(assets.glob(f"ibm-plex-sans-{each}-normal-*.woff2")) for each in letters]
    styles = [next(assets.glob(f"{name}-*.css.br")) for name in ("every-page", "Line", "Row")]
    files = [ROOT / STATIC / "index.html.br", *styles, *scripts, *fonts]
    assert sum(file.stat().st_size + 1_000 for file in files) <= kilobytes * 1_000
