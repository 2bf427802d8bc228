"""Arranged calls between two desks of a test: proposing one, and acting on it once the other side holds it."""

from tests.console.desks import wait_until

from coupefeu.errors import UsageError
from coupefeu.services.arranged.commands import ProposeCall
from coupefeu.services.arranged.times import parse_window

OURS, THEIRS = "us.secretary", "ru.minister"


def times(*texts):
    """Give windows that are still to come, for as long as these tests may be kept."""
    return tuple(parse_window(each, 0) for each in texts)


TABLE = times("241500Z MAR 90/2h", "260900Z MAR 90/1h")
OTHER = times("280900Z MAR 90/1h")


def propose(desk, **stated):
    """Have the desk of US propose a call for its principal; gives the number."""
    asked = {
        "from_post": "us.duty",
        "post": OURS,
        "to_post": THEIRS,
        "windows": TABLE,
        "officer": "day watch",
    }
    (number,) = desk.act(ProposeCall(**(asked | stated)))
    return number


def act(desk, command, number, **stated):
    """Do an act about it on the other side, once that side holds it; gives the number of the act."""
    about = {"arrangement": desk.id(number), "from_post": f"{desk.party}.duty"}

    def try_it():
        try:
            return desk.act(command(**about, **stated))
        except UsageError as error:
            if error.code != "services.arranged.unknown_arrangement":
                raise
            return None

    return wait_until(try_it, f"{number} did not arrive at {desk.party}")[0]
