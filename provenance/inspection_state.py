"""How a check stands, for people and programs outside: what is left to say once its data was deleted, too."""

from enum import StrEnum

from provenance.inspection_store import CANCELLED
from provenance.models import Inspection


class State(StrEnum):
    WAITING = "waiting"
    EXAMINING = "examining"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


def state_of(row: Inspection) -> State:
    """Returns the state of a check; EXPIRED if there was an answer and it was deleted after its time."""
    match row.status:
        case Inspection.Status.QUEUED:
            return State.WAITING
        case Inspection.Status.RUNNING:
            return State.EXAMINING
        case Inspection.Status.DONE:
            return State.DONE if row.evidence else State.EXPIRED
        case _:
            return State.CANCELLED if row.error_code == CANCELLED else State.FAILED
