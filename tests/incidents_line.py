"""A line for tests of incidents: our record, and RU as an author of whatever it likes."""

from coupefeu.model.entry import Head, Kind, Reference
from coupefeu.model.incidents import IncidentForm
from coupefeu.model.places import Position
from coupefeu.record.leaf import leaf_hash
from coupefeu.services.base import Context
from coupefeu.services.incidents.commands import ReportIncident
from coupefeu.services.incidents.facts import VERSIONS, IncidentFact, encode_incident, encode_incident_act
from coupefeu.services.incidents.fold import choose_pair, fold, fold_pairings, join
from coupefeu.services.incidents.views import select_acts, select_pairs, select_reports
from coupefeu.services.line_state.facts import encode_line_state
from coupefeu.services.line_state.fold import fold as fold_line
from coupefeu.services.line_state.views import select_declared
from coupefeu.store.jobs import Act
from coupefeu.testing.author import Author
from coupefeu.testing.clock import START_UTC_MS
from tests.stores import AGREEMENT, do, moment, open_keeper

US, RU = "us.duty", "ru.duty"
HOUR_S = 3_600
HOUR_MS = 3_600_000
HERE = Position(lat_e7=302_710_000, lon_e7=720_340_000)


class Line:
    """Our record; `at`: seconds since the beginning."""

    def __init__(self, path, agreement=AGREEMENT):
        self.agreement = agreement
        self.path = path
        self.keeper = open_keeper(path)
        self.ru = Author(AGREEMENT, "ru")
        self.at = 0

    @property
    def now_ms(self):
        return START_UTC_MS + self.at * 1_000

    def wait(self, hours):
        self.at += int(hours * HOUR_S)

    def leaf(self, entry):
        rows = self.keeper.connection.query("SELECT leaf FROM entries WHERE log = ? AND idx = ?", entry)
        found = rows.fetchall()
        return leaf_hash(found[0][0]) if found else b"\x07" * 32

    def act(self, command):
        self.at += 1
        (stored,) = do(self.keeper, Act(command=command), at=self.at).entries
        return stored.recorded.log, stored.recorded.index

    def hear(self, kind, fact, *about, post=RU, body=None, leaf=None, written_ms=None, to_posts=None):
        """Have RU write an entry and take it; `about`: what its head refers to."""
        self.at += 1
        fields = {name: getattr(self.ru.head(kind), name) for name in Head.__dataclass_fields__}
        changed = {
            "from_post": post,
            "to_posts": (US,) if to_posts is None else to_posts,
            "written_ms": self.now_ms if written_ms is None else written_ms,
            "references": tuple(
                Reference(log=log, index=index, leaf_hash=leaf or self.leaf((log, index)))
                for log, index in about
            ),
        }
        start = self.ru.size
        self.ru.write(Head(**(fields | changed)), encode(kind, fact) if body is None else body)
        do(self.keeper, self.ru.checkpoint(start, self.ru.size), at=self.at)
        return self.ru.log, start

    def context(self):
        return Context(
            now=moment(self.at),
            our_log=0,
            parties=self.agreement.party_ids,
            agreement=self.agreement,
            agreement_version=1,
        )

    def rows(self, statement):
        return self.keeper.connection.execute(statement.executable, statement.parameters)

    def alone(self, incident):
        return fold(self.rows(select_acts(incident)), incident, self.context())

    def view(self, incident):
        rows = [*self.rows(select_acts(incident)), *self.rows(select_pairs(incident))]
        named = {(row[f"{role}_log"], row[f"{role}_idx"]) for row in rows for role in ("root", "about")}
        held = {(row["log"], row["idx"]): row["leaf_hash"] for row in self.rows(select_reports(named))}
        pairings = fold_pairings(rows, held, self.context())
        other, _ = choose_pair(incident, pairings)
        return join(
            self.alone(incident), None if other is None else self.alone(other), pairings, self.context()
        )

    def effects(self, incident):
        return {each.id: each.effect for each in self.alone(incident).steps}

    def states(self):
        return {
            each.party: each for each in fold_line(self.rows(select_declared(self.now_ms)), self.context())
        }


def encode(kind, fact):
    if kind == Kind.LINE_STATE:
        return encode_line_state(fact)
    return encode_incident(fact) if kind in VERSIONS else encode_incident_act(fact)


def report(line, form=IncidentForm.ACCIDENTAL_LAUNCH, **stated):
    return line.act(ReportIncident(form=form, from_post=US, **stated))


def theirs(line, form=IncidentForm.ACCIDENTAL_LAUNCH, **stated):
    return line.hear(Kind.INCIDENT_REPORTED, IncidentFact(form=form, **stated))
