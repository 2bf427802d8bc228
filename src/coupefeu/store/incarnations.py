"""A party's new log: taken up in the transaction that sees its opening; a second opening of it is kept as proof (A13).

batch of a log that is not known, its first entry opens it   -> the log is there, and the batch is judged by its keys
the same of a log that is known, another statement in it     -> evidence; what was taken up first stands
"""

from dataclasses import replace

from coupefeu.errors import CoupefeuError, PeerError, VerificationError
from coupefeu.keys.incarnations import parse_opening_body, verify_incarnation
from coupefeu.model.logs import is_log, log_number, position_of
from coupefeu.record.incarnations import encode_two_incarnations
from coupefeu.store.equivocation import keep_evidence
from coupefeu.store.jobs import Received
from coupefeu.store.line import Line, newest_log, open_incarnation
from coupefeu.store.standing import Standing
from coupefeu.store.transaction import Transaction
from coupefeu.wire.incarnation import Incarnation, SignedIncarnation
from coupefeu.wire.packet import Batch, PackedEntry

TWO_OPENINGS = "incarnation-and-incarnation"


def take_up(transaction: Transaction, batch: Batch) -> bool:
    """Open the log of a batch that nobody knew here, if its first entry is the opening that follows; whether it is so.

    The caller undoes it unless the batch then holds under the new log's own key.
    """
    line = transaction.line
    if batch.log in transaction.states or not is_log(batch.log, len(line.parties)):
        return False
    signed = _read_opening(transaction, batch)
    if signed is None or line.is_ours(batch.log):
        return False
    position = position_of(batch.log, len(line.parties))
    check_cited(transaction, signed.statement)
    if batch.log != newest_log(line.parties, position) + len(line.parties):
        raise PeerError(
            f"the opening of log {batch.log}, and the one before it is not known here",
            code="store.incarnations.skipped",
            hint="Ask for the statements of the incarnations before it: coupefeu incarnation take FILE.",
        )
    open_log(transaction, signed)
    return True


def check_cited(transaction: Transaction, statement: Incarnation) -> None:
    """Refuse a statement that closes the log before it at a checkpoint that never was.

    Between two parties the last one agreed on is held here; among more, another may have co-signed further.

    Raises: VerificationError.
    """
    line = transaction.line
    log = log_number(line.names.index(statement.party), statement.incarnation - 1, len(line.parties))
    state = transaction.states.get(log)
    if state is None or (statement.size > state.size and len(line.parties) > 2):
        return
    if statement.size > state.size or transaction.root(log, statement.size) != statement.root:
        raise VerificationError(
            f"the new incarnation of {statement.party.upper()} cites a checkpoint of {statement.size:,} entries that "
            f"was never agreed: here {min(statement.size, state.size):,} entries of that log have another root",
            code="store.incarnations.never_agreed",
            hint="Nothing was taken up. Ask the party to open it again on the last checkpoint that you co-signed.",
        )


def open_log(transaction: Transaction, signed: SignedIncarnation) -> None:
    """Let a log be known from now on, by a statement that was verified and follows."""
    line, statement = transaction.line, signed.statement
    position = line.names.index(statement.party)
    author = open_incarnation(
        transaction.context.agreement, line.parties[position], statement, line.published
    )
    parties = (*line.parties[:position], author, *line.parties[position + 1 :])
    transaction.line = replace(line, parties=parties)
    transaction.open_log(log_number(position, statement.incarnation, len(parties)), author.origin)
    transaction.close_log(newest_log(line.parties, position), statement.size)


def find_second_opening(transaction: Transaction, standing: Standing, batch: Batch) -> Received | None:
    """Keep a second statement of an incarnation that stands, as proof; None: there is nothing of the kind."""
    if batch.log < len(transaction.line.parties) or batch.log not in transaction.states:
        return None
    second = _read_opening(transaction, batch)
    first = None if second is None else _find_standing(transaction.line, standing, batch.log)
    if first is None or second is None or first.statement == second.statement:
        return None
    proof = encode_two_incarnations(first, second)
    keep_evidence(transaction, batch.log, 0, TWO_OPENINGS, proof)
    held = transaction.states[batch.log].held(batch.log)
    return Received(recorded=(), receipts=(), held=held, evidence=(f"{TWO_OPENINGS} at 0",))


def keep_second_openings(transaction: Transaction, standing: Standing) -> None:
    """Keep as proof what came by files: two statements of one incarnation, both on the record."""
    for first, second in standing.second_openings:
        position = transaction.line.names.index(first.statement.party)
        log = log_number(position, first.statement.incarnation, len(transaction.line.parties))
        keep_evidence(transaction, log, 0, TWO_OPENINGS, encode_two_incarnations(first, second))


def _read_opening(transaction: Transaction, batch: Batch) -> SignedIncarnation | None:
    """Give the verified statement in the first entry of this batch, if it is one and of this log."""
    entry = batch.entries[0]
    if entry.index != 0 or not isinstance(entry, PackedEntry):
        return None
    try:
        signed = parse_opening_body(entry.body).signed
        statement = verify_incarnation(signed, transaction.context.agreement)
    except CoupefeuError:
        return None
    names = transaction.line.names
    log = log_number(names.index(statement.party), statement.incarnation, len(names))
    return signed if log == batch.log else None


def _find_standing(line: Line, standing: Standing, log: int) -> SignedIncarnation | None:
    for signed in standing.incarnations:
        statement = signed.statement
        if log == log_number(line.names.index(statement.party), statement.incarnation, len(line.names)):
            return signed
    return None
