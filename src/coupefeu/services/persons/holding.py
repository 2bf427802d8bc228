"""Whether a statement that holds by itself has effect: by its key's enrolment, its end, and what was signed."""

from collections.abc import Mapping
from typing import Any

from coupefeu.keys.passkeys import PersonalKey
from coupefeu.services.base import Select
from coupefeu.services.persons.judging import judge_key
from coupefeu.services.persons.views import read_known_key, select_endings_of, select_first_of, select_key


def judge_row(row: Mapping[str, Any], select: Select) -> str:
    """Name why a statement, a row of `STATEMENTS`, has no effect; "" when it has."""
    if row["effect"]:
        return str(row["effect"])
    key = (row["key_log"], row["key_idx"])
    enrolments = select(select_key(key))
    used = PersonalKey(
        credential_id=b"", public_key=bytes(row["public_key"]), origin=row["origin"], rp_id=row["rp_id"]
    )
    return judge_key(
        (row["log"], row["idx"]),
        row["post"],
        used,
        read_known_key(enrolments[0]) if enrolments else None,
        [(each["log"], each["idx"]) for each in select(select_endings_of(key))],
        next(((each["log"], each["idx"]) for each in select(select_first_of(bytes(row["digest"])))), None),
    )
