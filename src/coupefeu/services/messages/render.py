"""A message and its chain as plain text in the reader's language, under the treaty header.

Codes are said in the reader's language; the author's text follows exactly as it was written, marked where it
deceives, each line behind a bar so that it cannot imitate a line of ours. On an exercise line the first word is
EXERCISE, EXERCICE or УЧЕНИЕ. Empty means "not stated", never "none".
"""

from coupefeu.model.agreement import EXERCISE_WORDS, Agreement, RecordMode
from coupefeu.model.instant import format_instant
from coupefeu.model.messages import Content, Form, Slot, format_time
from coupefeu.services.base import Context
from coupefeu.services.messages.display import show_line
from coupefeu.services.messages.enclosed import AttachmentState
from coupefeu.services.messages.phrases import PHRASES
from coupefeu.services.messages.render_chain import chain_lines, effect_words
from coupefeu.services.messages.status import Erased, MessageStatus
from coupefeu.words import LANGUAGES, label, say

BAR = "   | "


def render_message(status: MessageStatus, context: Context, language: str) -> str:
    """Write one message: header, content, remarks, chain."""
    lines = [*exercise_lines(context, language), *header_lines(status, context, language)]
    for chain in status.chains:
        lines += ["", *chain_lines(chain, status, language)]
    if status.without_effect:
        lines += ["", say("without-effect", language)]
        lines += [
            f" - {act.number} {say(f'act-{act.kind}', language)}: {effect_words(act.effect, language)}"
            for act in status.without_effect
        ]
    return "\n".join(lines) + "\n"


def exercise_lines(context: Context, language: str) -> list[str]:
    """Give the word that comes before everything on an exercise line; nothing on a real one."""
    if not context.agreement.is_exercise:
        return []
    return [EXERCISE_WORDS.get(language, EXERCISE_WORDS["en"])]


def header_lines(status: MessageStatus, context: Context, language: str) -> list[str]:
    """Write the treaty header with its seven numbered parts."""
    to = ", ".join(post_words(post, context, language, address=True) for post in status.to_posts)
    nothing = say("not-stated", language)
    agreed = {"name": context.agreement.name, "version": str(status.agreement_version)}
    fields = [
        ("precedence", precedence_words(status, language)),
        ("from", post_words(status.from_post, context, language)),
        ("to", to or nothing),
        ("subject", subject_words(status, language)),
    ]
    numbered = [
        ("number", status.number),
        ("time", format_time(_minute(status.claimed_ms))),
        ("agreement", say("agreement-version", language, **agreed)),
        ("reference", status.about or nothing),
        ("content", form_words(status, language)),
    ]
    lines = [label(say(f"header-{key}", language), value, language) for key, value in fields]
    lines += [
        f"{n}. {label(say(f'header-{key}', language), value, language)}"
        for n, (key, value) in enumerate(numbered, 1)
    ]
    lines += content_lines(status, context, language)
    remarks = remark_lines(status, language)
    lines.append(f"6. {label(say('header-remarks', language), '' if remarks else nothing, language)}")
    lines += [f"   {remark}" for remark in remarks]
    lines.append(f"7. {say('header-end', language, number=status.number)}")
    return lines


def content_lines(status: MessageStatus, context: Context, language: str) -> list[str]:
    """Write the coded fields in the reader's language, then the author's own text, then what is attached."""
    content = status.content
    lines = [] if content is None else [f"   {line}" for line in coded_lines(content, language)]
    if status.erased is not None:
        lines.append(f"   {erased_words(status.erased, language)}")
    if status.original:
        original = say("original-in", language, original=_language_words(status.language, language))
        lines.append(f"   {label(original, '', language)}")
        lines += [BAR + line for line in status.shown.text.split("\n")]
    agreed = context.agreement.budgets.attachment_bytes
    return lines + [f"   {line}" for line in attachment_lines(status, agreed, language)]


def erased_words(erased: Erased, language: str) -> str:
    """Say that the content is gone, why, and which entry of ours names it."""
    why = say(f"erased-why-{erased.why.word}", language)
    return say("content-erased", language, why=why, by=erased.by)


def mode_words(agreement: Agreement, language: str) -> str:
    """Say what the record keeps of what is said, before anything is said."""
    age_s = agreement.content_age_s
    if age_s is None:
        return say("mode-on-record", language)
    is_fact_only = agreement.record_mode is RecordMode.FACT_ONLY
    return say(
        "mode-fact-only" if is_fact_only else "mode-retention", language, age=age_words(age_s, language)
    )


