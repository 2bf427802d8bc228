"""No public vector is forgotten: each file of data/vectors is used by a named test, or says why it is not ours yet."""

import importlib
import inspect
import pkgutil

import pytest
from tests.shared import shared_file

import coupefeu.keys
from coupefeu.keys import aead, ed25519, kdf, mlkem, passkeys, x25519
from coupefeu.record import tree
from coupefeu.wire import cbor

USED = {
    "cbor-appendix-a.json": ("test_vectors_cbor", cbor.decode),
    "cose-wg-examples.jsonl": ("test_vectors_cbor", cbor.decode),
    "cctv-ed25519.jsonl": ("test_vectors_keys", ed25519.verify),
    "merkle-inclusion.jsonl": ("test_vectors_merkle", tree.verify_inclusion),
    "merkle-consistency.jsonl": ("test_vectors_merkle", tree.verify_consistency),
    "wycheproof/ed25519_test.json": ("test_vectors_keys", ed25519.verify),
    "wycheproof/x25519_test.json": ("test_vectors_keys", x25519.exchange),
    "wycheproof/chacha20_poly1305_test.json": ("test_vectors_keys", aead.open_sealed),
    "wycheproof/hkdf_sha256_test.json": ("test_vectors_keys", kdf.hkdf),
    "wycheproof/mlkem_768_test.json": ("test_vectors_keys", mlkem.decapsulate),
    "wycheproof/mlkem_768_keygen_seed_test.json": ("test_vectors_keys", mlkem.public),
    "wycheproof/ecdsa_secp256r1_sha256_test.json": ("test_vectors_passkeys", passkeys.verify_signature),
}
"""The test module of tests/vectors, and the function of ours that it goes through."""

NOT_OURS = {
    "wycheproof/aes_gcm_test.json": ("aes", "frames are sealed with ChaCha20-Poly1305 alone (protocol B1)"),
    "wycheproof/xchacha20_poly1305_test.json": (
        "xchacha",
        "nonces are counters, never drawn: 96 bits are enough (B3)",
    ),
}
"""A word that the module which will use it is named by, and why there is none yet."""


def test_every_file_is_used_or_says_why_not():
    folder = shared_file("data/vectors")
    files = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    assert files == USED.keys() | NOT_OURS.keys()
    assert not USED.keys() & NOT_OURS.keys()


@pytest.mark.parametrize("file", USED)
def test_its_test_reads_it_and_goes_through_our_function(file):
    name, function = USED[file]
    source = inspect.getsource(importlib.import_module(f"tests.vectors.{name}"))
    stem = file.rpartition("/")[2].removesuffix("_test.json") if "/" in file else f"data/vectors/{file}"
    assert f'"{stem}"' in source, f"{name} does not read {file}"
    assert f"{function.__name__}(" in source or f"{function.__name__}," in source
    assert function.__module__.startswith("coupefeu.")


@pytest.mark.parametrize("file", NOT_OURS)
def test_what_is_not_ours_has_no_function_of_ours(file):
    """The day a module of that name comes into keys/, its vectors are due."""
    word, _ = NOT_OURS[file]
    modules = [each.name for each in pkgutil.iter_modules(coupefeu.keys.__path__)]
    assert not [name for name in modules if word in name.replace("_", "")]
