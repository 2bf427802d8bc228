"""What the strip of eight steps asks: how far the demonstration has come, and to break the link and restore it.

These routes exist only at the consoles of a demonstration.
"""

from typing import Final

from litestar import get, post
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from coupefeu.console.desk import ConsoleDesk
from coupefeu.console.values import DemoEvent, DemoStep, DemoValues
from coupefeu.node.demo.steps import Strip


def demo_values(steps: Strip) -> DemoValues:
    """Give the steps as both consoles show them."""
    return DemoValues(
        steps=tuple(DemoStep(name=name, done_ms=done_ms) for name, done_ms in steps.done_ms.items()),
        link_broken=steps.link_broken,
    )


def follow_steps(desk: ConsoleDesk, steps: Strip) -> None:
    """Tell every console how far the demonstration has come: when it connects, and on each change."""

    def event() -> DemoEvent:
        return DemoEvent(demo=demo_values(steps))

    desk.greetings.append(event)
    desk.when_closed(steps.listen(lambda: desk.feed.tell(event())))


@get("/api/demo", sync_to_thread=False)
def show_demo(desk: NamedDependency[ConsoleDesk]) -> DemoValues:
    """Give how far the demonstration has come."""
    return demo_values(_steps(desk))


@post("/api/demo/break", status_code=200, sync_to_thread=False)
def break_link(desk: NamedDependency[ConsoleDesk]) -> DemoValues:
    """Cut the path between the nodes: both notice it as they notice any other cut."""
    steps = _steps(desk)
    steps.break_link()
    return demo_values(steps)


@post("/api/demo/restore", status_code=200, sync_to_thread=False)
def restore_link(desk: NamedDependency[ConsoleDesk]) -> DemoValues:
    """Let the nodes reach each other again."""
    steps = _steps(desk)
    steps.restore_link()
    return demo_values(steps)


def _steps(desk: ConsoleDesk) -> Strip:
    assert desk.demo is not None  # the routes are there only then
    return desk.demo


DEMO_ROUTES: Final[tuple[ControllerRouterHandler, ...]] = (show_demo, break_link, restore_link)
