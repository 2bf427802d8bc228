"""`[firebreak]` of the agreement: the rules by which both sides compute one level, and what counts as too old to say.

    [firebreak]            unknown_after = "26h"     mediator = "..."
    [[firebreak.rules]]    id = "calls-declined"     watches = "refused"     level = "broken"     count = 3
                           en = "..."                fr = "..."              ru = "..."

Without the table the usual rules stand, those that can fire on this line. A rule that could never fire, or never show,
is refused: who signs it would rely on it.
"""

from typing import Final

from coupefeu.model.agreement import Agreement
from coupefeu.model.duration import format_duration
from coupefeu.model.firebreak import (
    ATTEMPTS,
    MAX_COUNT,
    OF_MESSAGES,
    OF_PAIRS,
    OF_POSTS,
    ONLY_ONE,
    UNKNOWN_RULE,
    FirebreakTerms,
    Level,
    Rule,
    Watched,
)
from coupefeu.model.languages import DISPLAY_LANGUAGES, Words
from coupefeu.model.precedence import Precedence
from coupefeu.model.usual_firebreak import USUAL_FIREBREAK
from coupefeu.wire.deceptive import find_foreign_word
from coupefeu.wire.toml import Table

MAX_RULES: Final = 64
MAX_MEDIATOR_CHARACTERS: Final = 200
_ID: Final = "[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?"
_POST: Final = "[a-z][a-z0-9]{0,15}\\.[a-z][a-z0-9-]{0,23}"
_PRECEDENCE: Final = "|".join(word.name for word in Precedence)
_LEVELS: Final = {Level.STRAINED.value: Level.STRAINED, Level.BROKEN.value: Level.BROKEN}


def parse_firebreak_terms(root: Table, agreement: Agreement) -> FirebreakTerms:
    """Read the rules of a text of which `agreement` is all the rest.

    Raises: PeerError `wire.toml.*`, with line and field: `unknown_post`, `twice`, `contradiction`, `cannot_fire`.
    """
    if not root.has("firebreak"):
        return usual_terms(agreement)
    table = root.table("firebreak")
    unknown_after_s = table.duration_s("unknown_after", least_s=60)
    mediator = (
        table.text("mediator", means="a text of one line", most=MAX_MEDIATOR_CHARACTERS)
        if table.has("mediator")
        else ""
    )
    rules: list[Rule] = []
    for row in table.tables("rules", least=1, most=MAX_RULES):
        rule = _parse_rule(row, agreement)
        _check_beside(row, rule, rules)
        row.finish()
        rules.append(rule)
    table.finish()
    return FirebreakTerms(rules=tuple(rules), unknown_after_s=unknown_after_s, mediator=mediator)


def usual_terms(agreement: Agreement) -> FirebreakTerms:
    """Give the usual rules that can fire on this line."""
    rules = tuple(rule for rule in USUAL_FIREBREAK.rules if not find_obstacle(rule, agreement))
    return FirebreakTerms(rules=rules, unknown_after_s=USUAL_FIREBREAK.unknown_after_s)


def find_obstacle(rule: Rule, agreement: Agreement) -> str:
    """Say why a rule could never fire on this line, as the end of a sentence; "": it can."""
    pairs = [pair for pair in agreement.pairs if rule.concerns(*pair.posts)]
    desks = [party.duty_desk for party in agreement.parties if rule.concerns(party.duty_desk)]
    if rule.watches in OF_PAIRS and not pairs:
        return "can never fire: no pair of this agreement has both its posts among them"
    if rule.watches is Watched.CONTACT and all(pair.contact_every_s is None for pair in pairs):
        return "can never fire: no cadence of contact is agreed, see `contact_every`"
    if rule.watches is Watched.LINE_TEST and not agreement.line_tests:
        return "can never fire: no line tests are agreed"
    if rule.watches is Watched.WITNESS and not agreement.witnesses:
        return "can never fire: no neutral witness is agreed"
    if rule.watches is Watched.WATCH and not desks:
        return "can never fire: none of the posts is a duty desk"
    return ""


def render_firebreak_terms(terms: FirebreakTerms) -> str:
    """Write the tables out whole, for a text that people change."""
    lines = ["[firebreak]", f'unknown_after = "{format_duration(terms.unknown_after_s)}"']
    if terms.mediator:
        lines.append(f"mediator = {_quoted(terms.mediator)}")
    for rule in terms.rules:
        lines += ["", "[[firebreak.rules]]", *_rule_lines(rule)]
    return "\n".join([*lines, ""])


