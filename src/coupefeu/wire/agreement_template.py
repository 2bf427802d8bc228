"""A ready text for a new agreement between US and RU: people change what they agreed otherwise.

Deadlines start from the handling times of public precedence rules (FLASH 10 min, IMMEDIATE 30 min, PRIORITY
3 h, ROUTINE 6 h) and the 48 hours of the Vienna Document.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from coupefeu.model.agreement import NoticeTerms, Status
from coupefeu.model.firebreak import FirebreakTerms, Watched
from coupefeu.model.incidents import USUAL_INCIDENT_TERMS, USUAL_TRIGGERS
from coupefeu.model.instant import Instant, format_instant
from coupefeu.model.line_state import USUAL_LINE_STATE_TERMS
from coupefeu.model.usual_firebreak import USUAL_FIREBREAK
from coupefeu.wire.firebreak_terms import render_firebreak_terms
from coupefeu.wire.incident_terms import render_incident_terms
from coupefeu.wire.notice_terms import render_notice_terms

_HEAD: Final = """\
# Agreement on a line between the United States and the Russian Federation.
# All parties sign these exact bytes. A duration is written 90s, 2m, 1h30m or 7d; times are UTC.

coupefeu_agreement = 1
name = "{name}"
status = "{status}"
version = 1
in_force = {in_force}
languages = ["en", "ru"]
record_mode = "ON RECORD"
skew = "60s"
dictionary_sha256 = "{dictionary}"

# The order of the parties numbers their logs: it never changes.
[[parties]]
id = "us"
name = {{ en = "United States", fr = "États-Unis", ru = "Соединённые Штаты" }}
language = "en"
duty_desk = "us.duty"
{us_clock}
[[parties]]
id = "ru"
name = {{ en = "Russian Federation", fr = "Fédération de Russie", ru = "Российская Федерация" }}
language = "ru"
duty_desk = "ru.duty"
{ru_clock}"""

_BODY: Final = """
# `address`: how the holder of the post wishes to be addressed.
[[posts]]
id = "us.duty"
title = { en = "Duty desk", fr = "Permanence", ru = "Дежурная служба" }
address = { en = "Duty officer", fr = "Officier de permanence", ru = "Оперативный дежурный" }

[[posts]]
id = "us.chief"
title = { en = "Chairman of the Joint Chiefs of Staff", fr = "Président du Comité des chefs d'état-major interarmées", ru = "Председатель Комитета начальников штабов" }
address = { en = "General", fr = "Mon général", ru = "Господин генерал" }

[[posts]]
id = "us.secretary"
title = { en = "Secretary of Defense", fr = "Secrétaire à la Défense", ru = "Министр обороны" }
address = { en = "Mr Secretary", fr = "Monsieur le Secrétaire", ru = "Господин министр" }

[[posts]]
id = "ru.duty"
title = { en = "Duty desk", fr = "Permanence", ru = "Дежурная служба" }
address = { en = "Duty officer", fr = "Officier de permanence", ru = "Оперативный дежурный" }

[[posts]]
id = "ru.chief"
title = { en = "Chief of the General Staff", fr = "Chef de l'État-major général", ru = "Начальник Генерального штаба" }
address = { en = "General", fr = "Mon général", ru = "Товарищ генерал" }

[[posts]]
id = "ru.minister"
title = { en = "Minister of Defence", fr = "Ministre de la Défense", ru = "Министр обороны" }
address = { en = "Mr Minister", fr = "Monsieur le Ministre", ru = "Господин министр" }

# Who speaks with whom, and how often at least.
[[pairs]]
posts = ["us.duty", "ru.duty"]
contact_every = "24h"

[[pairs]]
posts = ["us.chief", "ru.chief"]
contact_every = "30d"

[[pairs]]
posts = ["us.secretary", "ru.minister"]
contact_every = "90d"

# Who is rung next when the post does not answer: `step` apart, or with `steps = ["90s", "3m"]` each after its own wait.
# Posts joined with " + " ring together. Who rings already rings on; the first answer ends all.
[[ladders]]
post = "us.secretary"
rungs = ["us.chief", "us.duty"]
step = "2m"

[[ladders]]
post = "us.chief"
rungs = ["us.duty"]
step = "2m"

[[ladders]]
post = "ru.minister"
rungs = ["ru.chief", "ru.duty"]
step = "2m"

[[ladders]]
post = "ru.chief"
rungs = ["ru.duty"]
step = "2m"

