"""The suite that every tlog-witness must pass, over HTTP: what c2sp.org/tlog-witness v1.0.0 says it must do.

    python -m coupefeu.testing.witness_contract                      the logs that the witness under test is to trust
    python -m coupefeu.testing.witness_contract URL VKEY...          all checks, each on a log of its own

A log begins at size 0 in each check, so a witness passes once; give it a fresh store before the next time. The keys of
the logs are made from their names: never trust them anywhere else. A check fails by AssertionError.
"""

# ruff: noqa: D401 - the docstring of a check is what the specification asks for
import http.client
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

from coupefeu.keys.notes import LogSigner, MlDsaSigner, is_from, verify_ml_dsa_raw, verify_signature
from coupefeu.record.tree import EMPTY_ROOT, consistency_path, root_of
from coupefeu.wire import cosignature
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.note import ML_DSA_44, NoteSignature, VerifierKey, signature_line
from coupefeu.wire.witness import (
    ADD_CHECKPOINT,
    SIZE_TYPE,
    format_submission,
    origin_hash,
    parse_lines,
    parse_size,
    parse_tree_head,
)

WITHIN_S: Final = 20.0
SIZES: Final = ((1, 2), (2, 3), (3, 7), (7, 8), (8, 8), (8, 13), (13, 64), (64, 65), (65, 200))
RACERS: Final = 8
_PREFIX: Final = "coupefeu.example/witness-contract"


class ContractLog:
    """A log in memory. `branch`: two logs of one name and other branches are forks of one another."""

    def __init__(self, origin: str, branch: str = "", common: int = 0) -> None:
        """Share the first `common` leaves with every other branch."""
        self.origin = origin
        self.signer = LogSigner(origin, _secret(origin, "log"))
        self.ml_dsa = MlDsaSigner(origin, _secret(origin, "ml-dsa"))
        self._branch, self._common = branch, common

    @property
    def vkeys(self) -> tuple[VerifierKey, VerifierKey]:
        """Its keys."""
        return self.signer.vkey, self.ml_dsa.vkey

    def hashes(self, size: int) -> list[bytes]:
        """Give the leaf hashes of the first `size` entries."""
        return [
            sha256(f"{'' if index < self._common else self._branch} {index}".encode()).digest()
            for index in range(size)
        ]

    def checkpoint(self, size: int) -> Checkpoint:
        """Give its head at a size."""
        return Checkpoint(self.origin, size, root_of(self.hashes(size)))

    def path(self, old_size: int, size: int) -> tuple[bytes, ...]:
        """Give the consistency path."""
        return consistency_path(self.hashes(size), old_size, size)

    def line(self, text: str) -> NoteSignature:
        """Sign a text."""
        return self.signer.sign(text)

    def request(self, old_size: int, size: int) -> bytes:
        """Give an honest request."""
        text = self.checkpoint(size).text()
        return request(old_size, self.path(old_size, size), text, self.line(text))


