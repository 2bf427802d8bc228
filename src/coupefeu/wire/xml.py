"""XML of strangers, bounded: no document type, no entities of its own, so much text, depth and number of elements.

    text -> Element(name, attributes, children, text)

A document type is what declares entities, names outside files and grows without end: it is refused as it begins. The
five entities of XML and numbers of characters are read. Bytes are UTF-8 whatever the text says of itself.
"""

from dataclasses import dataclass, field
from typing import Any, Final
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from coupefeu.errors import PeerError

MAX_XML_CHARACTERS: Final = 131_072
MAX_XML_DEPTH: Final = 16
MAX_XML_ELEMENTS: Final = 4_096
_UNWRITABLE: Final = {code: "\ufffd" for code in range(32) if code not in {9, 10, 13}} | {
    0xFFFE: "\ufffd",
    0xFFFF: "\ufffd",
}


@dataclass(slots=True)
class Element:
    """One element: `text` is all that stands in it and in no child."""

    name: str
    attributes: dict[str, str]
    children: list["Element"] = field(default_factory=list)
    text: str = ""

    def first(self, name: str) -> "Element | None":
        """Give the first child of a name; None: there is none."""
        return next((each for each in self.children if each.name == name), None)


def read_xml(text: str) -> Element:
    """Read one element of at most 128 KiB.

    Raises:
        PeerError: `wire.xml.*`: long, syntax, document_type, depth, elements.
    """
    if len(text) > MAX_XML_CHARACTERS:
        raise _fault("long", f"has {len(text):,} characters, more than {MAX_XML_CHARACTERS:,}")
    root = Element("", {})
    try:
        _parser(root).Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        raise _fault("syntax", f"is no XML: {error}") from error
    return root.children[0]


def write_element(name: str, attributes: dict[str, str], *inside: str) -> str:
    """Write an element; `inside`: what `write_element` and `write_text` gave."""
    written = "".join(f" {key}={quoteattr(_safe(value))}" for key, value in attributes.items())
    return f"<{name}{written}>{''.join(inside)}</{name}>" if inside else f"<{name}{written}/>"


def write_text(text: str) -> str:
    """Write a text; what XML cannot hold becomes U+FFFD."""
    return escape(_safe(text))


def _parser(root: Element) -> Any:
    parser = expat.ParserCreate(encoding="utf-8")
    path, count = [root], 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if len(path) > MAX_XML_DEPTH:
            raise _fault("depth", f"is nested more than {MAX_XML_DEPTH} deep")
        if count > MAX_XML_ELEMENTS:
            raise _fault("elements", f"has more than {MAX_XML_ELEMENTS:,} elements")
        path[-1].children.append(Element(name, attributes))
        path.append(path[-1].children[-1])

    def end(_name: str) -> None:
        path.pop()

    def characters(text: str) -> None:
        path[-1].text += text

    def refuse(*_declared: object) -> int:
        raise _fault("document_type", "declares a document type or an entity")

    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    return parser


def _safe(text: str) -> str:
    return text.translate(_UNWRITABLE).encode("utf-8", "replace").decode()


def _fault(defect: str, says: str) -> PeerError:
    return PeerError(f"the text {says}", code=f"wire.xml.{defect}", hint="write it anew with an XML library")
