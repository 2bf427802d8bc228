"""Built pages: exact types, the browser's best coding, kept for ever or never, and no way out of the folder."""

import gzip

import pytest

from coupefeu.console.static import CONTENT_TYPES, FOREVER, NEVER, load_pages
from coupefeu.errors import ConfigError

SCRIPT = b"console.log(1)"


@pytest.fixture
def built(tmp_path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_bytes(b"<!doctype html>")
    (tmp_path / "assets" / "a-1.js").write_bytes(SCRIPT)
    (tmp_path / "assets" / "a-1.js.br").write_bytes(b"brotli")
    (tmp_path / "assets" / "a-1.js.gz").write_bytes(gzip.compress(SCRIPT))
    return tmp_path


def test_the_one_page_answers_where_pages_begin(built):
    pages = load_pages(built)
    assert sorted(pages) == ["/", "/assets/a-1.js", "/enter", "/index.html"]
    assert pages["/"] is pages["/enter"] is pages["/index.html"]
    assert pages["/"].content_type == "text/html"


def test_what_has_a_hash_in_its_name_is_kept_for_ever_and_the_page_never(built):
    pages = load_pages(built)
    assert pages["/"].cache == NEVER
    assert pages["/assets/a-1.js"].cache == FOREVER
    assert pages["/"].etag != pages["/assets/a-1.js"].etag


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, BR;q=0.5", "br"),
        ("br;q=0, gzip", "gzip"),
        ("br; q=0.000, gzip ; q = 0", None),
        ("gzip", "gzip"),
        ("identity", None),
        ("", None),
        ("xbr", None),
    ],
)
def test_the_best_coding_that_the_browser_takes(built, accepted, coding):
    file = load_pages(built)["/assets/a-1.js"]
    chosen, content = file.choose(accepted)
    assert chosen == coding
    assert content == {"br": b"brotli", "gzip": file.coded["gzip"], None: SCRIPT}[coding]


def test_pages_that_are_not_built_say_how(tmp_path):
    with pytest.raises(ConfigError) as refused:
        load_pages(tmp_path)
    assert refused.value.code == "console.static.not_built"
    assert "make console" in refused.value.hint


def test_a_file_whose_type_nobody_knows_is_not_guessed(built):
    (built / "assets" / "x.wasm").write_bytes(b"")
    with pytest.raises(ConfigError, match=r"x\.wasm"):
        load_pages(built)


def test_no_script_is_ever_called_anything_else():
    assert {CONTENT_TYPES[each] for each in (".js", ".mjs")} == {"text/javascript"}