def request(old_size: int, path: Sequence[bytes], text: str, *lines: NoteSignature) -> bytes:
    """Write a request of any text and any signature lines."""
    note = f"{text}\n{''.join(map(signature_line, lines))}".encode()
    return format_submission(old_size, path, note)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came back."""

    status: int
    content_type: str
    body: bytes


@dataclass(slots=True, kw_only=True)
class Trial:
    """One check of one witness: where it is, which keys it should sign with, and the log of this check."""

    url: str
    keys: tuple[VerifierKey, ...]
    log: ContractLog
    _connection: http.client.HTTPConnection | None = field(default=None)

    def connect(self) -> http.client.HTTPConnection:
        """Open a connection."""
        parts = urlsplit(self.url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        return kind(parts.hostname or "", parts.port, timeout=WITHIN_S)

    def ask(
        self, body: bytes | None, *, path: str = ADD_CHECKPOINT, method: str = "POST",
        connection: http.client.HTTPConnection | None = None,
    ) -> Answered:  # fmt: skip
        """Ask once; on a connection of its own where none is given."""
        used = connection or self.connect()
        try:
            used.request(method, urlsplit(self.url).path.rstrip("/") + path, body)
            answer = used.getresponse()
            content = answer.read()
        finally:
            if connection is None:
                used.close()
        return Answered(
            status=answer.status, content_type=answer.headers.get("content-type", ""), body=content
        )

    def begin(self, size: int) -> None:
        """Have the log's first head cosigned."""
        self.insist_cosigned(self.ask(self.log.request(0, size)), self.log.checkpoint(size).text())

    def insist_cosigned(self, answered: Answered, text: str) -> dict[int, int]:
        """Insist on 200 and on valid co-signatures of `text`; gives the time of each, by type of key."""
        assert answered.status == 200, answered
        lines = parse_lines(answered.body)
        times: dict[int, int] = {}
        for key in self.keys:
            for line in lines:
                if is_from(key, line):
                    _verify(key, text, line)
                    times[key.algorithm] = int.from_bytes(line.blob[:8])
        assert times, "no line is by a key of the witness"
        assert all(times.values()), "a co-signature without a time"
        return times

    def insist_refused(self, answered: Answered, status: int) -> None:
        """Insist on a status, and that nothing was cosigned."""
        assert answered.status == status, answered
        assert "— ".encode() not in answered.body, "a refusal with a signature line"

    def insist_size(self, size: int) -> None:
        """Insist that the witness stands at a size: it names it to whoever goes on from another one."""
        answered = self.ask(self.log.request(size + 1, size + 1))
        self.insist_refused(answered, 409)
        assert answered.content_type.split(";")[0].strip() == SIZE_TYPE, answered
        assert parse_size(answered.body) == size, answered


Check = Callable[[Trial], None]


def first(trial: Trial) -> None:
    """A first checkpoint, from size 0 and without a path, is cosigned."""
    trial.begin(5)
    trial.insist_size(5)


def going_on(trial: Trial) -> None:
    """Each larger checkpoint with its path is cosigned, whatever the sizes."""
    trial.begin(1)
    for old_size, size in SIZES:
        answered = trial.ask(trial.log.request(old_size, size))
        trial.insist_cosigned(answered, trial.log.checkpoint(size).text())


def again(trial: Trial) -> None:
    """The same checkpoint again, from its own size, is cosigned again."""
    trial.begin(6)
    trial.insist_cosigned(trial.ask(trial.log.request(6, 6)), trial.log.checkpoint(6).text())


def unknown_origin(trial: Trial) -> None:
    """An origin that is not trusted: 404, whoever signed."""
    other = ContractLog(f"{trial.log.origin}/another")
    trial.insist_refused(trial.ask(other.request(0, 3)), 404)


def untrusted_key(trial: Trial) -> None:
    """No signature by a trusted key: 403, also under the log's own name."""
    text = trial.log.checkpoint(3).text()
    stranger = LogSigner(trial.log.origin, _secret("stranger", "log"))
    trial.insist_refused(trial.ask(request(0, (), text, stranger.sign(text))), 403)
    trial.insist_size(0)


def wrong_signature(trial: Trial) -> None:
    """The right key's name and id over a signature that does not hold: 403."""
    text = trial.log.checkpoint(3).text()
    line = trial.log.line(trial.log.checkpoint(4).text())
    trial.insist_refused(trial.ask(request(0, (), text, line)), 403)
    trial.insist_size(0)


def strangers_beside(trial: Trial) -> None:
    """Signatures of unknown keys beside the log's are passed over; 16 lines must be taken."""
    text = trial.log.checkpoint(3).text()
    strangers = [
        LogSigner(f"stranger/{number}", _secret(str(number), "log")).sign(text) for number in range(14)
    ]
    twin = NoteSignature(trial.log.origin, b"none", bytes(64))
    answered = trial.ask(request(0, (), text, *strangers, twin, trial.log.line(text)))
    trial.insist_cosigned(answered, text)


