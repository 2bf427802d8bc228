"""What a witness decides. No socket, no loop: bodies in, answers out, one thread for all that writes.

    body -> check (form, origin, signatures) -> settle (size, consistency, one commit for many, sign) -> answer

Source: c2sp.org/tlog-witness v1.0.0, c2sp.org/tlog-cosignature.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

from coupefeu.errors import PeerError, StoreError, VerificationError
from coupefeu.keys.notes import is_from, verify_ml_dsa_raw, verify_raw
from coupefeu.model.instant import Moment
from coupefeu.node.witness.answers import Answer, name_size, refuse, refuse_error, try_again
from coupefeu.node.witness.keys import WitnessKeys
from coupefeu.node.witness.rules import LogRules
from coupefeu.record.tree import EMPTY_ROOT, verify_consistency
from coupefeu.store.witness_heads import Fork, Head, Heads, Move
from coupefeu.wire import cosignature
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.note import ML_DSA_44, Note, NoteSignature, VerifierKey, format_note, parse_note
from coupefeu.wire.witness import (
    Submission,
    format_lines,
    origin_hash,
    parse_submission,
    parse_tree_head,
)

MAX_BACKWARDS_S: Final = 60
"""So far a clock may be set back: meanwhile the time that was signed last is signed again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A submission of a log that is trusted, under its valid signatures, which alone are kept."""

    rules: LogRules
    submission: Submission
    checkpoint: Checkpoint
    lines: tuple[NoteSignature, ...]

    @property
    def has_ml_dsa(self) -> bool:
        """Whether the log's own ML-DSA-44 line stands on the checkpoint."""
        return has_ml_dsa(self.rules, self.lines)


class Witness:
    """One witness: its rules, its keys and what it has cosigned. `settle` is for one thread at a time."""

    def __init__(
        self,
        keys: WitnessKeys,
        rules: Mapping[str, LogRules],
        heads: Heads,
        clock: Callable[[], Moment],
        note: Callable[..., None],
    ) -> None:
        """`note(what, **fields)` writes a line of the journal."""
        self.keys = keys
        self._rules = rules
        self._heads = heads
        self._clock = clock
        self._note = note
        self._known = heads.read()
        self._hashes = {origin_hash(origin): origin for origin in rules}
        self._budgets = {origin: _Budget(each.per_minute) for origin, each in rules.items()}
        self._latest: dict[str, tuple[Head, bytes]] = {}

    @property
    def origins(self) -> tuple[str, ...]:
        """The logs that are trusted."""
        return tuple(sorted(self._rules))

    # --- a checkpoint comes -------------------------------------------------------------------------------

    def check(self, body: bytes) -> Checked | Answer:
        """Judge form, origin and signatures: whatever needs no knowledge of what was cosigned. Any thread may ask."""
        try:
            submission = parse_submission(body)
        except PeerError as error:
            return refuse_error(HTTPStatus.BAD_REQUEST, error)
        checkpoint = submission.checkpoint
        rules = self._rules.get(checkpoint.origin)
        if rules is None:
            return refuse(HTTPStatus.NOT_FOUND, "unknown", "this witness does not know a log of that origin")
        try:
            lines = verified_lines(rules.keys, submission.note, checkpoint)
        except (PeerError, VerificationError) as error:
            return refuse_error(HTTPStatus.FORBIDDEN, error)
        checked = Checked(rules=rules, submission=submission, checkpoint=checkpoint, lines=lines)
        return _refusal(checked) or checked

    def settle(self, batch: Sequence[Checked]) -> list[Answer]:
        """Decide, make durable in one commit, then sign: the answers in the order of the batch."""
        now = self._clock()
        settling = _Settling(self._known, self._budgets, now)
        decided = [settling.decide(each) for each in batch]
        try:
            if settling.moves or settling.kept:
                self._heads.commit(settling.moves, settling.kept)
        except StoreError as error:
            self._note("not-stored", code=error.code, detail=error.message)
            self._read_again()
            refusal = refuse_error(HTTPStatus.SERVICE_UNAVAILABLE, error)
            return [refusal if isinstance(each, Head) else each for each in decided]
        self._known.update(settling.moved)
        for fork in settling.forks:
            self._note("fork", origin=fork.origin, size=fork.size)
        return [
            self._cosigned(each, head) if isinstance(head, Head) else head
            for each, head in zip(batch, decided, strict=True)
        ]

    def _read_again(self) -> None:
        """Know what is in the file, after a commit that may have been made or not."""
        try:
            self._known = self._heads.read()
        except StoreError as error:
            self._note("not-read", code=error.code)

    def _cosigned(self, checked: Checked, head: Head) -> Answer:
        lines = self._lines(checked.submission.note.text, head.time_s, with_ml_dsa=checked.has_ml_dsa)
        return Answer(status=HTTPStatus.OK, body=format_lines(lines))

    def _lines(self, text: str, time_s: int, *, with_ml_dsa: bool) -> list[NoteSignature]:
        lines = [self.keys.ed25519.cosign(text, time_s)]
        if with_ml_dsa:
            lines.append(self.keys.ml_dsa.cosign(parse_tree_head(text), time_s))
        return lines

    # --- a monitor asks -----------------------------------------------------------------------------------

    def latest(self, hashed: str) -> bytes | None:
        """Give the checkpoint that was cosigned last of the log with this origin hash, with all lines; None: none was.

        The co-signature is made again once for each head: it is of what is durable, gives the same time, and says the
        same; whoever asks again and again costs no signature.
        """
        head = self._known.get(self._hashes.get(hashed, ""))
        if head is None:
            return None
        made = self._latest.get(head.origin)
        if made is None or made[0] != head:
            made = self._latest[head.origin] = (head, self._made_again(head))
        return made[1]

    def _made_again(self, head: Head) -> bytes:
        note = parse_note(head.note)
        is_paid = has_ml_dsa(self._rules[head.origin], note.signatures)
        lines = self._lines(note.text, head.time_s, with_ml_dsa=is_paid)
        return format_note(Note(note.text, (*note.signatures, *lines)))

    def list_logs(self) -> bytes:
        """Give the logs that are trusted, as lists of logs are written for witnesses."""
        parts = ["logs/v0\n"]
        for origin, rules in sorted(self._rules.items()):
            for key in rules.keys:
                named = "" if key.name == origin else f"origin {origin}\n"
                parts.append(f"\nvkey {key.text()}\n{named}")
        return "".join(parts).encode()

    def close(self) -> None:
        """Close the heads."""
        self._heads.close()


