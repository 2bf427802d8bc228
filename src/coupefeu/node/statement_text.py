"""What a person is shown of an entry, and signs: its words in one language as plain text, and what signing them means.

The author's own text stays as it was written, safe to show, each line behind a bar; it is signed as it is shown.
"""

from collections.abc import Iterator
from typing import Final

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.entry import Head, Kind
from coupefeu.model.instant import format_second
from coupefeu.model.messages import MessageId, format_number
from coupefeu.services.base import Context
from coupefeu.services.communique.reading import precedence_words, say_entry
from coupefeu.services.messages.render import exercise_lines, post_words
from coupefeu.services.persons.facts import MAX_TEXT_BYTES
from coupefeu.words import LANGUAGES, label, say

BAR: Final = "| "


def statement_text(
    entry: MessageId, head: Head, body: bytes | None, context: Context, post: str, language: str
) -> str:
    """Write what `post` is shown and signs of an entry.

    Raises: PolicyError `node.statement.absent`: its words are not held here; `node.statement.long`; UsageError
    `node.statement.language`; as `kind_signed`.
    """
    if language not in LANGUAGES:
        raise UsageError(
            f"{language!r} is no language of the console",
            code="node.statement.language",
            hint=f"There are: {', '.join(LANGUAGES)}.",
        )
    if body is None:
        raise PolicyError(
            "what this entry says is not held here, so nobody can be shown it, or sign it",
            code="node.statement.absent",
            hint="It was erased, or never shown to us. Sign another entry.",
        )
    text = "\n".join(_lines(entry, head, body, context, post, language))
    if len(text.encode("utf-8")) > MAX_TEXT_BYTES:
        raise PolicyError(
            f"in words this entry has more than {MAX_TEXT_BYTES:,} bytes; nobody signs a part of it",
            code="node.statement.long",
            hint="Say the essential in a shorter message, and sign that one.",
        )
    return text


def kind_signed(entry: MessageId, head: Head, context: Context, post: str) -> Kind:
    """Say what signing an entry makes: an answer, where it is a question of presence from the other side.

    Raises: PolicyError `node.statement.not_asked`: it asks another post of ours.
    """
    if head.kind != Kind.PRESENCE_ASKED or context.is_ours(entry[0]):
        return Kind.STATEMENT
    if head.to_posts != (post,):
        raise PolicyError(
            f"this question is to another post than {post}",
            code="node.statement.not_asked",
            hint="The post that is asked answers for itself: sign in with its passkey.",
        )
    return Kind.PRESENCE_SHOWN


def _lines(
    entry: MessageId, head: Head, body: bytes, context: Context, post: str, language: str
) -> Iterator[str]:
    said = say_entry(head, body, context.parties, language)
    number = format_number(entry, context.parties)
    yield from exercise_lines(context, language)
    is_answer = kind_signed(entry, head, context, post) is Kind.PRESENCE_SHOWN
    first = "presence-i-am-there" if is_answer else "persons-i-stand"
    yield say(first, language, number=number, post=post_words(post, context, language))
    yield ""
    yield "  ".join(each for each in (number, precedence_words(head, language), said.title) if each)
    to = ", ".join(post_words(each, context, language) for each in head.to_posts)
    yield label(say("header-from", language), post_words(head.from_post, context, language), language)
    yield label(say("header-to", language), to or say("not-stated", language), language)
    yield label(say("header-time", language), format_second(head.written_ms), language)
    for name, value in said.fields:
        yield label(name, value, language) if value else name
    if said.text.text:
        yield from (BAR + line for line in said.text.text.split("\n"))
