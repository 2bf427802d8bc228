"""What one proved entry says to its reader, in the reader's language: codes in words, the author's text as written.

Facts of machines and acts of people are told apart; what is not disclosed is named as that. Every string that an
author chose is made safe to look at before it comes from here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from coupefeu.model.entry import Author, Head, Kind, author_of
from coupefeu.model.instant import format_second
from coupefeu.model.messages import Content, Form, format_number
from coupefeu.record.communique import ProvedCommunique, ProvedEntry
from coupefeu.record.selection import Disclosed
from coupefeu.record.signatures import Cosigned
from coupefeu.services.messages.display import Shown, show, show_line
from coupefeu.services.messages.facts import ACTS, Act, read_act
from coupefeu.services.messages.forms import read_content
from coupefeu.services.messages.render import coded_fields, line_test_words
from coupefeu.services.messages.render_chain import outcome_words
from coupefeu.services.said import said_in, said_key
from coupefeu.services.said_presence import said_in_note
from coupefeu.words import LANGUAGES, has, say

_MESSAGES: Final = frozenset({Kind.MESSAGE, Kind.LINE_TEST})
_LONG: Final = frozenset({"text"})
"""What is said in so many words that it stands apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One entry in one language. `fields`: what each is, and its value; `text`: what its author wrote, safe to show.

    `language`: in which its author says that it is written ("" where it is the agreement's). `marks`: what in it
    deceives. `held`: by whom and by when it was held; `after`: what its author had seen.
    """

    number: str
    party: str
    by: Author | None
    title: str
    precedence: str
    from_post: str
    to_posts: str
    written: str
    disclosed: Disclosed
    fields: tuple[tuple[str, str], ...]
    text: str
    language: str
    marks: tuple[str, ...]
    attachments: tuple[tuple[str, str], ...]
    held: str
    after: str


class EntryReader:
    """Puts the entries of one communique into words of one language."""

    def __init__(self, communique: ProvedCommunique, language: str) -> None:
        self._communique, self._language = communique, language
        self._parties = communique.agreement.party_ids
        self._posts: dict[tuple[int, str], str] = {}
        self._held: dict[Cosigned, str] = {}

    def read(self, entry: ProvedEntry) -> Reading:
        """Put one entry into words."""
        head, language = entry.head, self._language
        number, party = self.number(*entry.id), self._communique.party_of(entry.item.log)
        held = self._held_words(entry)
        if head is None:
            title = words(
                "communique-existence" if entry.item.head is None else "ui-kind-unreadable", language
            )
            return Reading(
                number=number, party=party, by=None, title=title, precedence="", from_post="", to_posts="",
                written="", disclosed=entry.disclosed, fields=(), text="", language="", marks=(), attachments=(),
                held=held, after="",
            )  # fmt: skip
        note = entry.attachments[0].note if entry.attachments else b""
        said = say_entry(head, entry.item.body, self._parties, language, note)
        findings = (say(f"warned-{each.what}", language, name=each.name) for each in said.text.findings)
        return Reading(
            number=number,
            party=party,
            by=author_of(head.kind),
            title=said.title,
            precedence=precedence_words(head, language),
            from_post=self._post(head.agreement_version, head.from_post),
            to_posts=", ".join(self._post(head.agreement_version, each) for each in head.to_posts),
            written=format_second(head.written_ms),
            disclosed=entry.disclosed,
            fields=(*self._about(head), *self._tried(head, entry), *said.fields),
            text=said.text.text,
            language=said.language,
            marks=tuple(dict.fromkeys(findings)),
            attachments=tuple(_attachments(entry, language)),
            held=held,
            after=self._after(head),
        )

    def number(self, log: int, index: int) -> str:
        """Write `US/14`."""
        return format_number((log, index), self._parties)

    def _post(self, version: int, post_id: str) -> str:
        known = self._posts.get((version, post_id))
        if known is None:
            agreement = self._communique.agreement_of(version)
            post = next((each for each in agreement.posts if each.id == post_id), None)
            known = show_line(post_id) or words("not-stated", self._language)
            if post is not None:
                known = f"{post.party.upper()} · {show_line(post.title.in_language(self._language))}"
            self._posts[version, post_id] = known
        return known

    def _about(self, head: Head) -> Iterator[tuple[str, str]]:
        if head.references:
            numbers = (self.number(each.log, each.index) for each in head.references)
            yield words("ui-entry-about", self._language), ", ".join(numbers)

    def _tried(self, head: Head, entry: ProvedEntry) -> Iterator[tuple[str, str]]:
        """Say of a call how far it is shown to have come, where no signature of the party that was called covers it."""
        called = head.to_posts[0].partition(".")[0] if head.to_posts else ""
        if head.kind != Kind.CALL_PLACED or called not in self._parties:
            return
        if self._communique.is_held_by(entry, called):
            return
        first = self._communique.first_held(entry)
        party = self._communique.party_of(entry.item.log).upper()
        if first is None:
            yield say("verifier-tried-unbounded", self._language, party=party), ""
        else:
            time = format_second(first.time_s * 1_000)
            yield say("verifier-tried", self._language, party=party, time=time), ""

    def _after(self, head: Head) -> str:
        """Name the newest entry of each other log that its author had seen."""
        return ", ".join(self.number(each.log, each.size - 1) for each in head.seen if each.size)

    def _held_words(self, entry: ProvedEntry) -> str:
        """Say by which time others held it: the earliest signature over it that is here."""
        first = self._communique.first_held(entry)
        if first is None:
            return words("communique-held-by-none", self._language)
        if first not in self._held:
            name = self._communique.holder_of(first.key) or show_line(first.key.name)
            time = format_second(first.time_s * 1_000)
            self._held[first] = say("communique-held-by", self._language, holder=name, time=time)
        return self._held[first]


@lru_cache(maxsize=2_048)
def words(key: str, language: str) -> str:
    """Give words without values; kept, for each entry asks for the same ones again."""
    return say(key, language)


# --- what it says -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """An entry in words: its kind, its coded fields, the author's text, and the language of that."""

    title: str
    fields: tuple[tuple[str, str], ...]
    text: Shown
    language: str


_NOTHING: Final = Shown(text="")


def say_entry(
    head: Head, body: bytes | None, parties: tuple[str, ...], language: str, note: bytes = b""
) -> Said:
    """Put one entry into words of a language; the author's own text stays as it was written, safe to show.

    `note`: what a NOTE says, where that is shown.
    """
    title = kind_words(head.kind, language)
    if body is None:
        return Said(title, (), _NOTHING, "")
    if head.kind in _MESSAGES:
        return _say_message(title, head, body, language)
    if head.kind in ACTS:
        act, defect = read_act(head.kind, body)
        if defect != "unreadable_body":
            return Said(title, tuple(_act_fields(head.kind, act, language)), show(act.text), head.language)
    said = (*said_in(head, body, parties), *said_in_note(note, parties))
    fields = tuple((words(said_key(code), language), value) for code, value in said if code not in _LONG)
    text = next((value for code, value in said if code in _LONG), "")
    if not said:
        fields = ((words("communique-unread", language), ""),)
    return Said(title, fields, Shown(text=text), "")


def _say_message(title: str, head: Head, body: bytes, language: str) -> Said:
    content, _ = read_content(body)
    if content is None:
        return Said(title, ((words("communique-unread", language), ""),), _NOTHING, "")
    title = words(f"form-{int(content.form)}", language)
    subject = (words("header-subject", language), words(f"subject-{content.subject.lower()}", language))
    fields = (subject, *coded_fields(content, language), *_line_test(content, language))
    return Said(title, fields, show(content.text), head.language)


def _line_test(content: Content, language: str) -> Iterator[tuple[str, str]]:
    if content.form is Form.LINE_TEST and content.template is not None:
        yield words("field-text", language), line_test_words(content.template, language)


def _act_fields(kind: int, act: Act, language: str) -> Iterator[tuple[str, str]]:
    outcome = outcome_words(kind, act, language)
    if outcome:
        yield words("step-outcome", language), outcome
    if act.screens:
        yield words("communique-screens", language), str(act.screens)
    if act.field is not None:
        yield words("communique-field", language), str(act.field + 1)
    for typed in act.typed:
        yield words("communique-typed", language), show_line(typed)
    if act.officer:
        yield words("field-officer", language), show_line(act.officer)


@lru_cache(maxsize=512)
def kind_words(kind: int, language: str) -> str:
    """Name a kind of entry in the reader's language."""
    if has(f"act-{kind}"):
        return say(f"act-{kind}", language)
    known = {int(each): f"ui-kind-{each.name.lower().replace('_', '-')}" for each in Kind}
    key = known.get(kind, "")
    return (
        say(key, language) if key and has(key) else say("ui-kind-unknown-number", language, number=str(kind))
    )


@lru_cache(maxsize=512)
def language_words(code: str, language: str) -> str:
    """Say in which language something was written."""
    if code in LANGUAGES:
        return say(f"language-{code}", language)
    return say("language-other", language, code=show_line(code) or "?")


def precedence_words(head: Head, language: str) -> str:
    """`FLASH (МОЛНИЯ)`: the code untranslated, the local word beside it."""
    code = head.precedence.name
    local = words(f"precedence-{code.lower()}", language)
    return code if local == code else f"{code} ({local})"


def _attachments(entry: ProvedEntry, language: str) -> Iterator[tuple[str, str]]:
    """Give the name of each attachment, and whether it is here; never its bytes."""
    for each in entry.attachments:
        name = say("attachment", language, number=each.number, name=show_line(each.name), size=each.size)
        yield name, words("communique-attached" if each.is_shown else "communique-not-attached", language)
