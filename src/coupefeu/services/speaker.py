"""Whose post may speak in a log: the rule that every service begins with."""

from coupefeu.model.entry import Head


def judge_speaker(head: Head, party: str) -> str:
    """Refuse a post that is not of `party`, in whose log the entry stands: nobody speaks for the other side.

    Gives why the entry has no effect; "" where it may have one. `party` is empty where a log is of none.
    """
    speaks_for, _, name = head.from_post.partition(".")
    return "" if party and speaks_for == party and name and "\x00" not in name else "foreign_post"