def extension_lines(trial: Trial) -> None:
    """What a checkpoint says beyond its three lines stands in what is cosigned."""
    text = f"{trial.log.checkpoint(3).text()}an extension\nand another\n"
    trial.insist_cosigned(trial.ask(request(0, (), text, trial.log.line(text))), text)


def backwards(trial: Trial) -> None:
    """An old size above that of the checkpoint: 400."""
    trial.begin(8)
    text = trial.log.checkpoint(5).text()
    trial.insist_refused(trial.ask(request(8, (), text, trial.log.line(text))), 400)
    trial.insist_size(8)


def other_old_size(trial: Trial) -> None:
    """Another old size than that cosigned last: 409 with the size; 0 where nothing was cosigned yet."""
    trial.insist_size(0)
    trial.begin(5)
    for old_size in (0, 3, 6):
        answered = trial.ask(trial.log.request(old_size, 9))
        trial.insist_refused(answered, 409)
        assert answered.content_type.split(";")[0].strip() == SIZE_TYPE, answered
        assert answered.body == b"5\n", answered


def rolled_back(trial: Trial) -> None:
    """A checkpoint that was cosigned and then left behind is cosigned no more: 409 with the size."""
    trial.begin(5)
    trial.insist_cosigned(trial.ask(trial.log.request(5, 8)), trial.log.checkpoint(8).text())
    trial.insist_refused(trial.ask(trial.log.request(5, 5)), 409)
    trial.insist_size(8)


def wrong_paths(trial: Trial) -> None:
    """A path that does not hold: 422, and the witness stays where it was."""
    trial.begin(5)
    log, text = trial.log, trial.log.checkpoint(9).text()
    good = log.path(5, 9)
    forked = ContractLog(log.origin, "another", common=4)
    for path in ((), good[:-1], (*good, bytes(32)), good[::-1], (bytes(32), *good[1:]), forked.path(5, 9)):
        trial.insist_refused(trial.ask(request(5, path, text, log.line(text))), 422)
    trial.insist_refused(trial.ask(forked.request(5, 9)), 422)
    same = log.checkpoint(5).text()
    trial.insist_refused(trial.ask(request(5, (bytes(32),), same, log.line(same))), 422)
    trial.insist_size(5)


def path_from_nothing(trial: Trial) -> None:
    """A path from size 0: 422."""
    text = trial.log.checkpoint(3).text()
    trial.insist_refused(trial.ask(request(0, (bytes(32),), text, trial.log.line(text))), 422)
    trial.insist_size(0)


def another_root(trial: Trial) -> None:
    """The same size with another root: 409, and nothing is cosigned."""
    trial.begin(5)
    forked = ContractLog(trial.log.origin, "another", common=2)
    trial.insist_refused(trial.ask(forked.request(5, 5)), 409)
    trial.insist_cosigned(trial.ask(trial.log.request(5, 6)), trial.log.checkpoint(6).text())


def empty_log(trial: Trial) -> None:
    """A log without entries has one root (RFC 6962 section 2.1); from it, it goes on without a path."""
    wrong = Checkpoint(trial.log.origin, 0, bytes(32)).text()
    trial.insist_refused(trial.ask(request(0, (), wrong, trial.log.line(wrong))), 422)
    empty = Checkpoint(trial.log.origin, 0, EMPTY_ROOT).text()
    for _ in range(2):
        trial.insist_cosigned(trial.ask(request(0, (), empty, trial.log.line(empty))), empty)
    trial.begin(4)