class _Settling:
    """Decides one batch: each submission sees what those before it moved."""

    def __init__(self, known: Mapping[str, Head], budgets: Mapping[str, "_Budget"], now: Moment) -> None:
        self._known = known
        self._budgets = budgets
        self._now = now
        self.moved: dict[str, Head] = {}
        self._moves: dict[str, Move] = {}
        self.forks: list[Fork] = []
        self.kept: list[Fork] = []

    @property
    def moves(self) -> list[Move]:
        """One move a log, from what is in the file."""
        return list(self._moves.values())

    def decide(self, checked: Checked) -> Head | Answer:
        """Give the head that may be cosigned, or the refusal."""
        checkpoint, origin = checked.checkpoint, checked.checkpoint.origin
        known = self.moved.get(origin, self._known.get(origin))
        refusal = self._refusal(checked, known)
        if refusal is not None:
            return refusal
        time_s = self._now.utc_ms // 1_000
        head = Head(
            origin=origin,
            size=checkpoint.size,
            root=checkpoint.root,
            note=format_note(Note(checked.submission.note.text, _merged(checked, known))),
            time_s=time_s if known is None else max(time_s, known.time_s),
        )
        if head != known:
            self.moved[origin] = head
            self._moves[origin] = Move(before=self._known.get(origin), after=head)
        return head

    def _refusal(self, checked: Checked, known: Head | None) -> Answer | None:
        checkpoint, old_size = checked.checkpoint, checked.submission.old_size
        if old_size != (0 if known is None else known.size):
            return name_size(known)
        if known is not None and checkpoint.size == known.size and checkpoint.root != known.root:
            return self._forked(checked, known)
        try:
            verify_path(old_size, None if known is None else known.root, checkpoint, checked.submission.path)
        except VerificationError as error:
            return refuse_error(HTTPStatus.UNPROCESSABLE_ENTITY, error)
        if known is not None and known.time_s - self._now.utc_ms // 1_000 > MAX_BACKWARDS_S:
            return try_again(
                "clock", "the clock of this witness is behind what it has signed; its operator must look"
            )
        goes_on = known is None or checkpoint.size > known.size
        if goes_on and not self._budgets[checkpoint.origin].take(self._now.mono_ms):
            return try_again(
                "rate", "this log moves on more often than it may here", HTTPStatus.TOO_MANY_REQUESTS
            )
        return None

    def _forked(self, checked: Checked, known: Head) -> Answer:
        """Keep it and the head that was cosigned, which will move on: both prove that the log signed two trees."""
        checkpoint = checked.checkpoint
        note = format_note(Note(checked.submission.note.text, checked.lines))
        other = Fork(origin=checkpoint.origin, size=checkpoint.size, note=note, seen_ms=self._now.utc_ms)
        self.forks.append(other)
        self.kept += (replace(other, note=known.note), other)
        return refuse(
            HTTPStatus.CONFLICT,
            "fork",
            f"another root of size {checkpoint.size:,} was cosigned; both are kept",
        )


