"""The shared secret renews itself (protocol B10): R1, R2, R3, and which secrets a handshake may be made under.

    beginner                              responder
    R1 fresh ML-KEM key              -->  candidate g+1, durable
    candidate g+1, durable           <--  R2 ciphertext, MAC under g+1
    R3 MAC back, handshake under g+1 -->  g+1 is current, g is sealed
    g+1 is current, g is sealed      <--  message 2 under g+1

Both accept handshakes under the current generation and the candidate, so they have one in common whatever is lost:
a side lets go of a generation only when the other has shown that it holds the next one. Three rules keep that true
when both begin, or roles change: (a) before its own R1 a side drops a candidate that the other began; (b) the side
with the smaller session key answers no R1 while a step of its own is under way; (c) the other side always does.
"""

from dataclasses import dataclass
from typing import Final

from coupefeu.keys import mlkem, x25519
from coupefeu.keys.generations import (
    RECOVERY_NUMBER,
    Generation,
    Generations,
    confirmation,
    derive_next,
)
from coupefeu.keys.kdf import is_equal
from coupefeu.link.config import LinkConfig
from coupefeu.link.events import Event, OldGeneration, PskToKeep
from coupefeu.link.meter import Meter
from coupefeu.link.session import Session, refused
from coupefeu.model.instant import Moment
from coupefeu.wire.packet import RatchetAnswer, RatchetOffer, RatchetProof
from coupefeu.wire.ratchet import transcript

Step = RatchetOffer | RatchetAnswer | RatchetProof

# Agreed (docs/spec/link.md).
MAX_AHEAD: Final = 65_536
"""Generations that a restored node may be behind; a claim of more is refused."""
ADMITTED_MS: Final = 3_600_000
"""So long an officer's word lets a restored counterpart in."""

# Implementation.
OFFER_WAIT_S: Final = 10
OFFERS_AT_ONCE: Final = 4
PROOFS: Final = 3
"""Sent so often without a session under the new secret, the step begins anew."""
UNKEPT_MS: Final = 2_000
"""So long an answer under a new secret waits for the disk."""
NOTICED_TIMES, NOTICED_MS, NOTICED_AGAIN_MS = 3, 10_000, 600_000


@dataclass(frozen=True, slots=True)
class _Begun:
    """An R1 of ours, the key behind it, and the session whose hash goes into the new secret."""

    offer: RatchetOffer
    seed: bytes
    session: Session


@dataclass(frozen=True, slots=True)
class _Answered:
    """An R1 of theirs and what we said to it."""

    offer: RatchetOffer
    session: Session
    candidate: Generation
    answer: RatchetAnswer