# Counted from sending. `taken`, `read`... are acts of people; `record` and `shown` are facts about machines.
"""  # noqa: E501 - titles in three languages stay on one line

_DEADLINES: Final = {
    "FLASH": {
        "record": "10s",
        "shown": "15s",
        "taken": "2m",
        "read": "3m",
        "read_back": "5m",
        "passed_to": "5m",
        "outcome": "10m",
        "reply": "30m",
    },
    "IMMEDIATE": {
        "record": "30s",
        "shown": "1m",
        "taken": "5m",
        "read": "10m",
        "read_back": "15m",
        "passed_to": "20m",
        "outcome": "30m",
        "reply": "2h",
    },
    "PRIORITY": {
        "record": "2m",
        "shown": "5m",
        "taken": "30m",
        "read": "1h",
        "read_back": "1h30m",
        "passed_to": "2h",
        "outcome": "3h",
        "reply": "2d",
    },
    "ROUTINE": {
        "record": "10m",
        "shown": "15m",
        "taken": "2h",
        "read": "3h",
        "read_back": "4h",
        "passed_to": "5h",
        "outcome": "6h",
        "reply": "2d",
    },
}

_REST: Final = """
# A line test goes out whenever UTC minus `at` is a multiple of `every`: here hourly, in turns.
[[line_tests]]
party = "us"
every = "2h"
at = "0s"
answer_within = "15m"

[[line_tests]]
party = "ru"
every = "2h"
at = "1h"
answer_within = "15m"

# What one party may ask of the other's node and officers.
[budgets]
entries_per_minute = 600000
flash_per_minute = 600
alarms_per_minute = 6
attachment_bytes = 1048576

# How long the last rung of a ladder rings, how soon a proposed call is answered, and how many calls ring in a minute.
"""
_NOTICES: Final = """
# What plans keep apart by, and of each form of notice: how long ahead it is due, how soon a request is answered.
"""
_INCIDENTS: Final = """
# What still passes while a party has suspended or closed the line; how near two versions of one incident lie, and how
# soon a request for explanation is answered, or a meeting held; the events whose form opens in one press.
"""
_FIREBREAK: Final = """
# When the firebreak is strained, when broken; `after` counts from the agreed cadence, deadline or beginning.
"""
_USUAL: Final = replace(
    USUAL_FIREBREAK,
    rules=tuple(each for each in USUAL_FIREBREAK.rules if each.watches is not Watched.WITNESS),
)
"""A new agreement has no witness yet."""
_CALLS: Final[Mapping[str, str | int]] = {"ring": "2m", "arrange_answer": "24h", "per_minute": 6}


def render_template(
    *,
    name: str,
    status: Status,
    in_force: Instant,
    dictionary_sha256: bytes,
    clocks: Mapping[str, str] | None = None,
    deadlines: Mapping[str, Mapping[str, str]] | None = None,
    calls: Mapping[str, str | int] | None = None,
    firebreak: FirebreakTerms = _USUAL,
) -> str:
    """Give terms between US and RU; `clocks` maps a party to its shift: {"us": "+2h"} (EXERCISE only).

    `deadlines` are those that are to be others: {"PRIORITY": {"taken": "1h"}}; so are `calls`: {"ring": "10s"}.
    """
    shifts = clocks or {}
    others = deadlines or {}
    head = _HEAD.format(
        name=name,
        status=status.value,
        in_force=format_instant(in_force),
        dictionary=dictionary_sha256.hex(),
        us_clock=_clock_line(shifts.get("us")),
        ru_clock=_clock_line(shifts.get("ru")),
    )
    tables = (
        _table(f"deadlines.{name}", {**row, **others.get(name, {})}) for name, row in _DEADLINES.items()
    )
    agreed_calls = _table("calls", {**_CALLS, **(calls or {})})
    return (
        head
        + _BODY
        + "\n".join(tables)
        + _REST
        + agreed_calls
        + _NOTICES
        + render_notice_terms(NoticeTerms())
        + _INCIDENTS
        + render_incident_terms(USUAL_LINE_STATE_TERMS, USUAL_INCIDENT_TERMS, USUAL_TRIGGERS)
        + _FIREBREAK
        + render_firebreak_terms(firebreak)
    )


def _table(name: str, fields: Mapping[str, str | int]) -> str:
    values = {key: f'"{value}"' if isinstance(value, str) else value for key, value in fields.items()}
    return f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in values.items())


def _clock_line(shift: str | None) -> str:
    return "" if shift is None else f'clock = "{shift}"\n'