class _Budget:
    """So many moves a minute, saved up for a minute at most."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._left = float(per_minute)
        self._at_ms: int | None = None

    def take(self, mono_ms: int) -> bool:
        passed_ms = 0 if self._at_ms is None else mono_ms - self._at_ms
        self._at_ms = mono_ms
        self._left = min(self._per_minute, self._left + self._per_minute * passed_ms / 60_000)
        if self._left < 1:
            return False
        self._left -= 1
        return True


def has_ml_dsa(rules: LogRules, lines: Sequence[NoteSignature]) -> bool:
    """Whether one of these verified lines is by an ML-DSA-44 key of the log."""
    keys = [key for key in rules.keys if key.algorithm == ML_DSA_44]
    return any(is_from(key, line) for key in keys for line in lines)


def _refusal(checked: Checked) -> Answer | None:
    """Refuse what needs no knowledge of what was cosigned."""
    old_size, size = checked.submission.old_size, checked.checkpoint.size
    if not checked.lines:
        return refuse(
            HTTPStatus.FORBIDDEN, "unsigned", "no signature is by a key that is trusted for this log"
        )
    if checked.rules.needs_ml_dsa and not checked.has_ml_dsa:
        return refuse(
            HTTPStatus.FORBIDDEN, "classical", "the log's ML-DSA-44 line, which is asked for, is missing"
        )
    if old_size > size:
        says = f"the old size {old_size:,} is above that of the checkpoint, {size:,}"
        return refuse(HTTPStatus.BAD_REQUEST, "backwards", says)
    return None


def verified_lines(
    keys: Sequence[VerifierKey], note: Note, checkpoint: Checkpoint
) -> tuple[NoteSignature, ...]:
    """Give the lines that are by these keys, one a key; what others signed is passed over.

    Raises:
        VerificationError, PeerError: a line names one of the keys and does not hold: the whole note is refused.
    """
    found: dict[VerifierKey, NoteSignature] = {}
    for line in note.signatures:
        key = next((each for each in keys if is_from(each, line)), None)
        if key is None or key in found:
            continue
        _verify_line(key, note.text, checkpoint, line)
        found[key] = line
    return tuple(found.values())


def _verify_line(key: VerifierKey, text: str, checkpoint: Checkpoint, line: NoteSignature) -> None:
    if key.algorithm == ML_DSA_44:
        time_s, raw = cosignature.unpack(line.blob, cosignature.ML_DSA_SIGNATURE_BYTES)
        verify_ml_dsa_raw(key, checkpoint, time_s, raw)
    else:
        verify_raw(key, text, line.blob)


def verify_path(old_size: int, old_root: bytes | None, checkpoint: Checkpoint, path: Sequence[bytes]) -> None:
    """Return if the tree goes on from what was cosigned; from nothing, nothing is to be shown.

    Raises: VerificationError.
    """
    if old_size and old_root is not None:
        verify_consistency(old_size, old_root, checkpoint.size, checkpoint.root, path)
    elif path:
        raise _inconsistent("a path from size 0, from which there is none")
    elif not checkpoint.size and checkpoint.root != EMPTY_ROOT:
        raise _inconsistent("a tree without entries that has not the root of one")


def _merged(checked: Checked, known: Head | None) -> tuple[NoteSignature, ...]:
    """Keep the lines of a log that it left out this time: whoever sends them again without one takes nothing away."""
    if known is None or (known.size, known.root) != (checked.checkpoint.size, checked.checkpoint.root):
        return checked.lines
    note = parse_note(known.note)
    if note.text != checked.submission.note.text:
        return checked.lines
    there = {(line.name, line.key_id) for line in checked.lines}
    return (*checked.lines, *(line for line in note.signatures if (line.name, line.key_id) not in there))


def _inconsistent(says: str) -> VerificationError:
    return VerificationError(says, code="node.witness.inconsistent", hint="See c2sp.org/tlog-witness.")
