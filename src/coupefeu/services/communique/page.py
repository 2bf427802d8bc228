"""A communique as people read it: one HTML page in three languages, made from its proved entries alone.

Nothing here is verified by being read: the page says so, and how to verify. Every string that an author chose is made
safe to look at, then escaped; the page has no script, asks for nothing, and shows one language at a time.
"""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha256
from html import escape
from typing import Final

from coupefeu.model.agreement import EXERCISE_WORDS
from coupefeu.model.instant import format_second
from coupefeu.record.communique import ProvedCommunique, ProvedEntry
from coupefeu.record.selection import Disclosed
from coupefeu.services.communique.consent import Consent, Standing, judge_consent
from coupefeu.services.communique.page_style import STYLE, language_style
from coupefeu.services.communique.reading import EntryReader, Reading, language_words, words
from coupefeu.services.communique.sequence import Gap, with_gaps
from coupefeu.services.messages.display import show_line
from coupefeu.words import LANGUAGES, label, say

NAMES: Final = {"en": "English", "fr": "Français", "ru": "Русский"}
VERIFY_COMMAND: Final = "coupefeu verify FILE"
UNPACK_COMMAND: Final = "coupefeu communique unpack FILE --to FOLDER"
_APART: Final = '<span class="apart"> / </span>'


def render_page(communique: ProvedCommunique) -> bytes:
    """Give the text for people: everything of the file before its data."""
    return _Page(communique).render().encode()