class Ratchet:
    """Both roles of the steps with one counterpart. Its randomness is ML-KEM's own, in `keys`."""

    def __init__(self, config: LinkConfig, events: list[Event]) -> None:
        self.rekey(config)
        self._line_id = config.line_id
        self._timings = config.timings
        self._events = events
        self.generations = config.generations
        self._kept = config.generations
        self._recovery: Generation | None = None
        self.is_restored = False
        """Whether a step must be made before this node is like any other again."""
        self.is_whole = True
        """Whether our record holds all that we signed, as far as we know (A13)."""
        self._is_wanted = False
        self._begun: _Begun | None = None
        self._answered: _Answered | None = None
        self._reply: RatchetAnswer | None = None
        self._proofs = 0
        self._again_ms, self._wait_ms = 0, self._timings.resend_ms
        self._session: Session | None = None
        self._offers = Meter(1, OFFERS_AT_ONCE * OFFER_WAIT_S)
        self._confirmed_ms = -UNKEPT_MS
        self._admitted_ms: int | None = None
        self._admitted: Generation | None = None
        self._noticed: list[int] = []
        self._told_ms: int | None = None
        self.wants_session = False
        """Set when a handshake under the new secret should begin; whoever begins one clears it."""

    def rekey(self, config: LinkConfig) -> None:
        """Go by other session keys; a step under way begins anew."""
        self._is_smaller = x25519.public(config.our_session_private) < config.their_session_public
        self._begun = None

    # --- what handshakes are made under -------------------------------------------------------------------

    def to_begin(self, attempts: int) -> Generation:
        """Give what our message 1 is made under; a new secret that does not answer, in turn with the one before."""
        candidate = self.generations.candidate
        if candidate is not None and candidate.begun_here and self._is_kept and attempts % 3 != 2:
            return candidate
        return self.generations.current if self._recovery is None else self._recovery

    def old(self, utc_ms: int) -> tuple[Generation, ...]:
        """Give what opens nothing, or, once an officer has admitted the counterpart, its recovery."""
        sealed = self.generations.forget_old(utc_ms).sealed
        return sealed if self._admitted is None else (*sealed, self._admitted)

    def opened(self, generation: Generation, now: Moment) -> bool:
        """Take that their message 1 was made under it: they hold it. Returns whether it may be answered yet."""
        if generation == self.generations.candidate:
            self._confirm(now)
        is_kept = generation == self._kept.current
        return is_kept or now.mono_ms - self._confirmed_ms >= UNKEPT_MS

    def completed(self, generation: Generation, now: Moment) -> None:
        """Take that their message 2 came under it: they hold it, durably."""
        if generation == self.generations.candidate:
            self._confirm(now)

    # --- a counterpart that was restored --------------------------------------------------------------------

    def admit(self, now: Moment, recovery_psk: bytes | None) -> None:
        """Let the counterpart in under an old generation, or the recovery secret, for an hour."""
        self._admitted_ms = now.mono_ms + ADMITTED_MS
        self._admitted = _recovery(recovery_psk)

    def is_admitted(self, mono_ms: int) -> bool:
        """Whether an officer has let it in lately."""
        return self._admitted_ms is not None and mono_ms < self._admitted_ms

    def notice(self, generation: Generation, now: Moment) -> None:
        """Note their message 1 under an old generation."""
        self._noticed = [each for each in self._noticed if now.mono_ms - each < NOTICED_AGAIN_MS]
        self._noticed.append(now.mono_ms)
        is_told = self._told_ms is not None and now.mono_ms - self._told_ms < NOTICED_AGAIN_MS
        is_lasting = now.mono_ms - self._noticed[0] >= NOTICED_MS
        if len(self._noticed) >= NOTICED_TIMES and is_lasting and not is_told:
            self._told_ms = now.mono_ms
            self._events.append(OldGeneration(generation.number, generation.replaced_ms or 0))

    # --- a node that was restored ---------------------------------------------------------------------------

    def recover(self) -> None:
        """Take that our record may lack what we signed: nothing but its recovery passes, and no step is begun."""
        self.is_restored = True
        self.is_whole = False

    def use_recovery(self, psk: bytes) -> None:
        """Begin under the recovery secret, until a step has made a common one again."""
        self._recovery = _recovery(psk)
        self.is_restored = self._is_wanted = True

    def recovered(self) -> None:
        """Take that our record is whole again: a fresh step, which we begin, brings us back to the line."""
        self.is_whole = True
        self._is_wanted = self.is_restored

    # --- the steps ------------------------------------------------------------------------------------------

    def kept(self, generations: Generations) -> None:
        """Take that this is durable."""
        self._kept = generations

    def take(self, step: Step, session: Session, now: Moment) -> None:
        """Take a step that came on this session.

        Raises: PeerError: it is refused, which changes nothing.
        """
        match step:
            case RatchetOffer():
                self._take_offer(step, session, now)
            case RatchetAnswer():
                self._take_answer(step, now)
            case RatchetProof():
                self._take_proof(step, now)

    def steps(self, session: Session, now: Moment, *, is_beat: bool) -> list[Step]:
        """Give what of a step leaves now on the newest session; on a heartbeat, what begins or is repeated."""
        if session is not self._session:
            self._session = session
            self._again_ms, self._wait_ms = now.mono_ms, self._timings.resend_ms
        if self._reply is not None and self._is_kept:
            answer, self._reply = self._reply, None
            return [answer]
        candidate = self.generations.candidate
        if candidate is not None and candidate.begun_here and self._proofs < PROOFS:
            is_due = self._proofs == 0 or (is_beat and now.mono_ms >= self._again_ms)
            return [self._prove(candidate, now)] if is_due and self._is_kept else []
        if is_beat and now.mono_ms >= self._again_ms and self._is_to_begin(session, now):
            return [self._begin(session, now)]
        return []

    @property
    def _is_kept(self) -> bool:
        return self._kept.candidate == self.generations.candidate

    def _is_to_begin(self, session: Session, now: Moment) -> bool:
        """Whether a step is ours to begin and due: after pairing, daily, after a restore, or unfinished."""
        base = self.generations.current if self._recovery is None else self._recovery
        if session.generation != base or not (self.is_whole and (self._is_smaller or self.is_restored)):
            return False
        current = self.generations.current
        is_old = abs(now.utc_ms - current.since_ms) >= self._timings.ratchet_ms
        return self._is_wanted or is_old or current.number == 0 or self.generations.candidate is not None

    def _begin(self, session: Session, now: Moment) -> RatchetOffer:
        candidate = self.generations.candidate
        if candidate is not None and not candidate.begun_here:
            self._hold(self.generations.propose(None))  # rule (a)
        if self._begun is None or self._begun.session is not session:
            seed = mlkem.generate()
            offer = RatchetOffer(self.generations.current.number + 1, mlkem.public(seed))
            self._begun = _Begun(offer, seed, session)
        self._wait(now)
        return self._begun.offer

    def _prove(self, candidate: Generation, now: Moment) -> RatchetProof:
        self._proofs += 1
        self._wait(now)
        self.wants_session = True
        return RatchetProof(candidate.number, self._mac(candidate, b"R3"))

    def _wait(self, now: Moment) -> None:
        self._again_ms = now.mono_ms + self._wait_ms
        self._wait_ms = min(2 * self._wait_ms, self._timings.longest_wait_ms)

    def _take_offer(self, offer: RatchetOffer, session: Session, now: Moment) -> None:
        number = self._number_for(offer, session)
        done = self._answered
        if (
            done
            and (done.offer, done.candidate) == (offer, self.generations.candidate)
            and done.session is session
        ):
            self._reply = done.answer
            return
        if not self._is_kept:
            raise refused("ratchet-busy")
        if not self._offers.allows(OFFER_WAIT_S, now.mono_ms):
            raise refused("ratchet-rate")
        secret, ciphertext = mlkem.encapsulate(offer.key)
        candidate = self._candidate(offer, ciphertext, secret, session, number, now, begun_here=False)
        self._begun = None
        answer = RatchetAnswer(number, ciphertext, self._mac(candidate, b"R2"))
        self._answered = _Answered(offer, session, candidate, answer)
        self._reply = answer
        self._hold(self.generations.propose(candidate))

    def _number_for(self, offer: RatchetOffer, session: Session) -> int:
        """Give the number of the secret that R1 asks for; it never falls, on either side."""
        current, candidate = self.generations.current, self.generations.candidate
        lowest = current.number + 1
        if session.is_sealed:
            if offer.number > lowest + MAX_AHEAD:
                raise refused("ratchet-number")
            return max(lowest, offer.number)
        if session.generation != current or offer.number != lowest:
            raise refused("ratchet-stale")
        is_ours = self._begun is not None or (candidate is not None and candidate.begun_here)
        if is_ours and self._is_smaller:
            raise refused("ratchet-both")  # rule (b)
        return lowest

    def _take_answer(self, answer: RatchetAnswer, now: Moment) -> None:
        begun = self._begun
        if begun is None:
            raise refused("ratchet-answers-nothing")
        ahead = answer.number - begun.offer.number
        if not 0 <= ahead <= (MAX_AHEAD if self.is_restored else 0):
            raise refused("ratchet-number")
        secret = mlkem.decapsulate(begun.seed, answer.ciphertext)
        candidate = self._candidate(
            begun.offer, answer.ciphertext, secret, begun.session, answer.number, now, begun_here=True
        )
        if not is_equal(answer.mac, self._mac(candidate, b"R2")):
            raise refused("ratchet-mac")
        self._begun = None
        self._proofs = 0
        self._hold(self.generations.propose(candidate))

    def _take_proof(self, proof: RatchetProof, now: Moment) -> None:
        candidate, current = self.generations.candidate, self.generations.current
        if candidate and not candidate.begun_here and self._is_proved(candidate, proof):
            self._confirm(now)
        elif not self._is_proved(current, proof):
            raise refused("ratchet-proof")

    def _is_proved(self, generation: Generation, proof: RatchetProof) -> bool:
        return proof.number == generation.number and is_equal(proof.mac, self._mac(generation, b"R3"))

    def _candidate(
        self,
        offer: RatchetOffer,
        ciphertext: bytes,
        secret: bytes,
        session: Session,
        number: int,
        now: Moment,
        *,
        begun_here: bool,
    ) -> Generation:
        psk = derive_next(
            session.generation.psk,
            secret=secret,
            handshake_hash=session.handshake_hash,
            line_id=self._line_id,
            number=number,
            transcript=transcript(offer, ciphertext),
        )
        return Generation(number=number, psk=psk, since_ms=now.utc_ms, begun_here=begun_here)

    def _mac(self, generation: Generation, role: bytes) -> bytes:
        return confirmation(generation.psk, line_id=self._line_id, number=generation.number, role=role)

    def _confirm(self, now: Moment) -> None:
        self._begun = self._answered = self._reply = None
        self._recovery = self._admitted = self._admitted_ms = None
        self._is_wanted = self.is_restored = not self.is_whole
        self._proofs = 0
        self._confirmed_ms = now.mono_ms
        self._hold(self.generations.confirm(now.utc_ms))

    def _hold(self, generations: Generations) -> None:
        self.generations = generations
        self._events.append(PskToKeep(generations))


def _recovery(psk: bytes | None) -> Generation | None:
    return None if psk is None else Generation(number=RECOVERY_NUMBER, psk=psk)
