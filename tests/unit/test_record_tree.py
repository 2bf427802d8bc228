from hashlib import sha256

import pytest

from coupefeu.errors import StoreError, UsageError, VerificationError
from coupefeu.record.tree import (
    EMPTY_ROOT,
    Frontier,
    consistency_path,
    inclusion_path,
    root_of,
    verify_consistency,
    verify_inclusion,
)

HASHES = [sha256(bytes((number,))).digest() for number in range(67)]


def reference_root(hashes) -> bytes:
    """RFC 6962 section 2.1, as it is written there."""
    if len(hashes) < 2:
        return hashes[0] if hashes else sha256(b"").digest()
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\x01" + reference_root(hashes[:split]) + reference_root(hashes[split:])).digest()


def full_subtree(level: int, index: int) -> bytes:
    end = (index + 1) << level
    assert end <= len(HASHES)
    return reference_root(HASHES[index << level : end])


def test_growing_and_whole_roots_agree_with_the_definition():
    frontier = Frontier()
    for size in range(len(HASHES)):
        expected = reference_root(HASHES[:size])
        assert frontier.root() == expected == root_of(HASHES[:size])
        assert frontier.size == size
        again = Frontier.from_bytes(frontier.to_bytes())
        assert (again.root(), again.size) == (expected, size)
        frontier.append(HASHES[size])


def test_a_copy_grows_apart():
    frontier = Frontier()
    frontier.extend(HASHES[:5])
    copy = frontier.copy()
    copy.append(HASHES[5])
    assert frontier.root() == root_of(HASHES[:5])
    assert copy.root() == root_of(HASHES[:6])


@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_leaf_says_which_subtrees_it_completes(step):
    frontier, completed = Frontier(), {}
    for leaf_hash in HASHES:
        for level, index, root in frontier.completed_by(leaf_hash, step):
            completed[level, index] = root
        frontier.append(leaf_hash)
    levels = range(step, len(HASHES).bit_length(), step)
    expected = [(level, index) for level in levels for index in range(len(HASHES) >> level)]
    assert completed == {each: full_subtree(*each) for each in expected}


def test_full_subtrees_may_be_added_where_they_align():
    frontier = Frontier()
    for start in (0, 8, 16):
        frontier.append_subtree(3, root_of(HASHES[start : start + 8]))
    frontier.extend(HASHES[24:27])
    assert frontier.root() == root_of(HASHES[:27])
    with pytest.raises(UsageError):
        frontier.append_subtree(3, EMPTY_ROOT)


@pytest.mark.parametrize("data", [b"", bytes(7), (3).to_bytes(8) + bytes(32), (3).to_bytes(8) + bytes(96)])
def test_a_damaged_frontier_is_refused(data):
    with pytest.raises(StoreError):
        Frontier.from_bytes(data)


@pytest.mark.parametrize("nodes", [HASHES, full_subtree])
def test_every_leaf_of_every_size_is_proved_and_no_other(nodes):
    for size in (1, 2, 3, 7, 8, 33, 66):
        root = reference_root(HASHES[:size])
        for index in range(size):
            path = inclusion_path(nodes, index, size)
            verify_inclusion(HASHES[index], index, size, root, path)
            wrong = [
                (index, size, path[:-1]),
                (index, size, (*path, root)),
                (index ^ 1, size, path),
                (size, size, path),
            ]
            wrong += [(index, size, (*path[:-1], bytes(32)))] if path else []
            for other_index, other_size, other_path in wrong:
                if (other_index, other_path) == (index, path):
                    continue
                with pytest.raises(VerificationError):
                    verify_inclusion(HASHES[index], other_index, other_size, root, other_path)


@pytest.mark.parametrize("nodes", [HASHES, full_subtree])
def test_every_prefix_is_proved_and_no_fork(nodes):
    for new in (1, 2, 5, 8, 33, 66):
        root = reference_root(HASHES[:new])
        for old in range(1, new + 1):
            old_root = reference_root(HASHES[:old])
            path = consistency_path(nodes, old, new)
            verify_consistency(old, old_root, new, root, path)
            for arguments in (
                (old, bytes(32), new, root, path),
                (old, old_root, new, bytes(32), path),
                (old, old_root, new, root, (*path, bytes(32))),
                (new + 1, old_root, new, root, path),
            ):
                with pytest.raises(VerificationError):
                    verify_consistency(*arguments)


def test_proofs_are_bounded_and_from_something():
    assert consistency_path(HASHES, 0, 5) == ()
    with pytest.raises(VerificationError):
        verify_consistency(0, EMPTY_ROOT, 5, root_of(HASHES[:5]), ())
    with pytest.raises(VerificationError):
        verify_inclusion(HASHES[0], 0, 1 << 62, HASHES[0], HASHES[:65])
    with pytest.raises(VerificationError):
        verify_inclusion(HASHES[0], 0, 2, HASHES[0], (b"short",))
    with pytest.raises(UsageError):
        inclusion_path(HASHES, 5, 5)
    with pytest.raises(UsageError):
        consistency_path(HASHES, 6, 5)
