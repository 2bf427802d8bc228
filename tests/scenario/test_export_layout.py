"""The layout of an export, computed anew from RFC 6962 and the C2SP text alone: nothing here is ours but the node."""

from base64 import b64decode
from hashlib import sha256

from tests.scenario.stage import export

from coupefeu.testing.joined import JoinedNodes

SIZE = 600


def subtree(hashes):
    """RFC 6962 section 2.1, as it is written."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return sha256(b"\x01" + subtree(hashes[:split]) + subtree(hashes[split:])).digest()


def test_tiles_bundles_and_names_are_those_of_the_specification(tmp_path):
    nodes = JoinedNodes(tmp_path)
    nodes.connect()
    for number in range(SIZE):
        nodes.us.say(f"message {number}")
    nodes.run(seconds=5)
    folder = export(nodes.ru, "us", tmp_path / "export")

    bundles = [
        (folder / "tile" / "entries" / name).read_bytes() for name in ("000", "001", f"002.p/{SIZE - 512}")
    ]
    data = b"".join(bundles)
    leaves = [data[at + 2 : at + 72] for at in range(0, len(data), 72)]
    assert {data[at : at + 2] for at in range(0, len(data), 72)} == {(70).to_bytes(2)}
    assert [len(bundle) // 72 for bundle in bundles] == [256, 256, SIZE - 512]

    hashes = [sha256(b"\x00" + leaf).digest() for leaf in leaves]
    tiles = {
        "tile/0/000": hashes[:256],
        "tile/0/001": hashes[256:512],
        f"tile/0/002.p/{SIZE - 512}": hashes[512:],
        "tile/1/000.p/2": [subtree(hashes[:256]), subtree(hashes[256:512])],
    }
    found = {str(path.relative_to(folder)) for path in folder.glob("tile/[0-9]/**/*") if path.is_file()}
    assert found == set(tiles)
    for name, expected in tiles.items():
        assert (folder / name).read_bytes() == b"".join(expected), name

    origin, size, root = (folder / "checkpoint").read_text().split("\n")[:3]
    assert (origin, int(size)) == (nodes.us.agreement.origin("us"), SIZE)
    assert b64decode(root) == subtree(hashes)