class _Page:
    def __init__(self, communique: ProvedCommunique) -> None:
        self._communique = communique
        self._agreement = communique.agreement
        self._first = self._agreement.party(communique.party_of(communique.issuer)).language
        self._readers = [EntryReader(communique, each) for each in LANGUAGES]
        self._consent = judge_consent(communique)

    def render(self) -> str:
        is_exercise = self._agreement.is_exercise
        exercise = f'<p class="exercise">{" / ".join(EXERCISE_WORDS.values())}</p>\n' if is_exercise else ""
        body = "".join((
            exercise,
            *(self._choice(each) for each in LANGUAGES),
            '<div class="page">\n',
            self._languages(),
            self._masthead(),
            "<main>\n",
            self._covers(),
            self._entries(),
            self._parties(),
            self._agreed(),
            self._verify(),
            f'</main>\n<p class="end">{_key("communique-end")}</p>\n</div>\n',
        ))  # fmt: skip
        style = STYLE + language_style(LANGUAGES)
        return _DOCUMENT.format(
            language=self._first if self._first in LANGUAGES else "en",
            hash=b64encode(sha256(style.encode()).digest()).decode(),
            title=f"{EXERCISE_WORDS['en']} " if is_exercise else "",
            name=escape(show_line(self._agreement.name)),
            style=style,
            body_class=' class="is-exercise"' if is_exercise else "",
            body=body,
        )

    # --- first of all -------------------------------------------------------------------------------------

    def _choice(self, language: str) -> str:
        chosen = " checked" if language == (self._first if self._first in LANGUAGES else "en") else ""
        label = f'aria-label="{NAMES[language]}"'
        return (
            f'<input class="choice" type="radio" name="language" id="language-{language}" {label}{chosen}>\n'
        )

    def _languages(self) -> str:
        labels = (f'<label for="language-{each}" lang="{each}">{NAMES[each]}</label>' for each in LANGUAGES)
        return f'<p class="languages">{"".join(labels)}</p>\n'

    def _masthead(self) -> str:
        header, agreement = self._communique.header, self._agreement
        issuer = self._communique.party_of(self._communique.issuer)
        line = {"name": show_line(agreement.name), "version": str(agreement.version)}
        parts = [
            f"<h1>{_key('communique')}</h1>\n",
            f'<p class="line">{_say("communique-line", **line)}</p>\n',
            f'<p class="issued">{_key("communique-issued")} <b>{self._party(issuer)}</b></p>\n',
            f'<p class="fact">{_label("communique-made", format_second(header.made_ms))}</p>\n',
        ]
        if header.embargo_ms is not None:
            embargo = _say("communique-embargo", time=format_second(header.embargo_ms))
            parts.append(f'<p class="notice embargo"><b>{embargo}</b></p>\n')
        parts.append(self._standing())
        parts.append(f'<p class="notice">{_key("communique-page")}</p>\n')
        return f'<header class="masthead">\n{"".join(parts)}</header>\n'

    def _standing(self) -> str:
        """Say first whether it is one-sided: a reader who stops here must have seen it."""
        consent = self._consent
        if not consent.is_one_sided:
            agreed = _say("communique-consented", numbers=self._numbers(consent))
            return f'<p class="notice"><b>{agreed}</b></p>\n'
        parties = ", ".join(each.upper() for each in consent.missing)
        refused = "".join(f"<br>{self._refusal(each)}" for each in consent.refused)
        said = f"<b>{_say('communique-one-sided', parties=parties)}</b>{_key('communique-one-sided-hint')}"
        return f'<p class="notice mark">{said}{refused}</p>\n'

    def _refusal(self, refused: Standing) -> str:
        number = self._readers[0].number(*refused.entry.id)
        party, reason = refused.party.upper(), show_line(refused.reason)
        return _say("communique-refused", party=party, number=number, reason=reason)

    def _numbers(self, consent: Consent) -> str:
        return ", ".join(
            self._readers[0].number(*each.entry.id) for each in (*consent.proposed, *consent.consented)
        )

    def _party(self, party: str) -> str:
        name = self._agreement.party(party).name
        names = [f"{show_line(name.in_language(each))} ({party.upper()})" for each in LANGUAGES]
        return _each(names)

    # --- what is here -------------------------------------------------------------------------------------

    def _covers(self) -> str:
        rows = []
        if self._communique.header.query:
            rows.append((_key("communique-chosen"), escape(show_line(self._communique.header.query))))
        digest = f'<span class="fact">{self._communique.header.digest.hex()}</span>'
        rows.append((_key("communique-digest"), digest))
        logs = _list(self._of_log(log, proved.size) for log, proved in self._communique.logs.items())
        return f"<h2>{_key('communique-covers')}</h2>\n{logs}{_facts(rows)}"

    def _of_log(self, log: int, size: int) -> str:
        shown = [each.disclosed for each in self._communique.chosen if each.item.log == log]
        counts = {each.value: shown.count(each) for each in Disclosed}
        party = self._communique.party_of(log).upper()
        return _say("communique-of-log", party=party, size=size, **counts)

    def _entries(self) -> str:
        sequence = with_gaps(self._communique)
        items = (self._gap(each) if isinstance(each, Gap) else self._entry(each) for each in sequence)
        title, order = _key("communique-entries"), _key("communique-order")
        return f'<h2>{title}</h2>\n<p class="small">{order}</p>\n<br>\n<ol class="entries">\n{"".join(items)}</ol>\n'

    def _gap(self, gap: Gap) -> str:
        first, last = (self._readers[0].number(gap.log, each) for each in (gap.start, gap.end - 1))
        entries = first if first == last else f"{first} – {last}"
        key = "communique-gap-exists" if gap.disclosed else "communique-gap-absent"
        return f'<li class="gap">{_say(key, entries=entries)}</li>\n'

    def _entry(self, entry: ProvedEntry) -> str:
        readings = [each.read(entry) for each in self._readers]
        first = readings[0]
        by = "unknown" if first.by is None else first.by.value
        when = "" if entry.head is None else _time(entry.head.written_ms)
        parts = [
            f'<p class="when">{when}</p>\n' if when else "",
            f'<div class="card">\n{_top(readings, by)}',
            _route(readings),
            _fields(readings),
            _said(first) if first.text else "",
            _marks(readings),
            _attachments(readings),
            _stands(readings),
            "</div>",
        ]
        anchor = escape(first.number.replace("/", "-"))
        return f'<li class="{by}" id="{anchor}">{"".join(parts)}</li>\n'

    # --- by what it stands --------------------------------------------------------------------------------

    def _parties(self) -> str:
        rows = [
            (self._party(each.party), f'<span class="fact">{each.identity.hex()}</span>')
            for each in self._communique.versions[0].agreement.keys
        ]
        return f"<h2>{_key('communique-parties')}</h2>\n{_facts(rows)}"

    def _agreed(self) -> str:
        """Show the entries by which this selection was proposed and answered, as any other entry."""
        consent = self._consent
        standing = (*consent.proposed, *consent.consented, *consent.refused)
        if not standing:
            return ""
        items = "".join(self._entry(each.entry) for each in standing)
        return f'<h2>{_key("communique-consent")}</h2>\n<ol class="entries">\n{items}</ol>\n'

    def _verify(self) -> str:
        how = (
            _command("communique-verify-command", VERIFY_COMMAND),
            _key("communique-verify-page"),
            _command("communique-verify-tools", UNPACK_COMMAND),
            _key("communique-verify-keys"),
        )
        never = (
            _key("ui-verify-not-proved-truth"),
            _key("ui-verify-not-proved-person"),
            _key("communique-not-complete"),
            _key("ui-verify-not-proved-written"),
        )
        return (
            f"<h2>{_key('communique-verify')}</h2>\n{_list(how)}"
            f"<h2>{_key('communique-not-proved')}</h2>\n{_list(never)}"
        )


