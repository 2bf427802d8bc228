"""Who of ours speaks in a call, and for how long by our own clock."""

from coupefeu.services.calls.status import CallView


def our_post(view: CallView) -> str:
    """Name the post of ours that speaks: the one that called, or that answered, or was called."""
    return view.from_post if view.ours else view.answered_by or view.to_post


def talking_ms(view: CallView, utc_ms: int) -> int:
    """Say how long a call has been answered; 0 where it is not, or where our clock was set back."""
    return 0 if view.answered_ms is None else max(0, utc_ms - view.answered_ms)
