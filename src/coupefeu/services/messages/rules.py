"""What may be said and done about a message: a command and what is known in, drafts or a refusal out.

Refusals carry the code `services.messages.<reason>`; the same reasons mark the acts of the other side (effects.py).
Nothing here waits for a formality: no act needs another one first, except that its message must be on the record.
"""

from collections.abc import Sequence
from typing import Any, NoReturn

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.entry import MAX_BODY_BYTES, Kind
from coupefeu.model.messages import Content, CriticalField, Form, MessageId, format_number
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.base import Command, Context, Draft, Rows, Statement
from coupefeu.services.messages.attaching import BLANK, attach
from coupefeu.services.messages.commands import (
    ActCommand,
    AnswerLineTest,
    ReadBack,
    RecordShown,
    Say,
    SayAgain,
    SendLineTest,
)
from coupefeu.services.messages.display import find_untypable
from coupefeu.services.messages.effects import (
    Row,
    addressed_posts,
    effective_acts,
    judge_act,
    judge_reference,
)
from coupefeu.services.messages.facts import MAX_SHOWN_MESSAGES, Act, act_defect, encode_act
from coupefeu.services.messages.forms import FORM_RULES, critical_fields, defect, read_content
from coupefeu.services.messages.line_tests import line_test, line_test_answer
from coupefeu.services.messages.render_chain import effect_words
from coupefeu.services.messages.views import select_facts, select_message


def needs(command: Command) -> tuple[Statement, ...]:
    """Name the selects whose rows `decide` gets: the message, and for acts what was done about it."""
    if isinstance(command, Say):
        return () if command.about is None else (select_message(command.about),)
    if isinstance(command, ActCommand):
        return (select_message(command.message), select_facts(command.message))
    if isinstance(command, AnswerLineTest):
        return (select_message(command.test), select_facts(command.test))
    return ()


def decide(command: Command, known: Sequence[Rows], context: Context) -> tuple[Draft, ...]:
    """Judge a command.

    Raises:
        UsageError: the command names what does not exist, or its content breaks its form.
        PolicyError: the agreed rules refuse it.
    """
    match command:
        case Say():
            return (_say(command, known, context),)
        case ActCommand():
            return (_act(command, known, context),)
        case RecordShown():
            return (_shown(command, context),)
        case SendLineTest():
            draft = line_test(context.agreement, _our_party(context), command.template)
            _require_form(read_content(draft.body)[1])
            return (draft,)
        case AnswerLineTest():
            draft = line_test_answer(context.agreement, _our_party(context), command.test)
            _require_effect(draft, command.test, known, context)
            return (draft,)
        case _:
            raise UsageError(
                f"{type(command).__name__} is no command of the messages service",
                code="services.messages.unknown_command",
            )


# --- saying


def _say(command: Say, known: Sequence[Rows], context: Context) -> Draft:
    content = command.content
    if content.attachments:
        _refuse_form(
            "unexpected_attachments", "Give their contents with the command; the store commits to them."
        )
    _require_form(defect(content))
    _require_typable(content)
    if content.form is Form.LINE_TEST:
        _refuse_form("unexpected_template", "Send it with SendLineTest.")
    if content.subject is Subject.PROTEST and command.precedence is Precedence.FLASH:
        _refuse("protest_flash", "A PROTEST is never FLASH.", "Send it with another precedence.")
    if command.language not in context.agreement.languages:
        agreed = ", ".join(context.agreement.languages)
        _refuse("language", f"Language {command.language!r} is not agreed.", f"Agreed: {agreed}.")
    _require_our_post(command.from_post, context)
    attached = attach(content, command.attachments, context.agreement.budgets.attachment_bytes)
    body = attached.body_with((BLANK,) * len(attached.contents))
    if len(body) > MAX_BODY_BYTES:
        seen = f"the message has {len(body):,} bytes, at most {MAX_BODY_BYTES:,} can be sent"
        _refuse_form("too_long", "Send it in parts, each a message, or attach what is long.", seen)
    about = _about(command, known, context)
    return Draft(
        kind=Kind.MESSAGE,
        from_post=command.from_post,
        to_posts=_addressees(command, context),
        precedence=command.precedence,
        language=command.language,
        body=body,
        references=about,
        attached=attached if attached.contents else None,
    )


def _about(command: Say, known: Sequence[Rows], context: Context) -> tuple[MessageId, ...]:
    if not FORM_RULES[command.content.form].refers:
        return () if command.about is None else (command.about,)
    if command.about is None:
        _refuse_form("missing_reference", "Name the message that it is about.")
    about = _known_message(command.about, known, context)
    mine = {"log": context.our_log, "form": int(command.content.form)}
    reason = judge_reference(mine, about, context.agreement)
    if reason:
        _refuse(reason, _named(reason, command.about, context), "Its chain says what was done about it.")
    return (command.about,)


def _addressees(command: Say, context: Context) -> tuple[str, ...]:
    agreement = context.agreement
    if not command.to_posts:
        desks = tuple(agreement.desk(p).id for p in context.parties if p != _our_party(context))
        if command.precedence is Precedence.FLASH:
            return desks
        return tuple(post.id for post in agreement.counterparts(command.from_post)) or desks
    for post in command.to_posts:
        if agreement.post(post).party == _our_party(context):
            _refuse("own_post", f"{post} is a post of our own.", "Address a post of the other side.")
    return tuple(dict.fromkeys(command.to_posts))


def _require_form(reason: str) -> None:
    if reason:
        field = reason.partition("_")[2]
        _refuse_form(reason, f"Look at {field}; docs/spec/messages.md says what the form carries.")


