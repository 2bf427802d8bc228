"""Trees of any size: proofs hold for what is there, and for nothing else."""

from hashlib import sha256

from hypothesis import assume, given
from hypothesis import strategies as st

from coupefeu.errors import VerificationError
from coupefeu.record.tree import (
    Frontier,
    consistency_path,
    inclusion_path,
    root_of,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [sha256(number.to_bytes(2)).digest() for number in range(700)]
SIZES = st.integers(1, len(LEAVES))


def refuses(verify, *arguments) -> bool:
    try:
        verify(*arguments)
    except VerificationError:
        return True
    return False


@given(SIZES, st.data())
def test_inclusion(size, data):
    index = data.draw(st.integers(0, size - 1))
    root = root_of(LEAVES[:size])
    path = inclusion_path(LEAVES, index, size)
    verify_inclusion(LEAVES[index], index, size, root, path)
    other = data.draw(st.integers(0, size - 1))
    assume(other != index)
    assert refuses(verify_inclusion, LEAVES[index], other, size, root, path)
    assert refuses(verify_inclusion, LEAVES[other], index, size, root, path)


@given(SIZES, SIZES, st.data())
def test_consistency(one, other, data):
    old, new = sorted((one, other))
    path = consistency_path(LEAVES, old, new)
    verify_consistency(old, root_of(LEAVES[:old]), new, root_of(LEAVES[:new]), path)
    changed = data.draw(st.integers(0, old - 1))
    fork = LEAVES[:new]
    fork[changed] = bytes(32)
    assert refuses(
        verify_consistency, old, root_of(LEAVES[:old]), new, root_of(fork), consistency_path(fork, old, new)
    )
    assert refuses(verify_consistency, old, root_of(fork[:old]), new, root_of(LEAVES[:new]), path)


@given(st.lists(st.integers(0, 6), max_size=20))
def test_subtrees_and_leaves_grow_the_same_tree(levels):
    frontier, count = Frontier(), 0
    for level in levels:
        if count % (1 << level) == 0 and count + (1 << level) <= len(LEAVES):
            frontier.append_subtree(level, root_of(LEAVES[count : count + (1 << level)]))
            count += 1 << level
    assert frontier.root() == root_of(LEAVES[:count])
    assert Frontier.from_bytes(frontier.to_bytes()).root() == frontier.root()
