"""Every service of this program: only with all of them loaded are all views declared, and their digest is whole."""

from typing import Final

from coupefeu.services.agreement import AgreementService
from coupefeu.services.arranged import ArrangedService
from coupefeu.services.base import Service
from coupefeu.services.calls import CallsService
from coupefeu.services.communique import CommuniqueService
from coupefeu.services.erasures import ErasuresService
from coupefeu.services.firebreak.service import FirebreakService
from coupefeu.services.incidents import IncidentsService
from coupefeu.services.line_state import LineStateService
from coupefeu.services.messages import SERVICE as MESSAGES
from coupefeu.services.notices import NoticesService
from coupefeu.services.passing import PassingService
from coupefeu.services.persons import PersonsService
from coupefeu.services.presence import PresenceService
from coupefeu.services.refusals import RefusalsService
from coupefeu.services.watch import WatchService
from coupefeu.services.witnessed import WitnessedService

SERVICES: Final[tuple[Service, ...]] = (
    MESSAGES,
    AgreementService(),
    RefusalsService(),
    WatchService(),
    ErasuresService(),
    CommuniqueService(),
    CallsService(),
    ArrangedService(),
    NoticesService(),
    PersonsService(),
    PresenceService(),
    PassingService(),
    LineStateService(),
    IncidentsService(),
    WitnessedService(),
    FirebreakService(),
)
