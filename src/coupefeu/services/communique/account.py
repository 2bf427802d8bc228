"""A communique as plain text in one language, made from its proved entries: what `verify` and a preview print.

What an author wrote stands behind a bar, made safe to look at, so that it cannot imitate a line of ours.
"""

from collections.abc import Iterator

from coupefeu.model.instant import format_second
from coupefeu.record.communique import ProvedCommunique, ProvedEntry
from coupefeu.record.selection import Disclosed
from coupefeu.services.communique.consent import Consent, judge_consent
from coupefeu.services.communique.reading import EntryReader, Reading, language_words, words
from coupefeu.services.communique.sequence import Gap, with_gaps
from coupefeu.services.messages.display import show_line
from coupefeu.words import label, say

BAR = "    | "


def account_lines(communique: ProvedCommunique, language: str) -> list[str]:
    """Write the whole account: who issued it and when, whether it is one-sided, and every entry in one sequence."""
    reader = EntryReader(communique, language)
    consent = judge_consent(communique)
    lines = [*head_lines(communique, language), *standing_lines(consent, reader, language), ""]
    lines += cover_lines(communique, language)
    lines += ["", words("communique-parties", language).upper()]
    for keys in communique.versions[0].agreement.keys:
        name = show_line(communique.agreement.party(keys.party).name.in_language(language))
        lines.append(f"{name} ({keys.party.upper()}): {keys.identity.hex()}")
    lines += ["", words("communique-entries", language).upper()]
    for each in with_gaps(communique):
        lines += [
            "",
            *(
                _gap_lines(each, reader, language)
                if isinstance(each, Gap)
                else _entry_lines(each, reader, language)
            ),
        ]
    standing = (*consent.proposed, *consent.consented, *consent.refused)
    if standing:
        lines += ["", words("communique-consent", language).upper()]
        for agreed in standing:
            lines += ["", *_entry_lines(agreed.entry, reader, language)]
    return lines


def head_lines(communique: ProvedCommunique, language: str) -> list[str]:
    """Say whose it is, of which line, made when, and until when it may not be published."""
    header, agreement = communique.header, communique.agreement
    party = communique.party_of(communique.issuer)
    name = f"{show_line(agreement.party(party).name.in_language(language))} ({party.upper()})"
    line = say("communique-line", language, name=show_line(agreement.name), version=str(agreement.version))
    lines = [
        words("communique", language).upper(),
        line,
        f"{words('communique-issued', language)} {name}",
        label(words("communique-made", language), format_second(header.made_ms), language),
    ]
    if header.embargo_ms is not None:
        lines.append(say("communique-embargo", language, time=format_second(header.embargo_ms)))
    return lines


def standing_lines(consent: Consent, reader: EntryReader, language: str) -> list[str]:
    """Say whether it is one-sided, and who refused."""
    if not consent.is_one_sided:
        agreed = (*consent.proposed, *consent.consented)
        numbers = ", ".join(reader.number(*each.entry.id) for each in agreed)
        return [say("communique-consented", language, numbers=numbers)]
    parties = ", ".join(each.upper() for each in consent.missing)
    lines = [
        say("communique-one-sided", language, parties=parties),
        words("communique-one-sided-hint", language),
    ]
    for each in consent.refused:
        number = reader.number(*each.entry.id)
        party, reason = each.party.upper(), show_line(each.reason)
        lines.append(say("communique-refused", language, party=party, number=number, reason=reason))
    return lines


def cover_lines(communique: ProvedCommunique, language: str) -> Iterator[str]:
    """Say how the entries were chosen, and of each log how many are shown, and how much of each."""
    header = communique.header
    if header.query:
        yield label(words("communique-chosen", language), show_line(header.query), language)
    for log, proved in communique.logs.items():
        shown = [each.disclosed for each in communique.chosen if each.item.log == log]
        counts = {each.value: shown.count(each) for each in Disclosed}
        party = communique.party_of(log).upper()
        yield say("communique-of-log", language, party=party, size=proved.size, **counts)
    yield label(words("communique-digest", language), header.digest.hex(), language)


def gap_words(gap: Gap, reader: EntryReader, language: str) -> str:
    """Say which entries are left out, or shown to exist alone."""
    first, last = (reader.number(gap.log, each) for each in (gap.start, gap.end - 1))
    entries = first if first == last else f"{first} – {last}"
    return say(
        "communique-gap-exists" if gap.disclosed else "communique-gap-absent", language, entries=entries
    )


def _gap_lines(gap: Gap, reader: EntryReader, language: str) -> list[str]:
    return [f"    ({gap_words(gap, reader, language)})"]


def _entry_lines(entry: ProvedEntry, reader: EntryReader, language: str) -> list[str]:
    reading = reader.read(entry)
    by = words(f"communique-{'unknown' if reading.by is None else reading.by.value}", language)
    first = [reading.number, reading.title, reading.precedence, reading.written, f"[{by}]"]
    lines = ["  ".join(part for part in first if part)]
    if reading.from_post:
        lines.append(f"    {reading.from_post} → {reading.to_posts}")
    lines += [f"    {label(name, value, language) if value else name}" for name, value in reading.fields]
    if reading.disclosed is Disclosed.HEAD:
        lines.append(f"    {words('communique-head-only', language)}")
    lines += _text_lines(reading, language)
    lines += [f"    {name}: {state}" for name, state in reading.attachments]
    lines.append(f"    {reading.held}")
    if reading.after:
        lines.append(f"    {say('communique-after', language, numbers=reading.after)}")
    return lines


def _text_lines(reading: Reading, language: str) -> list[str]:
    if not reading.text:
        return []
    lines = []
    if reading.language:
        original = say("original-in", language, original=language_words(reading.language, language))
        lines.append(f"    {label(original, '', language)}")
    lines += [BAR + line for line in reading.text.split("\n")]
    if reading.marks:
        lines += [f"    {words('warned-title', language)}:", *(f"    - {mark}" for mark in reading.marks)]
    return lines
