"""`[firebreak]` of the agreement: read as it was written; what could never fire or show is refused."""

from dataclasses import replace

import pytest

from coupefeu.errors import PeerError
from coupefeu.model.agreement import Status
from coupefeu.model.firebreak import FirebreakTerms, Level, Rule, Watched
from coupefeu.model.instant import Instant
from coupefeu.model.languages import Words
from coupefeu.model.precedence import Precedence
from coupefeu.model.usual_firebreak import USUAL_FIREBREAK, USUAL_RULES
from coupefeu.services.messages.display import show
from coupefeu.wire.agreement import parse_terms
from coupefeu.wire.agreement_template import render_template
from coupefeu.wire.firebreak_terms import render_firebreak_terms

TEXT = render_template(name="demo", status=Status.REAL, in_force=Instant(0), dictionary_sha256=bytes(32))
WITHOUT = TEXT[: TEXT.index("[firebreak]")]
HEAD = '[firebreak]\nunknown_after = "26h"\n'
SAID = 'en = "It fires."\nfr = "Elle joue."\nru = "Правило сработало."\n'


def read(firebreak, before=WITHOUT):
    return parse_terms((before + firebreak).encode()).firebreak


def written(*rules):
    """Write rules given as lines of a table; each gets an id and its sentences."""
    return HEAD + "".join(
        f'[[firebreak.rules]]\nid = "rule-{at}"\n{rule}\n{SAID}' for at, rule in enumerate(rules)
    )


def refused(firebreak, before=WITHOUT):
    with pytest.raises(PeerError) as error:
        read(firebreak, before)
    return error.value


def test_the_usual_rules_stand_where_nothing_is_agreed_and_are_those_of_the_template():
    usual = tuple(rule for rule in USUAL_RULES if rule.watches is not Watched.WITNESS)
    assert read("").rules == parse_terms(TEXT.encode()).firebreak.rules == usual
    assert read("").unknown_after_s == parse_terms(TEXT.encode()).firebreak.unknown_after_s == 26 * 3_600
    assert {rule.watches for rule in USUAL_RULES} == set(Watched)


def test_the_usual_rules_are_those_that_can_fire_on_this_line():
    quiet = WITHOUT.replace('contact_every = "24h"', "").replace('contact_every = "30d"', "")
    quiet = quiet.replace('contact_every = "90d"', "")
    watched = {rule.watches for rule in read("", quiet).rules}
    assert Watched.CONTACT not in watched
    assert Watched.REFUSED in watched


def test_the_usual_rules_say_something_different_in_every_language():
    for language in ("en", "fr", "ru"):
        said = [rule.sentence.in_language(language) for rule in USUAL_RULES]
        assert len(set(said)) == len(said)
    assert len({rule.id for rule in USUAL_RULES}) == len(USUAL_RULES)


def test_the_text_of_the_template_is_shown_as_it_is_written():
    """No word in it could pass for one of other letters: pages let such a text be read, and not be amended there."""
    assert show(TEXT).findings == ()
    assert show(TEXT).text == TEXT


def test_rules_are_read_as_they_were_written():
    said = Words(en='It "fires" \\ now.', fr="Elle joue.", ru="Правило сработало.")
    terms = FirebreakTerms(
        rules=(
            Rule(
                id="a", watches=Watched.CONTACT, level=Level.BROKEN, sentence=said, after_s=90,
                posts=("us.secretary", "ru.minister"),
            ),
            Rule(id="b", watches=Watched.REFUSED, level=Level.STRAINED, sentence=said, count=3, within_s=86_400),
            Rule(
                id="c", watches=Watched.OUTCOME, level=Level.BROKEN, sentence=said, count=2,
                precedences=(Precedence.FLASH, Precedence.IMMEDIATE),
            ),
        ),
        unknown_after_s=7_200,
        mediator='The "other" embassy',
    )  # fmt: skip
    assert read(render_firebreak_terms(terms)) == terms
    assert read(render_firebreak_terms(USUAL_FIREBREAK), _with_witness()) == USUAL_FIREBREAK


