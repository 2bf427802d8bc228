"""How the command line says the watch: who sits where, who relieves whom, who is planned, which desk is empty."""

from collections.abc import Iterator, Mapping
from typing import Any

from coupefeu.model.instant import format_date_time_group
from coupefeu.words import say


def unstaffed_lines(values: Mapping[str, Any], language: str) -> Iterator[str]:
    """Say which desks of ours are unstaffed (`node.watch_values.unstaffed_values`), each marked as an alarm."""
    for each in values["unstaffed"]:
        yield f"! {unstaffed_words(each, language)}"


def unstaffed_words(unstaffed: Mapping[str, Any], language: str) -> str:
    """Say of one desk of ours that nobody is there, since when, and whom its roster names."""
    post = unstaffed["post"]
    if unstaffed["cause"] == "gap":
        return say(
            "unstaffed-gap", language, post=post, time=format_date_time_group(unstaffed["gap_until_ms"])
        )
    since = format_date_time_group(unstaffed["since_ms"])
    if not unstaffed["planned"]:
        return say("unstaffed-nobody", language, post=post, time=since)
    return say("unstaffed-planned", language, post=post, time=since, who=", ".join(unstaffed["planned"]))
