"""`coupefeu alerts`: who outside is told what must be known, and whether that works.

coupefeu alerts test --node us
"""

import asyncio

import typer

from coupefeu.cli.officer import language_of, open_folder
from coupefeu.cli.printing import JsonOption, LanguageOption, NodeOption, report
from coupefeu.errors import ConfigError, CoupefeuError
from coupefeu.node.alerting.alerter import Receiver, receivers_of
from coupefeu.node.alerting.causes import Alert, Cause, Kind, compare, observe_all
from coupefeu.node.alerting.settings import read_alerts
from coupefeu.node.alerting.texts import Speaker
from coupefeu.words import say


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Alerts to people who look at no console: test.")
    group.command("test")(send_test)

    @group.callback()
    def alerts() -> None:
        """Alert people who look at no console."""

    app.add_typer(group, name="alerts")


def send_test(node: NodeOption, language: LanguageOption = None, as_json: JsonOption = False) -> None:
    """Send a test alert to everybody that node.toml names, at once and once; exit 6 if one did not take it."""
    folder = open_folder(node)
    settings = read_alerts(folder)
    if settings is None:
        raise ConfigError(
            "this node alerts nobody",
            code="cli.alerts.nobody",
            hint="Add [alert_webhook] or [alert_smtp] to node.toml; docs/operators.md says how.",
        )
    speaker = Speaker(
        agreement=folder.agreement,
        party=folder.party,
        language=settings.language,
        now_ms=folder.clock().utc_ms,
    )
    receivers = receivers_of(settings)
    failures = asyncio.run(_send(receivers, speaker, _alert(speaker)))
    spoken = language_of(folder, language)
    lines = [
        say("alert-test-taken", spoken, receiver=each.name, where=each.where)
        if failures[each.name] is None
        else say(
            "alert-test-failed", spoken, receiver=each.name, where=each.where, why=failures[each.name] or ""
        )
        for each in receivers
    ]
    values = {
        "receivers": [
            {
                "name": each.name,
                "where": each.where,
                "taken": failures[each.name] is None,
                "why": failures[each.name],
            }
            for each in receivers
        ]
    }
    report(folder.banner(), lines, values, as_json=as_json)
    if any(failures.values()):
        raise typer.Exit(_EXIT)


_EXIT = 6
"""Of `BearerError`, as `cli.main.EXIT_CODES` has it: who listens was not reached."""


async def _send(receivers: tuple[Receiver, ...], speaker: Speaker, alert: Alert) -> dict[str, str | None]:
    failures: dict[str, str | None] = {}
    for each in receivers:
        try:
            await each.send(alert, speaker)
            failures[each.name] = None
        except CoupefeuError as error:
            failures[each.name] = error.message
    return failures


def _alert(speaker: Speaker) -> Alert:
    """Make one alert of a cause that is none; each test has an id of its own."""
    cause = Cause(key="test", kind=Kind.TEST, state=f"{speaker.now_ms}", since_ms=speaker.now_ms)
    causes = {"test": cause}
    alert = compare(observe_all({}, causes, speaker.now_ms), causes, speaker.now_ms)
    assert alert is not None
    return alert