# --- an entry's parts -------------------------------------------------------------------------------------


def _top(readings: Sequence[Reading], by: str) -> str:
    first = readings[0]
    parts = [
        f'<span class="number">{escape(first.number)}</span>',
        f'<span class="title">{_each([each.title for each in readings])}</span>',
    ]
    if first.precedence:
        flash = " flash" if first.precedence.startswith("FLASH") else ""
        precedence = _each([each.precedence for each in readings])
        parts.append(f'<span class="precedence{flash}">{precedence}</span>')
    parts.append(f'<span class="by">{_key(f"communique-{by}")}</span>')
    return f'<p class="top">{" ".join(parts)}</p>\n'


def _route(readings: Sequence[Reading]) -> str:
    if not readings[0].from_post:
        return ""
    route = _each([f"{each.from_post} → {each.to_posts}" for each in readings])
    return f'<p class="route">{route}</p>\n'


def _fields(readings: Sequence[Reading]) -> str:
    rows = [
        (_each([name for name, _ in field]), _each([value for _, value in field]))
        for field in zip(*(each.fields for each in readings), strict=True)
    ]
    facts = _facts(rows) if rows else ""
    if readings[0].disclosed is Disclosed.HEAD:
        facts += f'<p class="withheld">{_key("communique-head-only")}</p>\n'
    return facts


def _said(reading: Reading) -> str:
    """Show the text as its author wrote it, once, whatever language is read; it alone counts."""
    is_named = reading.language in LANGUAGES
    language = f' lang="{reading.language}"' if is_named else ""
    text = f'<blockquote class="said"{language}>{escape(reading.text)}</blockquote>\n'
    if not reading.language:
        return text
    original = [
        say("original-in", each, original=language_words(reading.language, each)) for each in LANGUAGES
    ]
    return f'{text}<p class="small">{_each(original)}</p>\n'


def _marks(readings: Sequence[Reading]) -> str:
    if not readings[0].marks:
        return ""
    lines = (_each(list(each)) for each in zip(*(each.marks for each in readings), strict=True))
    return f'<p class="marks"><b>{_key("warned-title")}</b><br>{"<br>".join(lines)}</p>\n'


def _attachments(readings: Sequence[Reading]) -> str:
    lines = [
        _each([label(name, state, language) for (name, state), language in zip(each, LANGUAGES, strict=True)])
        for each in zip(*(each.attachments for each in readings), strict=True)
    ]
    return f'<p class="attached">{"<br>".join(lines)}</p>\n' if lines else ""


def _stands(readings: Sequence[Reading]) -> str:
    """Say between what it was written, as far as other people's signatures do."""
    parts = [_each([each.held for each in readings])]
    if readings[0].after:
        parts.append(_say("communique-after", numbers=readings[0].after))
    return f'<p class="stands fact">{" · ".join(parts)}</p>\n'


# --- words in three languages -----------------------------------------------------------------------------


def _each(texts: Sequence[str]) -> str:
    """Give one text in every language, escaped; once, where all are the same."""
    if len(set(texts)) == 1:
        return escape(texts[0])
    spans = (
        f'<span class="w" lang="{language}">{escape(text)}</span>'
        for language, text in zip(LANGUAGES, texts, strict=True)
    )
    return _APART.join(spans)


def _key(key: str) -> str:
    known = _KEYS.get(key)
    if known is None:
        known = _KEYS[key] = _each([words(key, each) for each in LANGUAGES])
    return known


_KEYS: Final[dict[str, str]] = {}


def _say(key: str, **values: str | int) -> str:
    return _each([say(key, each, **values) for each in LANGUAGES])


def _command(key: str, command: str) -> str:
    """Give a sentence with what to type in it."""
    return _say(key, command=command).replace(escape(command), f"<code>{escape(command)}</code>")


def _label(key: str, value: str) -> str:
    return _each([label(words(key, each), value, each) for each in LANGUAGES])


def _time(time_ms: int) -> str:
    return escape(format_second(time_ms))


def _facts(rows: Iterable[tuple[str, str]]) -> str:
    return f'<dl class="facts">{"".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows)}</dl>\n'


def _list(lines: Iterable[str]) -> str:
    return f'<ul class="list">{"".join(f"<li>{line}</li>" for line in lines)}</ul>\n'


_DOCUMENT: Final = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; \
form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>{title}{name}: communique / communiqué / коммюнике</title>
<style>{style}</style>
</head>
<body{body_class}>
{body}"""
