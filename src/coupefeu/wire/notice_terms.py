"""`[notices]` of the agreement: what plans keep apart by, and of each form its lead time and the time for an answer.

    [notices]                        emergency = "24h"     sea_entry = "44h"
    [notices.separation]             distance_m = 9260     altitude_m = 300     time = "10m"
    [notices.humanitarian_movement]  lead = "48h"          answer = "24h"

Every table is optional, and whole where it stands; what is absent is as it is where nothing is agreed.
"""

from typing import Final

from coupefeu.model.agreement import NoticeTerms
from coupefeu.model.duration import format_duration
from coupefeu.model.notices import FormTerms, NoticeForm
from coupefeu.model.volumes import Separation
from coupefeu.wire.toml import Table

MAX_DISTANCE_M: Final = 1_000_000
MAX_ALTITUDE_M: Final = 100_000
MAX_TIME_S: Final = 86_400
MAX_LEAD_S: Final = 366 * 86_400


def parse_notice_terms(root: Table) -> NoticeTerms:
    """Read what an agreement says of notices. Raises: PeerError `wire.agreement.*`, with the field."""
    if not root.has("notices"):
        return NoticeTerms()
    table = root.table("notices")
    usual = NoticeTerms()
    terms = NoticeTerms(
        separation=_separation(table, usual.separation),
        forms=tuple(_form(table, form, usual.of(form)) for form in NoticeForm),
        emergency_lead_s=table.duration_s("emergency", least_s=0, most_s=MAX_LEAD_S),
        sea_entry_lead_s=table.duration_s("sea_entry", least_s=0, most_s=MAX_LEAD_S),
    )
    table.finish()
    return terms


def render_notice_terms(terms: NoticeTerms) -> str:
    """Write the tables out whole, for a text that people change."""
    apart = terms.separation
    lines = [
        "[notices]",
        f'emergency = "{format_duration(terms.emergency_lead_s)}"',
        f'sea_entry = "{format_duration(terms.sea_entry_lead_s)}"',
        "",
        "[notices.separation]",
        f"distance_m = {apart.distance_m}",
        f"altitude_m = {apart.altitude_m}",
        f'time = "{format_duration(apart.time_s)}"',
    ]
    for form in NoticeForm:
        agreed = terms.of(form)
        lines += [
            "",
            f"[notices.{form.name.lower()}]",
            f'lead = "{format_duration(agreed.lead_s)}"',
            f'answer = "{format_duration(agreed.answer_s)}"',
        ]
    return "\n".join([*lines, ""])


def _separation(table: Table, usual: Separation) -> Separation:
    if not table.has("separation"):
        return usual
    row = table.table("separation")
    apart = Separation(
        distance_m=row.integer("distance_m", 0, MAX_DISTANCE_M),
        altitude_m=row.integer("altitude_m", 0, MAX_ALTITUDE_M),
        time_s=row.duration_s("time", least_s=0, most_s=MAX_TIME_S),
    )
    row.finish()
    return apart


def _form(table: Table, form: NoticeForm, usual: FormTerms) -> FormTerms:
    name = form.name.lower()
    if not table.has(name):
        return usual
    row = table.table(name)
    terms = FormTerms(
        lead_s=row.duration_s("lead", least_s=0, most_s=MAX_LEAD_S),
        answer_s=row.duration_s("answer", least_s=60, most_s=MAX_LEAD_S),
    )
    row.finish()
    return terms