def _require_typable(content: Content) -> None:
    """Refuse what cannot be typed anew: an invisible or disguised character in a critical field."""
    for field in critical_fields(content):
        found = find_untypable(field.value)
        if found:
            seen = f"the {field.kind} cannot be typed anew: it holds {found}"
            _refuse_form("untypable", "Write it with plain characters.", seen)


# --- acting


def _act(command: ActCommand, known: Sequence[Rows], context: Context) -> Draft:
    kind, act = command.kind, command.act()
    reason = act_defect(kind, act)
    if reason:
        _refuse_form(reason, f"Look at {reason.partition('_')[2]}.")
    _require_our_post(command.from_post, context)
    message = _known_message(command.message, known, context)
    draft = Draft(
        kind=kind,
        from_post=command.from_post,
        to_posts=(message["from_post"],) if not context.is_ours(message["log"]) else addressed_posts(message),
        precedence=Precedence(message["precedence"]),
        language=context.agreement.party(_our_party(context)).language,
        body=encode_act(act),
        references=(command.message,),
    )
    _require_effect(draft, command.message, known, context)
    if isinstance(command, ReadBack):
        _require_fields(message, command, context)
    if isinstance(command, SayAgain) and command.field is not None:
        _require_field(message, command.field, context)
    return draft


def _require_effect(draft: Draft, message: MessageId, known: Sequence[Rows], context: Context) -> None:
    """Refuse to ourselves what would have no effect if the other side did it."""
    row = _known_message(message, known, context)
    act: dict[str, Any] = {
        "log": context.our_log, "kind": draft.kind, "from_post": draft.from_post, "body": draft.body,
        "agreement_version": context.agreement.version, "effect": "",
    }  # fmt: skip
    earlier = effective_acts(row, known[1], context.agreement)
    reason = judge_act(act, row, earlier, context.agreement)
    if reason:
        _refuse(reason, _named(reason, message, context), _hint(reason, row))


def _require_fields(message: Row, command: ReadBack, context: Context) -> None:
    fields = _critical(message, context)
    if not fields:
        _refuse_form(
            "nothing_critical", "Say that it was read.", "the message has no critical field to read back"
        )
    if len(command.typed) != len(fields):
        seen = f"{len(command.typed)} texts were typed, there are {len(fields)} critical fields"
        _refuse_form("field_count", f"Type {_numbered(fields)}, in this order.", seen)


def _require_field(message: Row, field: int, context: Context) -> None:
    fields = _critical(message, context)
    if not 0 <= field < len(fields):
        hint = (
            f"Name one of {_numbered(fields)}, or the whole message." if fields else "Name the whole message."
        )
        _refuse_form("no_such_field", hint, f"there is no critical field {field + 1}")


def _critical(message: Row, context: Context) -> tuple[CriticalField, ...]:
    content, _ = read_content(message["body"])
    return critical_fields(content, about_number(message, context)) if content else ()


def _numbered(fields: Sequence[CriticalField]) -> str:
    return ", ".join(f"{number} {field.kind}" for number, field in enumerate(fields, 1))


def about_number(message: Row, context: Context) -> str:
    """Give the number of the message that a row of `messages` names, as its readers see it; "" for none."""
    if message["about_log"] is None:
        return ""
    return format_number((message["about_log"], message["about_idx"]), context.parties)


def _shown(command: RecordShown, context: Context) -> Draft:
    if not 0 < len(command.messages) <= MAX_SHOWN_MESSAGES:
        _refuse_form("shown_messages", f"Name 1 to {MAX_SHOWN_MESSAGES} messages in one entry.")
    act = Act(screens=command.screens)
    reason = act_defect(Kind.SHOWN, act)
    if reason:
        _refuse_form(reason, "At least one screen must show it.")
    answer = line_test_answer(context.agreement, _our_party(context), command.messages[0])
    return Draft(
        kind=Kind.SHOWN,
        from_post=answer.from_post,
        to_posts=answer.to_posts,
        precedence=Precedence.ROUTINE,
        language=answer.language,
        body=encode_act(act),
        references=tuple(dict.fromkeys(command.messages)),
    )


# --- shared


def _our_party(context: Context) -> str:
    return context.us


def _known_message(message: MessageId, known: Sequence[Rows], context: Context) -> Row:
    if not known or not known[0]:
        raise UsageError(
            f"there is no message {format_number(message, context.parties)} on the record",
            code="services.messages.unknown_message",
            hint="Look at the inbox for the numbers of messages.",
        )
    return known[0][0]


def _require_our_post(post: str, context: Context) -> None:
    if context.agreement.post(post).party != _our_party(context):
        _refuse("foreign_post", f"{post} is not a post of ours.", "Speak from a post of your own party.")


def _named(reason: str, message: MessageId, context: Context) -> str:
    return f"{format_number(message, context.parties)}: {effect_words(reason, 'en')}."


def _hint(reason: str, message: Row) -> str:
    if reason == "post_not_addressed":
        return (
            f"It is addressed to {', '.join(addressed_posts(message))}; only a FLASH may be taken by anyone."
        )
    if reason == "own_message":
        return "This is for the other side to do."
    if reason == "of_a_line_test":
        return "Nothing is to be done. To say something, send a message: `coupefeu say`."
    return "Its chain says what was done about it."


def _refuse(reason: str, sentence: str, hint: str) -> NoReturn:
    raise PolicyError(sentence, code=f"services.messages.{reason}", hint=hint)


def _refuse_form(reason: str, hint: str, sentence: str = "") -> NoReturn:
    raise UsageError(
        sentence or f"the form is not right ({effect_words(reason, 'en')})",
        code=f"services.messages.{reason}",
        hint=hint,
    )
