"""The agreement as people read it: TOML to the model, and the keys section that pairing appends.

The bytes are what is signed (protocol A11): they are never written anew from the model. Terms are what people
agree on; pairing appends `[line]` and one `[keys.PARTY]` per party, the same bytes on every side.
"""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import astuple, dataclass, replace
from functools import lru_cache
from itertools import zip_longest
from typing import Final

from coupefeu.errors import PeerError, VerificationError
from coupefeu.model.agreement import (
    DEFAULT_WATCH_GRACE_S,
    MAX_ORIGIN_BYTES,
    Agreement,
    Budgets,
    CallTerms,
    Deadlines,
    Ladder,
    LineTestSchedule,
    NeutralWitness,
    Party,
    PartyKeys,
    Post,
    PostPair,
    RecordMode,
    Rung,
    Status,
    format_cosigner_name,
    format_origin,
)
from coupefeu.model.attachments import MAX_ATTACHMENT_BYTES
from coupefeu.model.duration import format_duration
from coupefeu.model.languages import DISPLAY_LANGUAGES, Words
from coupefeu.model.precedence import Precedence
from coupefeu.wire.deceptive import find_foreign_word
from coupefeu.wire.firebreak_terms import parse_firebreak_terms
from coupefeu.wire.incident_terms import parse_incident_terms, parse_line_state_terms, parse_triggers
from coupefeu.wire.note import COSIGNATURE, ML_DSA_44, VerifierKey
from coupefeu.wire.notice_terms import parse_notice_terms
from coupefeu.wire.toml import Table, parse_toml

FORMAT: Final = 1
MAX_PARTIES: Final = 16
MAX_AGE_S: Final = 100 * 366 * 86_400
MAX_WATCH_GRACE_S: Final = 86_400
MAX_LADDER_POSTS: Final = 64
"""With the post that is called: a FLASH rings them all at once, and one entry names them."""

_KEYS_COMMENT: Final = "# Written by pairing, from the cards of all parties."
_NAME = "[a-z0-9](?:[a-z0-9.-]{0,38}[a-z0-9])?"
_PARTY_ID = "[a-z][a-z0-9]{0,15}"
_POST_ID = f"{_PARTY_ID}\\.[a-z][a-z0-9-]{{0,23}}"
_RUNG = f"{_POST_ID}(?: \\+ {_POST_ID})*"
_LANGUAGE = "[a-z]{2}"
WITNESS_NAME: Final = "[a-z](?:[a-z0-9-]{0,22}[a-z0-9])?"
MAX_WITNESSES: Final = 4
_MAX_VKEY_CHARACTERS: Final = 2_048
_LOG_ML_DSA: Final = "log_ml_dsa_44_sha256"
_COSIGNER_ML_DSA: Final = "cosigner_ml_dsa_44_sha256"


def parse_terms(octets: bytes) -> Agreement:
    """Read terms: everything but line and keys, which pairing appends.

    Raises:
        PeerError: `wire.toml.*`, `wire.agreement.*`, naming line and field.
    """
    root = parse_toml(octets)
    agreement = _parse(root, with_keys=False)
    root.finish()
    return agreement


@lru_cache(maxsize=16)
def parse_agreement(octets: bytes) -> Agreement:
    """Read a whole agreement, keys included; whether they are good keys is for `keys` to say.

    Raises:
        PeerError: `wire.toml.*`, `wire.agreement.*`, naming line and field.
    """
    root = parse_toml(octets)
    agreement = _parse(root, with_keys=True)
    root.finish()
    return agreement


def join_keys(terms: bytes, line_id: bytes, keys: tuple[PartyKeys, ...]) -> bytes:
    """Append the sections of line and keys to the terms: the same input gives the same bytes everywhere.

    Raises:
        PeerError: as `parse_agreement`, of which the result is sure to pass.
    """
    parse_terms(terms)
    octets = terms.rstrip(b"\n") + b"\n\n" + format_keys(line_id, keys).encode("ascii")
    parse_agreement(octets)
    return octets