def malformed(trial: Trial) -> None:
    """A body that is not what it should be: 400, and the witness stays where it was."""
    good = trial.log.request(0, 3)
    _, _, note = good.partition(b"\n\n")
    hash_line = b"A" * 43 + b"=\n"
    bodies = [
        b"",
        b"\n",
        note,
        b"\n\n" + note,
        good.replace(b"\n\n", b"\n", 1),
        good.removesuffix(b"\n"),
        good.replace(b"\n", b"\r\n"),
        *(
            good.replace(b"old 0", old, 1)
            for old in (b"old", b"old ", b"old  0", b"Old 0", b"old 00", b"old -0")
        ),
        *(
            good.replace(b"old 0", old, 1)
            for old in (b"old 01", b"old 0x0", b"old +0", b"old 1e1", b"old 0 0")
        ),
        b"old 0\n" + b"A" * 44 + b"\n\n" + note,
        b"old 0\n" + b"A" * 40 + b"\n\n" + note,
        b"old 0\n" + b"A" * 42 + b"==\n\n" + note,
        b"old 0\n!" + hash_line[1:] + b"\n" + note,
        b"old 0\n" + hash_line * 64 + b"\n" + note,
        good.replace(b"\n3\n", b"\n03\n", 1),
        good.replace(b"\n3\n", b"\n-3\n", 1),
        good.replace(b"\n3\n", b"\nthree\n", 1),
        good[: good.index("\n\n— ".encode()) + 1],
        good[: good.index("\n\n— ".encode()) + 2],
    ]
    for body in bodies:
        trial.insist_refused(trial.ask(body), 400)
    trial.insist_size(0)


def other_methods(trial: Trial) -> None:
    """Only POST is answered."""
    for method in ("GET", "PUT", "DELETE"):
        answered = trial.ask(trial.log.request(0, 3) if method == "PUT" else None, method=method)
        assert 400 <= answered.status < 500, answered
    trial.insist_size(0)


