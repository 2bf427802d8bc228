"""Answers `coupefeu notice link` on the control socket: makes the link of a unit, or ends it.

{"do": "unit-link", "notice": "US/14", "unit": "2nd battalion", "post": "us.duty"}    {"link", "unit", "expires_ms"}
{"do": "unit-link", "notice": "US/14", "unit": "2nd battalion", "end": true}          {"ended": true}
"""

from typing import Any, Final

from coupefeu.console.parts import Parts
from coupefeu.console.static import UNIT_PAGE
from coupefeu.errors import UsageError
from coupefeu.model.messages import parse_number
from coupefeu.services.passing.facts import is_name

REQUEST: Final = "unit-link"


async def answer_unit_link(request: dict[str, Any], parts: Parts) -> dict[str, Any]:
    """Make a link, or end it.

    Raises:
        UsageError: `console.unit.unit`, `.post`; the notice is not here or not in force, the unit not listed.
    """
    folder = parts.desk.folder
    number, unit = str(request.get("notice") or ""), request.get("unit")
    if not isinstance(unit, str) or not is_name(unit):
        raise UsageError(
            "the unit is not named", code="console.unit.unit", hint="Name it as it was passed down to."
        )
    notice = parse_number(number, folder.agreement.party_ids)
    if request.get("end") is True:
        return {"ended": await parts.units.revoke(notice, unit)}
    post = request.get("post") or folder.agreement.party(folder.party).duty_desk
    if post not in {each.id for each in folder.agreement.posts_of(folder.party)}:
        raise UsageError(
            f"{post!r} is no post of ours", code="console.unit.post", hint="Name a post of your own party."
        )
    key, link = await parts.units.issue(notice, unit, post)
    return {"link": unit_address(parts, key), "unit": unit, "expires_ms": link.expires_ms}


def unit_address(parts: Parts, key: str) -> str:
    """Write the link; its key stands behind the #, where no request carries it."""
    return f"{parts.address}{UNIT_PAGE}#{key}"
