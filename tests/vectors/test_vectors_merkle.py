"""Inclusion and consistency proofs, good and bad (transparency-dev/merkle), and RFC 6962's own tree."""

from base64 import b64decode
from hashlib import sha256

from tests.shared import shared_jsonl

from coupefeu.errors import VerificationError
from coupefeu.record import tree

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def holds(verify, *arguments) -> bool:
    try:
        verify(*arguments)
    except VerificationError:
        return False
    return True


def hashes(texts) -> list[bytes]:
    return [b64decode(text) for text in texts or []]


def test_inclusion():
    cases = shared_jsonl("data/vectors/merkle-inclusion.jsonl")
    assert len(cases) == 98
    for case in cases:
        leaf, root = b64decode(case["leafHash"] or ""), b64decode(case["root"] or "")
        arguments = (leaf, case["leafIdx"], case["treeSize"], root, hashes(case["proof"]))
        assert holds(tree.verify_inclusion, *arguments) is not case["wantErr"], case["case"]


def test_consistency():
    cases = shared_jsonl("data/vectors/merkle-consistency.jsonl")
    assert len(cases) == 98
    for case in cases:
        old, new = b64decode(case["root1"] or ""), b64decode(case["root2"] or "")
        arguments = (case["size1"], old, case["size2"], new, hashes(case["proof"]))
        assert holds(tree.verify_consistency, *arguments) is not case["wantErr"], case["case"]


def test_roots_of_the_reference_tree():
    frontier = tree.Frontier()
    leaf_hashes = [sha256(b"\x00" + leaf).digest() for leaf in LEAVES]
    for size, leaf_hash in enumerate(leaf_hashes, 1):
        frontier.append(leaf_hash)
        assert frontier.root().hex() == ROOTS[size - 1] == tree.root_of(leaf_hashes[:size]).hex()
    assert tree.EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