def too_large(trial: Trial) -> None:
    """A request of ten megabytes is refused, and the witness goes on."""
    text = trial.log.checkpoint(3).text()
    line = signature_line(trial.log.line(text)).encode()
    body = format_submission(0, (), text.encode() + b"\n" + line * (10_000_000 // len(line)))
    try:
        answered = trial.ask(body)
    except (ConnectionError, http.client.HTTPException):
        pass  # cut off, before all of it was taken
    else:
        assert 400 <= answered.status < 500, answered
    trial.insist_size(0)


def kept_alive(trial: Trial) -> None:
    """Several requests go over one connection."""
    connection = trial.connect()
    try:
        for old_size, size in ((0, 1), *SIZES[:4]):
            answered = trial.ask(trial.log.request(old_size, size), connection=connection)
            trial.insist_cosigned(answered, trial.log.checkpoint(size).text())
    finally:
        connection.close()


def racing_forks(trial: Trial) -> None:
    """Of forks that come at once from one size, one is cosigned, and all others are refused."""
    trial.begin(4)
    forks = [ContractLog(trial.log.origin, f"fork {number}", common=4) for number in range(RACERS)]
    with ThreadPoolExecutor(RACERS) as racers:
        found = list(racers.map(lambda fork: trial.ask(fork.request(4, 9)), forks))
    assert sorted(each.status for each in found) == [200] + [409] * (RACERS - 1), found
    won = next(fork for fork, each in zip(forks, found, strict=True) if each.status == 200)
    trial.insist_cosigned(trial.ask(won.request(9, 12)), won.checkpoint(12).text())


def racing_sizes(trial: Trial) -> None:
    """Of checkpoints that come at once from one size, one is cosigned, and the witness never goes back."""
    trial.begin(4)
    sizes = range(5, 5 + RACERS)
    with ThreadPoolExecutor(RACERS) as racers:
        found = list(racers.map(lambda size: (size, trial.ask(trial.log.request(4, size))), sizes))
    won = [size for size, each in found if each.status == 200]
    assert len(won) == 1, found
    trial.insist_size(won[0])


def ml_dsa(trial: Trial) -> None:
    """A log that signs with ML-DSA-44 alone is known by it; a witness that has such a key cosigns with it."""
    checkpoint = trial.log.checkpoint(3)
    line = trial.log.ml_dsa.cosign(checkpoint, 0)
    answered = trial.ask(request(0, (), checkpoint.text(), line))
    times = trial.insist_cosigned(answered, checkpoint.text())
    if ML_DSA_44 in {key.algorithm for key in trial.keys}:
        assert ML_DSA_44 in times, "the log paid for an ML-DSA-44 co-signature and got none"
    wrong = trial.log.ml_dsa.cosign(trial.log.checkpoint(4), 0)
    trial.insist_refused(trial.ask(request(3, (), checkpoint.text(), wrong)), 403)


def monitors(trial: Trial) -> None:
    """A monitor reads the checkpoint that was cosigned last, with the log's line and the witness's (editor's draft)."""
    path = f"/{origin_hash(trial.log.origin)}/checkpoint"
    assert trial.ask(None, path=path, method="GET").status == 404
    trial.begin(5)
    for old_size, size in ((5, 5), (5, 9)):
        trial.insist_cosigned(trial.ask(trial.log.request(old_size, size)), trial.log.checkpoint(size).text())
        answered = trial.ask(None, path=path, method="GET")
        text, _, lines = answered.body.decode().partition("\n\n")
        assert f"{text}\n" == trial.log.checkpoint(size).text()
        assert signature_line(trial.log.line(f"{text}\n")) in lines
        cosigned = Answered(status=answered.status, content_type="", body=lines.encode())
        trial.insist_cosigned(cosigned, f"{text}\n")


CHECKS: Final[tuple[Check, ...]] = (
    first, going_on, again, unknown_origin, untrusted_key, wrong_signature, strangers_beside, extension_lines,
    backwards, other_old_size, rolled_back, wrong_paths, path_from_nothing, another_root, empty_log, malformed,
    other_methods, too_large, kept_alive, racing_forks, racing_sizes, ml_dsa,
)  # fmt: skip
DRAFT_CHECKS: Final[tuple[Check, ...]] = (monitors,)
"""What the editor's draft asks beyond v1.0.0."""


def log_of(check: Check) -> ContractLog:
    """Give the log of a check."""
    return ContractLog(f"{_PREFIX}/{check.__name__.replace('_', '-')}")


def trusted_keys() -> list[str]:
    """List the verifier keys that the witness under test must trust."""
    return [key.text() for check in (*CHECKS, *DRAFT_CHECKS) for key in log_of(check).vkeys]


def check_witness(check: Check, url: str, keys: Sequence[VerifierKey]) -> None:
    """Run one check. Raises: AssertionError, VerificationError, PeerError: the witness does not pass."""
    check(Trial(url=url, keys=tuple(keys), log=log_of(check)))


def _verify(key: VerifierKey, text: str, line: NoteSignature) -> None:
    if key.algorithm == ML_DSA_44:
        time_s, raw = cosignature.unpack(line.blob, cosignature.ML_DSA_SIGNATURE_BYTES)
        verify_ml_dsa_raw(key, parse_tree_head(text), time_s, raw)
    else:
        verify_signature(key, text, line)


def _secret(*parts: str) -> bytes:
    return sha256("\n".join(("witness contract", *parts)).encode()).digest()


def main(arguments: list[str]) -> int:
    """Print the keys to trust, or run all checks and say which were not passed."""
    if not arguments:
        sys.stdout.write("".join(f"{key}\n" for key in trusted_keys()))
        return 0
    url, *vkeys = arguments
    if not vkeys or not url.startswith(("http://", "https://")):
        sys.stderr.write(__doc__ or "")
        return 2
    keys, failed = tuple(map(VerifierKey.parse, vkeys)), 0
    for check in (*CHECKS, *DRAFT_CHECKS):
        says = "passed"
        try:
            check_witness(check, url, keys)
        except Exception as error:  # noqa: BLE001 - each check is told by itself
            says, failed = f"NOT PASSED: {error!r}", failed + 1
        sys.stdout.write(f"{check.__name__:20}{says}\n  {check.__doc__}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