def split_keys(octets: bytes) -> bytes:
    """Give the terms of a text: what stands before the keys section, or all of it."""
    terms, _, _ = octets.partition(_KEYS_COMMENT.encode("ascii"))
    return terms.rstrip(b"\n") + b"\n"


def format_keys(line_id: bytes, keys: tuple[PartyKeys, ...]) -> str:
    """Write `[line]` and `[keys.PARTY]`; bytes in base64, hashes in hexadecimal digits."""
    parts = [f'{_KEYS_COMMENT}\n[line]\nid = "{line_id.hex()}"\n']
    parts.extend(
        f"\n[keys.{party.party}]\n"
        f"incarnation = {party.incarnation}\n"
        f'identity = "{_base64(party.identity)}"\n'
        f'identity_ml_dsa_44_sha256 = "{party.identity_ml_dsa_sha256.hex()}"\n'
        f'log = "{_base64(party.log)}"\n'
        f'cosigner = "{_base64(party.cosigner)}"\n'
        f'session = "{_base64(party.session)}"\n{_format_ml_dsa(party)}'
        for party in keys
    )
    return "".join(parts)


def _format_ml_dsa(party: PartyKeys) -> str:
    if not party.log_ml_dsa_sha256:
        return ""
    return (
        f'{_LOG_ML_DSA} = "{party.log_ml_dsa_sha256.hex()}"\n'
        f'{_COSIGNER_ML_DSA} = "{party.cosigner_ml_dsa_sha256.hex()}"\n'
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The first line, counted from 1, in which two texts differ; None: the text has ended."""

    line: int
    ours: str | None
    theirs: str | None


def find_difference(ours: bytes, theirs: bytes) -> Difference | None:
    """Find the first differing line of two texts; None when they are the same bytes."""
    if ours == theirs:
        return None
    pairs = zip_longest(ours.split(b"\n"), theirs.split(b"\n"))
    for number, (mine, other) in enumerate(pairs, start=1):
        if mine != other:
            return Difference(line=number, ours=_shown(mine), theirs=_shown(other))
    return None


def verify_same(ours: bytes, theirs: bytes, whose: str) -> None:
    """Insist that two agreement texts are the same bytes.

    Raises:
        VerificationError: `wire.agreement.differs`, with the first differing line of both texts.
    """
    if difference := find_difference(ours, theirs):
        raise VerificationError(
            f"the agreement of {whose} differs from ours in line {difference.line}\n"
            f"  ours:   {difference.ours!r}\n"
            f"  theirs: {difference.theirs!r}",
            code="wire.agreement.differs",
            hint="agree on one text, byte for byte, and pair again with it",
        )


def _parse(root: Table, *, with_keys: bool) -> Agreement:
    root.integer("coupefeu_agreement", FORMAT, FORMAT)
    status = root.choice("status", Status)
    name = root.text("name", _NAME, "1 to 40 of a-z, 0-9, dot, hyphen")
    languages = root.texts("languages", _LANGUAGE, 'a language of two letters, such as "en"')
    parties = _parse_parties(root, status, languages)
    posts = _parse_posts(root, parties)
    _check_desks(root, parties, posts)
    line_id = _parse_line_id(root) if with_keys else b""
    record_mode = root.choice("record_mode", RecordMode)
    deadlines = _parse_deadlines(root.table("deadlines"))
    witnesses = _parse_witnesses(root, parties)
    agreement = Agreement(
        name=name,
        status=status,
        version=root.integer("version", 1, 9_999),
        in_force_ms=root.instant("in_force"),
        classical_until_ms=root.instant("classical_until") if root.has("classical_until") else None,
        languages=languages,
        record_mode=record_mode,
        skew_s=root.duration_s("skew", least_s=0),
        dictionary_sha256=root.hexadecimal("dictionary_sha256", 32),
        parties=parties,
        posts=posts,
        pairs=_parse_pairs(root, posts),
        ladders=_parse_ladders(root, posts),
        deadlines=deadlines,
        line_tests=_parse_line_tests(root, parties),
        budgets=_parse_budgets(root.table("budgets")),
        witnesses=witnesses,
        line_id=line_id,
        record_keep_s=_parse_keep(root, record_mode, deadlines),
        retention_s=_parse_retention(root, record_mode, deadlines),
        calls=_parse_calls(root),
        watch_grace_s=_parse_watch_grace(root),
        notices=parse_notice_terms(root),
        line_state=parse_line_state_terms(root),
        incidents=parse_incident_terms(root),
        triggers=parse_triggers(root, posts),
        keys=_parse_keys(root, name, line_id, parties, witnesses) if with_keys else (),
    )
    return replace(agreement, firebreak=parse_firebreak_terms(root, agreement))


def _parse_calls(root: Table) -> CallTerms:
    if not root.has("calls"):
        return CallTerms()
    table = root.table("calls")
    terms = CallTerms(
        ring_s=table.duration_s("ring", least_s=10, most_s=86_400),
        arrange_answer_s=table.duration_s("arrange_answer", least_s=60),
        per_minute=table.integer("per_minute", 1, 600),
    )
    table.finish()
    return terms


def _parse_watch_grace(root: Table) -> int:
    """Read how long a desk may be unstaffed before that is an alarm at home; a quarter of an hour where nobody said."""
    if not root.has("watch"):
        return DEFAULT_WATCH_GRACE_S
    table = root.table("watch")
    grace_s = table.duration_s("grace", least_s=60, most_s=MAX_WATCH_GRACE_S)
    table.finish()
    return grace_s


def _parse_keep(root: Table, mode: RecordMode, deadlines: tuple[Deadlines, ...]) -> int | None:
    """Read for how long a line of facts only keeps the content of an exchange; no line keeps it unsaid."""
    if mode is not RecordMode.FACT_ONLY:
        if root.has("record"):
            raise root.fault("record", "bad_value", f'goes with record_mode = "{RecordMode.FACT_ONLY}" only')
        return None
    return _parse_age(root.table("record"), "keep", deadlines)


def _parse_retention(root: Table, mode: RecordMode, deadlines: tuple[Deadlines, ...]) -> int | None:
    if not root.has("retention"):
        return None
    if mode is not RecordMode.ON_RECORD:
        raise root.fault("retention", "bad_value", f'goes with record_mode = "{RecordMode.ON_RECORD}" only')
    return _parse_age(root.table("retention"), "content", deadlines)


def _parse_age(table: Table, field: str, deadlines: tuple[Deadlines, ...]) -> int:
    """Read an age that no agreed deadline is longer than: nothing is erased while it is awaited in time."""
    longest_s = max(seconds for row in deadlines for seconds in astuple(row))
    age_s = table.duration_s(field, least_s=60, most_s=MAX_AGE_S)
    if age_s < longest_s:
        agreed = format_duration(longest_s)
        raise table.fault(field, "bad_value", f"is shorter than the longest deadline, {agreed}")
    table.finish()
    return age_s


def _parse_parties(root: Table, status: Status, languages: tuple[str, ...]) -> tuple[Party, ...]:
    parties: list[Party] = []
    for row in root.tables("parties", least=2, most=MAX_PARTIES):
        if row.has("clock") and status is Status.REAL:
            raise row.fault("clock", "real_clock", "a REAL line runs on true time", "take the line out")
        language = row.text("language", _LANGUAGE, "a language of two letters")
        if language not in languages:
            raise row.fault(
                "language", "bad_value", f"{language!r} is not among the languages of this agreement"
            )
        party = Party(
            id=row.text("id", _PARTY_ID, "1 to 16 of a-z and 0-9, a letter first"),
            name=_parse_words(row, "name"),
            language=language,
            duty_desk=row.text("duty_desk", _POST_ID, 'a post such as "us.duty"'),
            clock_shift_ms=row.shift_ms("clock") if row.has("clock") else 0,
        )
        if party.id in {other.id for other in parties}:
            raise row.fault("id", "twice", f"party {party.id!r} is there twice")
        row.finish()
        parties.append(party)
    return tuple(parties)


def _parse_posts(root: Table, parties: tuple[Party, ...]) -> tuple[Post, ...]:
    posts: list[Post] = []
    for row in root.tables("posts", least=2, most=256):
        post = Post(
            id=row.text("id", _POST_ID, 'party and office, such as "us.duty"'),
            title=_parse_words(row, "title"),
            address=_parse_words(row, "address"),
        )
        if post.party not in {party.id for party in parties}:
            raise row.fault("id", "unknown_party", f"{post.party!r} is not a party of this agreement")
        if post.id in {other.id for other in posts}:
            raise row.fault("id", "twice", f"post {post.id!r} is there twice")
        row.finish()
        posts.append(post)
    return tuple(posts)


def _check_desks(root: Table, parties: tuple[Party, ...], posts: tuple[Post, ...]) -> None:
    for number, party in enumerate(parties, start=1):
        if party.duty_desk not in {post.id for post in posts if post.party == party.id}:
            raise root.fault(
                f"parties[{number}].duty_desk",
                "unknown_post",
                f"{party.duty_desk!r} is not a post of {party.id!r}",
            )


def _parse_pairs(root: Table, posts: tuple[Post, ...]) -> tuple[PostPair, ...]:
    pairs: list[PostPair] = []
    for row in root.tables("pairs", least=1, most=1_024):
        first, second = _known_posts(row, "posts", posts, count=2)
        if first.partition(".")[0] == second.partition(".")[0]:
            raise row.fault("posts", "bad_value", "both posts belong to one party")
        if {first, second} in [set(pair.posts) for pair in pairs]:
            raise row.fault("posts", "twice", f"{first} and {second} are paired twice")
        every_s = row.duration_s("contact_every", least_s=60) if row.has("contact_every") else None
        row.finish()
        pairs.append(PostPair(posts=(first, second), contact_every_s=every_s))
    return tuple(pairs)


def _parse_ladders(root: Table, posts: tuple[Post, ...]) -> tuple[Ladder, ...]:
    ladders: list[Ladder] = []
    for row in root.tables("ladders", least=0, most=256):
        (post,) = _known_posts(row, "post", posts, count=1)
        if post in {ladder.post for ladder in ladders}:
            raise row.fault("post", "twice", f"{post!r} has two ladders")
        ladders.append(_parse_ladder(row, post, posts))
        row.finish()
    return tuple(ladders)


def _parse_ladder(row: Table, post: str, posts: tuple[Post, ...]) -> Ladder:
    """Read the rungs, each one post or several that ring together, and the wait before each."""
    written = row.texts("rungs", _RUNG, 'posts such as "us.duty" or "us.chief + us.duty"')
    rungs = [tuple(rung.split(" + ")) for rung in written]
    others = [each for rung in rungs for each in rung]
    _check_known(row, "rungs", others, posts)
    if post in others or {each.partition(".")[0] for each in others} != {post.partition(".")[0]}:
        raise row.fault("rungs", "bad_value", f"are not other posts of the party of {post!r}")
    if len(set(others)) != len(others):
        raise row.fault("rungs", "twice", "ring the same post twice")
    if len(others) >= MAX_LADDER_POSTS:
        raise row.fault("rungs", "bad_value", f"name more than {MAX_LADDER_POSTS - 1} posts")
    waits_s = _parse_waits(row, len(rungs))
    return Ladder(
        post=post,
        rungs=tuple(Rung(posts=each, wait_s=wait_s) for each, wait_s in zip(rungs, waits_s, strict=True)),
    )


def _parse_waits(row: Table, count: int) -> tuple[int, ...]:
    """Read one wait for all rungs, `step`, or one for each, `steps`."""
    if not row.has("steps"):
        return (row.duration_s("step"),) * count
    waits_s = row.durations_s("steps")
    if len(waits_s) != count:
        raise row.fault("steps", "bad_value", f"there are {len(waits_s)} waits for {count} rungs")
    return waits_s


def _parse_deadlines(table: Table) -> tuple[Deadlines, Deadlines, Deadlines, Deadlines]:
    flash, immediate, priority, routine = (_parse_deadline_row(table.table(word.name)) for word in Precedence)
    table.finish()
    return flash, immediate, priority, routine


def _parse_deadline_row(row: Table) -> Deadlines:
    deadlines = Deadlines(
        record_s=row.duration_s("record"),
        shown_s=row.duration_s("shown"),
        taken_s=row.duration_s("taken"),
        read_s=row.duration_s("read"),
        read_back_s=row.duration_s("read_back"),
        passed_to_s=row.duration_s("passed_to"),
        outcome_s=row.duration_s("outcome"),
        reply_s=row.duration_s("reply"),
    )
    row.finish()
    return deadlines


def _parse_line_tests(root: Table, parties: tuple[Party, ...]) -> tuple[LineTestSchedule, ...]:
    schedules: list[LineTestSchedule] = []
    for row in root.tables("line_tests", least=0, most=MAX_PARTIES):
        schedule = LineTestSchedule(
            party=row.text("party", _PARTY_ID, "a party of this agreement"),
            every_s=row.duration_s("every", least_s=5),
            at_s=row.duration_s("at", least_s=0),
            answer_within_s=row.duration_s("answer_within"),
        )
        if schedule.party not in {party.id for party in parties}:
            raise row.fault("party", "unknown_party", f"{schedule.party!r} is not a party of this agreement")
        if schedule.party in {other.party for other in schedules}:
            raise row.fault("party", "twice", f"{schedule.party!r} has two schedules")
        if schedule.at_s >= schedule.every_s:
            raise row.fault("at", "bad_value", "is not shorter than `every`")
        row.finish()
        schedules.append(schedule)
    return tuple(schedules)


def _parse_budgets(row: Table) -> Budgets:
    budgets = Budgets(
        entries_per_minute=row.integer("entries_per_minute", 60, 10_000_000),
        flash_per_minute=row.integer("flash_per_minute", 6, 100_000),
        alarms_per_minute=row.integer("alarms_per_minute", 1, 600),
        attachment_bytes=row.integer("attachment_bytes", 0, MAX_ATTACHMENT_BYTES),
    )
    row.finish()
    return budgets


def _parse_witnesses(root: Table, parties: tuple[Party, ...]) -> tuple[NeutralWitness, ...]:
    """Read the neutral witnesses: none, or some, each with a name that is no party's and keys of its own."""
    found: list[NeutralWitness] = []
    keys: list[bytes] = []
    for row in root.tables("witnesses", least=0, most=MAX_WITNESSES):
        name = row.text("name", WITNESS_NAME, 'a name such as "neutral"')
        classical = _parse_vkey(row, "key", COSIGNATURE)
        ml_dsa = _parse_vkey(row, "ml_dsa", ML_DSA_44) if row.has("ml_dsa") else None
        if name in {party.id for party in parties} | {other.name for other in found}:
            raise row.fault("name", "twice", f"{name!r} is a party's name, or there twice")
        if ml_dsa is not None and ml_dsa.name != classical.name:
            raise row.fault("ml_dsa", "bad_value", f"is a key of {ml_dsa.name}, not of {classical.name}")
        row.finish()
        keys += [key.key for key in (classical, ml_dsa) if key is not None]
        found.append(
            NeutralWitness(name=name, key=classical.text(), ml_dsa="" if ml_dsa is None else ml_dsa.text())
        )
    if len(set(keys)) != len(keys):
        raise root.fault("witnesses", "twice", "one key stands in two places")
    return tuple(found)


def _parse_vkey(row: Table, field: str, algorithm: int) -> VerifierKey:
    means = f"a verifier key of type {algorithm:#04x}"
    text = row.text(field, r"[!-~]+", means, most=_MAX_VKEY_CHARACTERS)
    try:
        key = VerifierKey.parse(text)
    except PeerError as error:
        raise row.fault(field, "bad_value", f"{text[:60]!r} is not {means}") from error
    if key.algorithm != algorithm:
        raise row.fault(field, "bad_value", f"is of type {key.algorithm:#04x}, not {algorithm:#04x}")
    return key


def _parse_line_id(root: Table) -> bytes:
    table = root.table("line")
    line_id = table.hexadecimal("id", 16)
    table.finish()
    return line_id


def _parse_keys(
    root: Table, name: str, line_id: bytes, parties: tuple[Party, ...], witnesses: tuple[NeutralWitness, ...]
) -> tuple[PartyKeys, ...]:
    table = root.table("keys")
    keys = tuple(_parse_party_keys(table.table(party.id), party.id) for party in parties)
    table.finish()
    every = [key for party in keys for key in party.every]
    every += [VerifierKey.parse(witness.key).key for witness in witnesses]
    if len(set(every)) != len(every):
        raise root.fault(
            "keys", "twice", "one key stands in two places", "every key of a line is of its own (A6)"
        )
    for party in keys:
        origin = format_origin(name, line_id, party.party, party.incarnation)
        if len(format_cosigner_name(origin)) > MAX_ORIGIN_BYTES:
            raise PeerError(
                f"origin {origin} is too long", code="wire.agreement.long_origin", hint="shorten `name`"
            )
    return keys


def _parse_party_keys(row: Table, party: str) -> PartyKeys:
    """Read a party's keys; those of ML-DSA-44 stand there both, or neither on a line paired without them."""
    has_ml_dsa = row.has(_LOG_ML_DSA) or row.has(_COSIGNER_ML_DSA)
    keys = PartyKeys(
        party=party,
        incarnation=row.integer("incarnation", 1, 9_999),
        identity=row.octets("identity", 32),
        identity_ml_dsa_sha256=row.hexadecimal("identity_ml_dsa_44_sha256", 32),
        log=row.octets("log", 32),
        cosigner=row.octets("cosigner", 32),
        session=row.octets("session", 32),
        log_ml_dsa_sha256=row.hexadecimal(_LOG_ML_DSA, 32) if has_ml_dsa else b"",
        cosigner_ml_dsa_sha256=row.hexadecimal(_COSIGNER_ML_DSA, 32) if has_ml_dsa else b"",
    )
    row.finish()
    return keys


def _parse_words(row: Table, field: str) -> Words:
    table = row.table(field)
    words = {language: table.text(language) for language in DISPLAY_LANGUAGES}
    table.finish()
    for language, text in words.items():
        if word := find_foreign_word(text, language):
            raise row.fault(field, "deceptive_text", f"{word!r} is not in the letters of {language!r}")
    return Words(**words)


def _known_posts(
    row: Table, field: str, posts: tuple[Post, ...], count: int | None = None
) -> tuple[str, ...]:
    means = 'a post of this agreement, such as "us.duty"'
    read = (row.text(field, _POST_ID, means),) if count == 1 else row.texts(field, _POST_ID, means)
    if count is not None and len(read) != count:
        raise row.fault(field, "bad_value", f"names {len(read)} posts, not {count}")
    _check_known(row, field, read, posts)
    return read


def _check_known(row: Table, field: str, named: Iterable[str], posts: tuple[Post, ...]) -> None:
    known = {post.id for post in posts}
    for post in named:
        if post not in known:
            raise row.fault(field, "unknown_post", f"{post!r} is not a post of this agreement")


def _base64(octets: bytes) -> str:
    return b64encode(octets).decode("ascii")


def _shown(line: bytes | None) -> str | None:
    return None if line is None else line[:200].decode("utf-8", "backslashreplace")
