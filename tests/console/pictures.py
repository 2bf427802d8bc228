"""Pictures of pages for the README, written when asked: `COUPEFEU_PICTURES=1 pytest tests/console/test_demo.py`.

A page of ours has few colours; a PNG that counts them takes a third of what a browser writes.
"""

import base64
import os
import struct
import zlib

from tests.documents import ROOT

FOLDER = ROOT / "docs" / "pictures"
WANTED = os.environ.get("COUPEFEU_PICTURES") == "1"
COLOURS = 256
_COUNT = """async ([picture, colours]) => {
  const octets = Uint8Array.from(atob(picture), (each) => each.charCodeAt(0));
  const image = await createImageBitmap(new Blob([octets], { type: 'image/png' }));
  const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
  canvas.drawImage(image, 0, 0);
  const { data } = canvas.getImageData(0, 0, image.width, image.height);
  const near = (at) => (data[at] >> 3) << 10 | (data[at + 1] >> 3) << 5 | data[at + 2] >> 3;
  const seen = new Map();  // of colours that are nearly the same the most frequent stands for all
  for (let at = 0; at < data.length; at += 4) {
    const exact = data[at] << 16 | data[at + 1] << 8 | data[at + 2];
    const same = seen.get(near(at)) ?? seen.set(near(at), new Map()).get(near(at));
    same.set(exact, (same.get(exact) ?? 0) + 1);
  }
  const most = [...seen].map(([key, same]) => {
    const [exact] = [...same].reduce((best, each) => (each[1] > best[1] ? each : best));
    return { key, exact, count: [...same.values()].reduce((sum, each) => sum + each) };
  }).sort((left, right) => right.count - left.count).slice(0, colours);
  const part = (colour, shift) => colour >> shift & 255;
  const apart = (left, right) => [16, 8, 0]
    .reduce((sum, shift) => sum + (part(left, shift) - part(right, shift)) ** 2, 0);
  const places = new Map(most.map(({ key }, place) => [key, place]));
  const place = (at) => {
    const key = near(at);
    if (!places.has(key)) {
      const exact = data[at] << 16 | data[at + 1] << 8 | data[at + 2];
      const distances = most.map((each) => apart(each.exact, exact));
      places.set(key, distances.indexOf(Math.min(...distances)));
    }
    return places.get(key);
  };
  let pixels = '';
  for (let at = 0; at < data.length; at += 4) pixels += String.fromCharCode(place(at));
  return { width: image.width, palette: most.map(({ exact }) => exact), pixels: btoa(pixels) };
}"""


def take_picture(page, name):
    """Keep what a page shows as docs/pictures/NAME.png, if pictures are wanted."""
    if WANTED:
        picture = page.screenshot(animations="disabled", caret="hide")
        (FOLDER / f"{name}.png").write_bytes(pack(page, picture))


def pack(page, picture: bytes) -> bytes:
    """Write a PNG anew with at most 256 colours, which the browser counts."""
    found = page.evaluate(_COUNT, [base64.b64encode(picture).decode(), COLOURS])
    pixels, width = base64.b64decode(found["pixels"]), found["width"]
    rows = b"".join(b"\0" + pixels[at : at + width] for at in range(0, len(pixels), width))
    head = struct.pack(">IIBBBBB", width, len(pixels) // width, 8, 3, 0, 0, 0)
    palette = b"".join(colour.to_bytes(3, "big") for colour in found["palette"])
    chunks = ((b"IHDR", head), (b"PLTE", palette), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
