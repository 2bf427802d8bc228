"""Words of pages that load later stand in a file of their own, and nothing on the first page says one of them."""

import re

import pytest
from tests.documents import ROOT

from coupefeu.words import LANGUAGES, source

FRONTEND = ROOT / "frontend"
ASSETS = ROOT / "src/coupefeu/console/static/assets"
SCRIPT = (FRONTEND / "scripts" / "words.ts").read_text("utf-8")
FAMILIES = tuple(
    name for name in re.findall(r"'([a-z-]+)'", SCRIPT.split("LATER_FAMILIES = [")[1].split("];")[0])
)
ON_EVERY_PAGE = re.compile(re.search(r"ON_EVERY_PAGE = /(.*)/;", SCRIPT)[1])
SAID = re.compile(r"\bsay\(([^()]*(?:\([^()]*\)[^()]*)*)")
KEY = re.compile(rf"[`'\"]((?:{'|'.join(FAMILIES)})(?:-[a-z0-9-]*)?)[`'\"$]")
"""A key, or what stands before a value in one that is put together."""
LATER_ROOMS = (
    "demo/",
    "pages/agreement/",
    "pages/api/",
    "pages/arrange/",
    "pages/calls/",
    "pages/communique/",
    "map/",
    "pages/enter/",
    "pages/figures/",
    "pages/firebreak/",
    "pages/incidents/",
    "notices/",
    "pages/line/Declare.svelte",
    "pages/map/",
    "pages/notices/",
    "pages/persons/",
    "pages/presence/",
    "pages/record/",
    "pages/watch/",
    "passing/",
    "watch/",
    "calls/room/",
    "lock/",
    "persons/",
    "verifier/",
    "entries/",
    "communique/",
    "generated/",
)
"""What `shell/pages.ts` loads with all words, or who calls `words.loadAll` before it is shown."""


def is_later(key):
    of_a_family = any(key == each or key.startswith(f"{each}-") for each in FAMILIES)
    return of_a_family and not ON_EVERY_PAGE.search(key)


def is_early(file):
    return not file.relative_to(FRONTEND / "src").as_posix().startswith(LATER_ROOMS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_later_pages_are_built_apart(language):
    keys = re.findall(r"^([a-z][a-z0-9-]*) =", source(language), re.MULTILINE)
    first = next(ASSETS.glob(f"{language}-*.js")).read_text("utf-8")
    later = next(ASSETS.glob(f"later-{language}-*.js")).read_text("utf-8")
    built = {name: set(re.findall(r"(?:^|\\n|[`\"'\n])([a-z][a-z0-9-]*) = ", text))
             for name, text in (("first", first), ("later", later))}  # fmt: skip
    apart = {key for key in keys if is_later(key)}
    assert len(apart) > 100
    assert built["later"] == apart
    assert not built["first"] & apart
    assert {"ui-page-line", "watch-ask", "ui-flash-take"} <= built["first"]


def test_nothing_on_the_first_page_says_what_loads_later():
    sources = [each for each in (FRONTEND / "src").rglob("*") if each.suffix in {".ts", ".svelte"}]
    assert len(sources) > 100
    found = [
        f"{each.name}: {key}"
        for each in filter(is_early, sources)
        for said in SAID.findall(each.read_text("utf-8"))
        for key in KEY.findall(said)
        if is_later(key)
    ]
    assert found == []
