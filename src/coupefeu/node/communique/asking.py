"""What a program asks of communiques, each with a reader of its own, on a thread that is not the node's loop."""

from coupefeu.model.messages import MessageId
from coupefeu.node.communique.choosing import Disclosing, Query
from coupefeu.node.communique.consenting import answer, propose
from coupefeu.node.communique.issuing import Wish, draft_communique
from coupefeu.node.folder import NodeFolder
from coupefeu.node.running import is_running
from coupefeu.services.communique.facts import AnswerCommunique, ProposeCommunique
from coupefeu.store.reader import Reader


def wish_of(query: Query, disclosing: Disclosing | None, embargo_ms: int | None, words: str) -> Wish:
    """Put together what a program asks for; heads are disclosed where it does not say how much."""
    return Wish(query=query, disclosing=disclosing or Disclosing(), embargo_ms=embargo_ms, words=words)


def issue_communique(folder: NodeFolder, wish: Wish) -> bytes:
    """Give the file. Raises: as `draft_communique` and `Draft.sign`."""
    with _reader(folder) as reader:
        return draft_communique(folder, reader, wish).sign(folder)


def propose_wish(folder: NodeFolder, wish: Wish, from_post: str) -> ProposeCommunique:
    """Make the command that proposes it. Raises: as `draft_communique` and `propose`."""
    with _reader(folder) as reader:
        return propose(draft_communique(folder, reader, wish), from_post, words=wish.words)


def answer_proposal(
    folder: NodeFolder, number: MessageId, from_post: str, *, consents: bool, reason: str
) -> AnswerCommunique:
    """Make the command that answers it. Raises: as `answer`."""
    with _reader(folder) as reader:
        return answer(folder, reader, number, from_post, consents=consents, reason=reason)


def _reader(folder: NodeFolder) -> Reader:
    return Reader(folder.record_path, running=is_running(folder))