def _rule_lines(rule: Rule) -> list[str]:
    lines = [f'id = "{rule.id}"', f'watches = "{rule.watches.value}"', f'level = "{rule.level.value}"']
    if rule.posts:
        lines.append(f"posts = {_array(rule.posts)}")
    if rule.precedences:
        lines.append(f"precedence = {_array(tuple(each.name for each in rule.precedences))}")
    if rule.after_s:
        lines.append(f'after = "{format_duration(rule.after_s)}"')
    if rule.count > 1:
        lines.append(f"count = {rule.count}")
    if rule.within_s is not None:
        lines.append(f'within = "{format_duration(rule.within_s)}"')
    return lines + [f"{each} = {_quoted(rule.sentence.in_language(each))}" for each in DISPLAY_LANGUAGES]


def _array(words: tuple[str, ...]) -> str:
    return "[" + ", ".join(map(_quoted, words)) + "]"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _parse_rule(row: Table, agreement: Agreement) -> Rule:
    rule_id = row.text("id", _ID, "1 to 40 of a-z, 0-9, hyphen, a letter first")
    if rule_id == UNKNOWN_RULE:
        raise row.fault(
            "id", "bad_value", f"{rule_id!r} is what the product says of records that are too old"
        )
    watches = row.choice("watches", Watched)
    level = row.text("level", "|".join(_LEVELS), 'one of "strained", "broken"')
    rule = Rule(
        id=rule_id,
        watches=watches,
        level=_LEVELS[level],
        posts=_parse_posts(row, watches, agreement),
        precedences=_parse_precedences(row, watches),
        after_s=_parse_after(row, watches),
        count=_parse_count(row, watches),
        within_s=_parse_within(row, watches),
        sentence=_parse_sentence(row),
    )
    if obstacle := find_obstacle(rule, agreement):
        raise row.fault("posts" if rule.posts else "watches", "cannot_fire", obstacle)
    return rule


def _parse_posts(row: Table, watches: Watched, agreement: Agreement) -> tuple[str, ...]:
    if not row.has("posts"):
        return ()
    _refuse_unless(row, "posts", watches, OF_POSTS)
    posts = row.texts("posts", _POST, 'a post of this agreement, such as "us.duty"', most=256)
    known = {post.id for post in agreement.posts}
    for post in posts:
        if post not in known:
            raise row.fault("posts", "unknown_post", f"{post!r} is not a post of this agreement")
    return posts


def _parse_precedences(row: Table, watches: Watched) -> tuple[Precedence, ...]:
    if not row.has("precedence"):
        return ()
    _refuse_unless(row, "precedence", watches, OF_MESSAGES)
    named = row.texts("precedence", _PRECEDENCE, f"one of {_PRECEDENCE.replace('|', ', ')}")
    return tuple(sorted(Precedence[each] for each in named))


def _parse_after(row: Table, watches: Watched) -> int:
    if not row.has("after"):
        return 0
    _refuse_unless(row, "after", watches, frozenset(Watched) - ATTEMPTS)
    return row.duration_s("after", least_s=0)


def _parse_count(row: Table, watches: Watched) -> int:
    if not row.has("count"):
        return 1
    _refuse_unless(row, "count", watches, frozenset(Watched) - ONLY_ONE)
    return row.integer("count", 1, MAX_COUNT)


def _parse_within(row: Table, watches: Watched) -> int | None:
    if not row.has("within"):
        return None
    _refuse_unless(row, "within", watches, ATTEMPTS)
    return row.duration_s("within", least_s=60)


def _refuse_unless(row: Table, field: str, watches: Watched, allowed: frozenset[Watched]) -> None:
    """Refuse a field that would say nothing beside what the rule watches."""
    if watches not in allowed:
        raise row.fault(
            field,
            "cannot_fire",
            f'says nothing of what watches "{watches.value}"',
            "take the line out; see docs/spec/firebreak.md",
        )


def _parse_sentence(row: Table) -> Words:
    words = {language: row.text(language) for language in DISPLAY_LANGUAGES}
    for language, text in words.items():
        if word := find_foreign_word(text, language):
            raise row.fault(language, "deceptive_text", f"{word!r} is not in the letters of {language!r}")
    return Words(**words)


def _check_beside(row: Table, rule: Rule, others: list[Rule]) -> None:
    """Refuse a rule that is there already, that another one hides, or that hides another one."""
    for other in others:
        if other.id == rule.id:
            raise row.fault("id", "twice", f"rule {rule.id!r} is there twice")
        hidden, hiding = (other, rule) if rule.hides(other) else (rule, other)
        if hiding.hides(hidden):
            raise row.fault(
                "watches",
                "contradiction",
                f"rule {hidden.id!r} can never show beside {hiding.id!r}, which fires whenever it does"
                f" and says {hiding.level.value!r}",
                "take one of them out, or let the graver one fire later",
            )