def _with_witness():
    from coupefeu.keys import ed25519
    from coupefeu.wire.note import COSIGNATURE, VerifierKey

    key = VerifierKey.of("neutral.example/w", COSIGNATURE, ed25519.public(bytes(32))).text()
    return f'{WITHOUT}\n[[witnesses]]\nname = "neutral"\nkey = "{key}"\n'


CONTACT = 'watches = "contact"\nlevel = "strained"'
REFUSED = 'watches = "refused"\nlevel = "strained"'
OUTCOME = 'watches = "outcome"\nlevel = "strained"'
WATCH = 'watches = "watch"\nlevel = "strained"'


@pytest.mark.parametrize(
    ("rule", "field", "code"),
    [
        (f'{CONTACT}\nposts = ["us.nobody", "ru.minister"]', "posts", "unknown_post"),
        (f'{CONTACT}\nposts = ["us.secretary", "ru.chief"]', "posts", "cannot_fire"),
        (f'{REFUSED}\nposts = ["us.secretary"]', "posts", "cannot_fire"),
        (f'{WATCH}\nposts = ["us.secretary"]', "posts", "cannot_fire"),
        ('watches = "witness"\nlevel = "strained"', "watches", "cannot_fire"),
        (f"{CONTACT}\ncount = 2", "count", "cannot_fire"),
        ('watches = "line_suspended"\nlevel = "broken"\ncount = 2', "count", "cannot_fire"),
        (f'{CONTACT}\nwithin = "1d"', "within", "cannot_fire"),
        (f'{REFUSED}\nafter = "1d"', "after", "cannot_fire"),
        (f'{CONTACT}\nprecedence = ["FLASH"]', "precedence", "cannot_fire"),
        ('watches = "conflict"\nlevel = "strained"\nposts = ["us.duty"]', "posts", "cannot_fire"),
        ('watches = "heard"\nlevel = "strained"', "watches", "bad_value"),
        ('watches = "outcome"\nlevel = "holding"', "level", "bad_value"),
        ('watches = "outcome"\nlevel = "unknown"', "level", "bad_value"),
        (f"{OUTCOME}\ncount = 0", "count", "bad_value"),
        (f"{OUTCOME}\ncount = 65", "count", "bad_value"),
        (f'{OUTCOME}\nprecedence = ["URGENT"]', "precedence", "bad_value"),
        (f'{OUTCOME}\nafter = "367d"', "after", "bad_value"),
        (f'{REFUSED}\nwithin = "59s"', "within", "bad_value"),
        (f"{OUTCOME}\nthreshold = 3", "threshold", "unknown_field"),
        ('level = "broken"', "watches", "missing_field"),
        ('watches = "outcome"', "level", "missing_field"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_by_line_and_field(rule, field, code):
    text = written(OUTCOME.replace("outcome", "reply"), rule)
    error = refused(text)
    assert (error.code, f"firebreak.rules[2].{field}" in error.message) == (f"wire.toml.{code}", True), error
    lines = (WITHOUT + text).split("\n")
    line = int(error.message.partition("line ")[2].partition(",")[0])
    expected = f"{field} = " if f"{field} =" in rule else "[[firebreak.rules]]"
    assert lines[line - 1].startswith(expected)
    assert line > len(lines) - 10


@pytest.mark.parametrize(
    ("one", "other", "hidden"),
    [
        (OUTCOME, OUTCOME, True),
        (OUTCOME, OUTCOME.replace("strained", "broken"), True),
        (f'{OUTCOME}\nafter = "2h"', f'{OUTCOME.replace("strained", "broken")}\nafter = "1h"', True),
        (OUTCOME, f'{OUTCOME.replace("strained", "broken")}\nafter = "1h"', False),
        (f'{OUTCOME}\nafter = "1h"', OUTCOME, False),
        (f'{OUTCOME}\nprecedence = ["FLASH"]', OUTCOME.replace("strained", "broken"), True),
        (OUTCOME, f'{OUTCOME.replace("strained", "broken")}\nprecedence = ["FLASH"]', False),
        (f"{REFUSED}\ncount = 5", f"{REFUSED.replace('strained', 'broken')}\ncount = 2", True),
        (REFUSED, f"{REFUSED.replace('strained', 'broken')}\ncount = 2", False),
        (f'{REFUSED}\nwithin = "2d"', REFUSED.replace("strained", "broken"), True),
        (REFUSED, f'{REFUSED.replace("strained", "broken")}\nwithin = "2d"', False),
        (f'{CONTACT}\nposts = ["us.duty", "ru.duty"]', CONTACT.replace("strained", "broken"), True),
        (CONTACT, f'{CONTACT.replace("strained", "broken")}\nposts = ["us.duty", "ru.duty"]', False),
        (REFUSED, REFUSED.replace("refused", "unanswered").replace("strained", "broken"), False),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_rules_of_which_one_can_never_show_are_refused_whichever_comes_first(one, other, hidden, turned):
    text = written(*((other, one) if turned else (one, other)))
    if not hidden:
        assert len(read(text).rules) == 2
        return
    error = refused(text)
    assert error.code == "wire.toml.contradiction"
    assert f"rule 'rule-{int(turned)}' can never show" in error.message or one == other


def test_an_id_stands_once_and_is_not_that_of_records_too_old():
    twice = written(OUTCOME, REFUSED).replace("rule-1", "rule-0")
    assert refused(twice).code == "wire.toml.twice"
    assert "firebreak.rules[1].id" in refused(written(OUTCOME).replace("rule-0", "unknown")).message


def test_line_tests_are_watched_only_where_there_are_some():
    start = WITHOUT.index("[[line_tests]]")
    without = WITHOUT[:start] + WITHOUT[WITHOUT.index("[budgets]") :]
    rule = written('watches = "line_test"\nlevel = "strained"')
    assert read(rule).rules
    assert refused(rule, without).code == "wire.toml.cannot_fire"


def test_contact_is_watched_only_where_a_cadence_is_agreed():
    without = "\n".join(line for line in WITHOUT.split("\n") if not line.startswith("contact_every"))
    assert refused(written(CONTACT), without).code == "wire.toml.cannot_fire"


@pytest.mark.parametrize(
    ("firebreak", "field"),
    [
        ("[firebreak]\n", "firebreak.unknown_after"),
        ('[firebreak]\nunknown_after = "59s"\n', "firebreak.unknown_after"),
        (HEAD, "firebreak.rules"),
        (written(OUTCOME) + "x = 1\n", "firebreak.rules[1].x"),
        (f"{HEAD}colour = 1\n{written(OUTCOME).removeprefix(HEAD)}", "firebreak.colour"),
        (f'{HEAD}mediator = "{"x" * 201}"\n{written(OUTCOME).removeprefix(HEAD)}', "firebreak.mediator"),
        (written(OUTCOME).replace('fr = "Elle joue."\n', ""), "firebreak.rules[1].fr"),
        (written(OUTCOME).replace("Elle", "Еlle"), ""),
        (written(OUTCOME).replace("Elle", "Она"), "firebreak.rules[1].fr"),
        (written(*[f'{OUTCOME}\nafter = "{at + 1}m"' for at in range(65)]), "firebreak"),
    ],
)
def test_what_cannot_be_agreed_is_refused_by_its_field(firebreak, field):
    assert field in refused(firebreak).message


def test_a_text_of_the_template_leaves_room_for_what_parties_add():
    assert len(TEXT.encode()) < 16_384
    long = replace(USUAL_FIREBREAK, rules=USUAL_RULES * 3)
    ids = tuple(replace(rule, id=f"r{at}", after_s=0) for at, rule in enumerate(long.rules))
    assert "too_long" in refused(render_firebreak_terms(replace(long, rules=ids))).code
