"""The built pages, held in memory and found by exact name: no path is ever joined, so none can lead out.

`index.html` answers `/` and `/enter`; what lies in `assets/` has a hash in its name and never changes.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from coupefeu.errors import ConfigError

BUILT: Final = Path(__file__).parent / "static"
NOT_BUILT: Final = "console.static.not_built"
INDEX: Final = "/index.html"
VERIFIER: Final = "verifier.html"
"""The page that verifies a communique by itself (docs/adr/0024): it is given away, and not a page of the console."""
PAGES: Final = ("/", "/enter")
"""Addresses of the one page; what it shows is said by the rest of the address."""
UNIT_PAGE: Final = "/unit"
"""The page by which units acknowledge a notice: of a few files of its own, apart from the built ones."""
OPENED_BY_LINKS: Final = (*PAGES, UNIT_PAGE)
"""What a link from elsewhere may open."""

CONTENT_TYPES: Final = {  # the framework adds the character set to texts
    ".html": "text/html",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".wav": "audio/wav",
    ".ogg": "audio/ogg",
    ".mp3": "audio/mpeg",
    ".md": "text/plain",
    ".txt": "text/plain",
}
ENCODINGS: Final = {"br": ".br", "gzip": ".gz"}
"""Best first: the coding's name in HTTP, and the ending of the file that the build lays beside the plain one."""
FOREVER: Final = "public, max-age=31536000, immutable"
NEVER: Final = "no-store"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFile:
    """One file: plain, and coded as the build made it."""

    content: bytes
    content_type: str
    cache: str
    etag: str
    coded: Mapping[str, bytes] = field(default_factory=dict)

    def choose(self, accepted: str) -> tuple[str | None, bytes]:
        """Give (coding or None, bytes) for the request's Accept-Encoding."""
        wanted = codings(accepted)
        for coding, content in self.coded.items():
            if coding in wanted:
                return coding, content
        return None, self.content


def not_built() -> ConfigError:
    """Say that there are no pages to show, and how they are made."""
    return ConfigError(
        "the pages of the console are not built",
        code=NOT_BUILT,
        hint="Run `make console` in the source tree, then start the node again; a package has them inside.",
    )


def read_verifier(folder: Path = BUILT) -> bytes:
    """Read the page that verifies a communique, one file. Raises: ConfigError: `console.static.not_built`."""
    try:
        return (folder / VERIFIER).read_bytes()
    except FileNotFoundError as error:
        raise not_built() from error


def load_pages(folder: Path = BUILT) -> Mapping[str, StaticFile]:
    """Read every built file, by its address.

    Raises:
        ConfigError: `console.static.not_built`, `.unknown_type`.
    """
    if not (folder / "index.html").is_file():
        raise not_built()
    endings = tuple(ENCODINGS.values())
    files = [file for file in sorted(folder.rglob("*")) if file.is_file() and file.suffix not in endings]
    pages = {f"/{file.relative_to(folder).as_posix()}": _load(file) for file in files}
    return pages | dict.fromkeys(PAGES, pages[INDEX])


def _load(file: Path) -> StaticFile:
    content_type = CONTENT_TYPES.get(file.suffix)
    if content_type is None:
        raise ConfigError(
            f"{file.name}: no content type is known for {file.suffix!r}",
            code="console.static.unknown_type",
            hint="add it to console.static.CONTENT_TYPES",
        )
    content = file.read_bytes()
    beside = {coding: file.with_name(file.name + ending) for coding, ending in ENCODINGS.items()}
    return StaticFile(
        content=content,
        content_type=content_type,
        cache=FOREVER if file.parent.name == "assets" else NEVER,
        etag=f'"{hashlib.sha256(content).hexdigest()[:32]}"',
        coded={coding: path.read_bytes() for coding, path in beside.items() if path.is_file()},
    )


def codings(accepted: str) -> frozenset[str]:
    """List the codings that a browser takes; one with `q=0` it does not."""
    parts = (part.partition(";") for part in accepted.lower().split(","))
    return frozenset(
        name.strip()
        for name, _, weight in parts
        if weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    )
