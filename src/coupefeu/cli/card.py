"""`coupefeu card`: our card, as text and as a QR code, to be handed over in person."""

import io
from pathlib import Path
from typing import Annotated

import segno
import typer

from coupefeu.cli.printing import JsonOption, NodeOption, report
from coupefeu.errors import UsageError
from coupefeu.keys.files import SECRET_MODE, write_durably
from coupefeu.node.folder import NodeFolder
from coupefeu.node.pairing import open_card
from coupefeu.wire.armour import Armour, armour, armour_line
from coupefeu.wire.card import encode_card

QR_SUFFIXES = {".png": "png", ".svg": "svg"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("card")(card)


def card(
    node: NodeOption,
    to: Annotated[Path | None, typer.Option(help="Write the card to this file, 0600.")] = None,
    qr: Annotated[Path | None, typer.Option(help="Write a QR code to this .png or .svg file, 0600.")] = None,
    show_qr: Annotated[bool, typer.Option("--show-qr", help="Print the QR code in the terminal.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Print our card for this line; the same card each time until the line is paired."""
    octets = encode_card(open_card(NodeFolder.open(node)))
    text = armour(Armour.CARD, octets)
    code = segno.make(armour_line(Armour.CARD, octets), error="l")
    if to:
        write_durably(to, text.encode("ascii"), mode=SECRET_MODE)
    if qr:
        write_durably(qr, _draw(code, qr), mode=SECRET_MODE)
    drawing = io.StringIO()
    if show_qr:
        code.terminal(out=drawing, compact=True)
    lines = [f"Card written to {to}."] if to else [text.rstrip("\n")]
    lines += [drawing.getvalue().rstrip("\n")] if show_qr else []
    lines += [f"QR code written to {qr}: what a reader shows is the card, on one line."] if qr else []
    lines += [
        "This card holds a secret: hand it over in person, and pair with --in-person if it was so.",
        f"Next, with their card: coupefeu pair THEIR_CARD --agreement TERMS --in-person --node {node}",
    ]
    report(None, lines, {"card": text, "to": str(to) if to else None}, as_json=as_json)


def _draw(code: segno.QRCode, path: Path) -> bytes:
    kind = QR_SUFFIXES.get(path.suffix.lower())
    if kind is None:
        raise UsageError(f"{path} is neither .png nor .svg", code="cli.card.picture", hint="name it card.png")
    drawing = io.BytesIO()
    code.save(drawing, kind=kind, scale=6)
    return drawing.getvalue()
