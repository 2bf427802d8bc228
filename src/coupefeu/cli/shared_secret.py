"""What stands of the secret shared with a counterpart, in words that are exactly true (protocol A12, B10)."""

from coupefeu.model.instant import format_date_time_group
from coupefeu.node.folder import NodeFolder
from coupefeu.services.messages.render_chain import format_duration


def describe_secret(folder: NodeFolder, party: str, as_of_ms: int) -> str:
    """Give generation and age: `generation 3, 5:00:00 old; 2 older kept`, which open a restore alone."""
    held = folder.generations(party)
    young = held.forget_old(as_of_ms)
    age = (
        f", {format_duration(max(0, as_of_ms - held.current.since_ms))} old" if held.current.since_ms else ""
    )
    kept = f"; {len(young.sealed):,} older kept" if young.sealed else ""
    return f"generation {held.current.number:,}{age}{kept}"


def describe_protection(folder: NodeFolder, party: str) -> str:
    """Say what a quantum computer that comes later could read of what is recorded on the path today."""
    if folder.in_person(party):
        return "met in person"
    since_ms = folder.generations(party).first_step_ms
    if since_ms is None:
        return "not protected against a future quantum computer"
    return (
        "not met in person; what is recorded of sessions begun before "
        f"{format_date_time_group(since_ms)} is open to a future quantum computer; later ones are closed to it, unless "
        "it was already at work on the path when the secret was renewed"
    )