_UNITS_S = {"days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}


def age_words(seconds: int, language: str) -> str:
    """Say a duration that was agreed, its greatest units first: `3 d 12 h`."""
    parts = []
    for unit, size_s in _UNITS_S.items():
        count, seconds = divmod(seconds, size_s)
        parts += [say(f"ui-{unit}", language, count=count)] if count else []
    return " ".join(parts)


def attachment_lines(status: MessageStatus, agreed_bytes: int, language: str) -> list[str]:
    """Write a line for each attachment: its number, name and size, and whether it is here."""
    lines = []
    for each in status.attachments:
        name = say("attachment", language, number=each.number, name=show_line(each.name), size=each.size)
        words = {"agreed": agreed_bytes} if each.state is AttachmentState.BEYOND else {}
        lines.append(label(name, say(f"attachment-{each.state}", language, **words), language))
    return lines


def _language_words(code: str, language: str) -> str:
    if code in LANGUAGES:
        return say(f"language-{code}", language)
    return say("language-other", language, code=show_line(code) or "?")


def coded_lines(content: Content, language: str) -> list[str]:
    """Write the coded fields, a line each, in the reader's language."""
    lines = [label(name, value, language) for name, value in coded_fields(content, language)]
    if content.form is Form.LINE_TEST and content.template is not None:
        lines.append(line_test_words(content.template, language))
    return lines


def coded_fields(content: Content, language: str) -> list[tuple[str, str]]:
    """Give the coded fields that are stated: the name of each, and its value, in the reader's language."""
    values = {
        "officer": show_line(content.officer),
        "word": "" if content.operative is None else say(f"operative-{int(content.operative)}", language),
        "place": show_line(content.place),
        "time": "" if content.time_ms is None else format_time(content.time_ms),
        "number": ", ".join(map(show_line, content.numbers)),
        "phrase": phrase_words(content, language),
        "channel": "" if content.channel is None else say(f"channel-{int(content.channel)}", language),
        "counterpart": show_line(content.counterpart),
        "passage": " / ".join(map(show_line, content.passages)),
    }
    return [(say(f"field-{key}", language), value) for key, value in values.items() if value]


def phrase_words(content: Content, language: str) -> str:
    """Say a standard phrase in the reader's language, with its code; an unknown one by its code alone."""
    code = content.phrase
    if code is None:
        return ""
    kinds = PHRASES.get(code, ())
    if code not in PHRASES or len(kinds) != len(content.slots):
        return str(code)
    values = {kind.value: _slot_words(slot) for kind, slot in zip(kinds, content.slots, strict=True)}
    return f"{code:02d}. {say(f'phrase-{code:02d}', language, **values)}"


def line_test_words(template: int, language: str) -> str:
    """Give the text of a line test in the reader's language; an unknown one by its number alone."""
    try:
        return say(f"line-test-{template}", language)
    except LookupError:
        return str(template)


def _slot_words(slot: Slot) -> str:
    return format_time(slot) if isinstance(slot, int) else show_line(slot)


def remark_lines(status: MessageStatus, language: str) -> list[str]:
    """Write what the reader must know: what is marked, one-sided, corrected, cancelled, not proved yet."""
    lines = [say("marked", language, reason=effect_words(status.effect, language))] if status.effect else []
    lines += [
        f"{say(f'time-{mark}', language)} ({format_instant(status.claimed_ms)})" for mark in status.time_marks
    ]
    lines += [say("proof-follows", language)] if status.proof_follows else []
    lines += [say("one-sided", language)] if status.one_sided else []
    lines += [
        f"{say('confirmed-by', language)} {show_line(act.post)} {format_time(_minute(act.when_ms))}"
        for act in status.confirmations
    ]
    for key, numbers in (
        ("corrected-by", status.corrected_by),
        ("cancelled-by", status.cancelled_by),
        ("answered-by", status.replies),
    ):
        lines += [say(key, language, numbers=", ".join(numbers))] if numbers else []
    if status.shown.findings:
        said = [say(f"warned-{f.what}", language, name=f.name) for f in status.shown.findings]
        lines += [
            label(say("warned-title", language), "", language),
            *(f"- {line}" for line in dict.fromkeys(said)),
        ]
    return lines


def precedence_words(status: MessageStatus, language: str) -> str:
    """`FLASH (МОЛНИЯ)`: the code untranslated, the local word beside it."""
    code = status.precedence.name
    local = say(f"precedence-{code.lower()}", language)
    return code if local == code else f"{code} ({local})"


def form_words(status: MessageStatus, language: str) -> str:
    """Name the form in the reader's language."""
    if status.erased is not None:
        return say("not-stated", language)
    return say("form-unknown" if status.form is None else f"form-{int(status.form)}", language)


def subject_words(status: MessageStatus, language: str) -> str:
    """Name the subject in the reader's language."""
    if status.erased is not None:
        return say("not-stated", language)
    return say("subject-unknown" if status.subject is None else f"subject-{status.subject.lower()}", language)


def post_words(post_id: str, context: Context, language: str, *, address: bool = False) -> str:
    """Name a post by its party and title, with the form of address that its holder wishes."""
    known = next((post for post in context.agreement.posts if post.id == post_id), None)
    if known is None:
        return show_line(post_id) or say("not-stated", language)
    title, wish = known.title.in_language(language), known.address.in_language(language)
    words = say("address", language, title=title, address=wish) if address and wish else title
    return f"{known.party.upper()} · {words}"


def _minute(time_ms: int) -> int:
    """Cut to the minute, as date-time groups are written; the exact time stands in the record and the chain."""
    return time_ms - time_ms % 60_000
