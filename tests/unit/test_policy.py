"""Trust policies (c2sp.org/tlog-policy): what one is, which are refused, and when one is met."""

from hashlib import sha256
from itertools import combinations

import pytest

from coupefeu.errors import PeerError, VerificationError
from coupefeu.record.policy import judge, verify_policy
from coupefeu.wire.note import COSIGNATURE, ED25519, ML_DSA_44, VerifierKey
from coupefeu.wire.policy import (
    MAX_OF_A_SORT,
    MAX_POLICY_BYTES,
    Policy,
    PolicyGroup,
    PolicyLog,
    PolicyWitness,
    format_policy,
    parse_policy,
)


def vkey(name, algorithm=COSIGNATURE):
    length = 1_312 if algorithm == ML_DSA_44 else 32
    return VerifierKey.of(name, algorithm, (sha256(name.encode()).digest() * 41)[:length])


LOG = vkey("log", ED25519)
KEYS = {name: vkey(name) for name in ("x1", "x2", "x3", "y1", "y2", "y3")}
TWO_LEVELS = "".join(
    [
        "# who must have seen it\n\n",
        f"log {LOG.text()} https://log.example\n",
        *(f" witness\t{name}  {key.text()}\t\n" for name, key in KEYS.items()),
        "group X 2 x1 x2 x3\ngroup Y any y1 y2 y3\ngroup both all X Y\nquorum both\n",
    ]
).encode()


def test_a_policy_comes_out_as_it_went_in():
    policy = parse_policy(TWO_LEVELS)
    assert policy.groups == (
        PolicyGroup(name="X", threshold=2, members=("x1", "x2", "x3")),
        PolicyGroup(name="Y", threshold=1, members=("y1", "y2", "y3")),
        PolicyGroup(name="both", threshold=2, members=("X", "Y")),
    )
    assert policy.logs == (PolicyLog(key=LOG, url="https://log.example"),)
    assert parse_policy(format_policy(policy, ["said before it"])) == policy


def test_names_are_octets():
    """K and the Kelvin sign are two names; octets that are no UTF-8 go out as they came."""
    data = b"witness K %s\nwitness \xe2\x84\xaa %s\nwitness \xff %s\nquorum \xff\n" % tuple(
        KEYS[name].text().encode() for name in ("x1", "x2", "x3")
    )
    policy = parse_policy(data)
    assert len({each.name for each in policy.witnesses}) == 3
    assert format_policy(policy) == data


def test_a_policy_may_ask_for_nobody():
    assert parse_policy(b"quorum none\n") == Policy()
    assert judge(Policy(), LOG, ()).is_met


def test_post_quantum_keys_are_keys():
    policy = Policy(
        logs=(PolicyLog(key=vkey("log", ML_DSA_44)),),
        witnesses=(PolicyWitness(name="w", key=vkey("w", ML_DSA_44), url="https://w.example"),),
        quorum="w",
    )
    assert parse_policy(format_policy(policy)) == policy


X1, X2 = (f"witness {name} {KEYS[name].text()}\n" for name in ("x1", "x2"))


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "no-quorum", 1),
        ("quorum none", "form", 1),
        (X1, "no-quorum", 2),
        ("quorum x1\n", "unknown", 1),
        ("quorum none\nquorum none\n", "twice", 2),
        (f"quorum x1\n{X1}", "unknown", 1),
        (X1 + X1, "twice", 2),
        (X1 + X2.replace("x2", "x1", 1) + "quorum x1\n", "twice", 2),
        (X1 + "group x1 any x1\nquorum x1\n", "twice", 2),
        (X1.replace("x1", "none", 1) + "quorum none\n", "unknown", 1),
        ("group g any none\nquorum g\n", "unknown", 1),
        ("group g all\nquorum g\n", "threshold", 1),
        (X1 + "group g 2 x1\nquorum g\n", "threshold", 2),
        (X1 + "group g 0 x1\nquorum g\n", "threshold", 2),
        (X1 + "group g 01 x1\nquorum g\n", "threshold", 2),
        (X1 + "group g some x1\nquorum g\n", "threshold", 2),
        (X1 + "group g any g\nquorum g\n", "unknown", 2),
        (X1 + "group g any x1 x1\nquorum g\n", "collides", 2),
        (X1 + "group g any x1\ngroup h any x1\nquorum h\n", "collides", 3),
        (X1 + X2 + "group g all x1 x2\ngroup h any g x2\nquorum h\n", "collides", 4),
        (f"log {KEYS['x1'].text()}\nquorum none\n", "key", 1),
        (f"witness w {LOG.text()}\nquorum w\n", "key", 1),
        ("witness w a+b+c\nquorum w\n", "key", 1),
        (
            f"log {LOG.text()}\nlog {VerifierKey.of('other', ED25519, LOG.key).text()}\nquorum none\n",
            "twice",
            2,
        ),
        (f"log {LOG.text()} a b\nquorum none\n", "form", 1),
        ("quorum\n", "form", 1),
        ("something else\nquorum none\n", "form", 1),
        ("quorum none\r\n", "control-character", 1),
        ("# \x7f\nquorum none\n", "control-character", 1),
        ("#" * (MAX_POLICY_BYTES + 1), "too-long", None),
        ("#\n" * 4_097, "too-long", 4_097),
        (
            "".join(f"witness w{n} {vkey(f'w{n}').text()}\n" for n in range(MAX_OF_A_SORT + 1)),
            "too-long",
            MAX_OF_A_SORT + 1,
        ),
    ],
)
def test_what_can_never_be_met_or_meant_is_refused_with_its_line(text, code, line):
    with pytest.raises(PeerError, match=rf"wire\.policy\.{code}") as refused:
        parse_policy(text.encode())
    assert line is None or f"line {line} " in refused.value.message


def test_a_policy_that_could_not_be_read_back_is_not_written():
    policy = Policy(witnesses=(PolicyWitness(name="two words", key=KEYS["x1"]),), quorum="two words")
    with pytest.raises(PeerError):
        format_policy(policy)


@pytest.mark.parametrize("signers", [some for n in range(7) for some in combinations(KEYS, n)], ids="-".join)
def test_a_quorum_of_two_levels_is_met_by_those_it_asks_for_and_no_others(signers):
    policy = parse_policy(TWO_LEVELS)
    met = len({"x1", "x2", "x3"} & set(signers)) >= 2 and bool({"y1", "y2", "y3"} & set(signers))
    judged = judge(policy, LOG, [KEYS[name] for name in signers])
    assert judged.is_met is met
    assert judged.counted == signers
    assert bool(judged.lacking) is not met


def test_a_refusal_says_who_is_missing():
    policy = parse_policy(TWO_LEVELS)
    with pytest.raises(VerificationError, match=r"record\.policy\.unmet") as refused:
        verify_policy(policy, LOG, [KEYS["x1"], KEYS["y2"]])
    assert "X needs 2 of x1, x2, x3; not there: x2, x3" in refused.value.message
    assert "Y needs" not in refused.value.message


def test_another_log_is_refused():
    with pytest.raises(VerificationError, match="is none"):
        verify_policy(parse_policy(TWO_LEVELS), vkey("other", ED25519), list(KEYS.values()))


def test_the_same_key_under_another_name_does_not_count():
    """A co-signature counts by name, type and key together: its line names them."""
    policy = parse_policy(f"{X1}quorum x1\n".encode())
    assert not judge(policy, LOG, [VerifierKey.of("x2", COSIGNATURE, KEYS["x1"].key)]).is_met
