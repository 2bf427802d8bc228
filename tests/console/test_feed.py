"""The stream of events of two joined consoles: the state at once, every change without asking, and a clean end."""

import asyncio

from tests.console.following import Stream, joined, post

FLASH = {"form": "warning", "operative": "STOP", "place": "35.31 N 40.13 E", "time": "now"}


def on_line(tmp_path, do):
    async def run():
        async with joined(tmp_path / "line") as (us, ru, line):
            await do(us, ru, line)

    asyncio.run(run())


def test_a_flash_is_told_to_the_other_console_with_its_chain_and_its_alarm(tmp_path):
    async def do(us, ru, line):
        async with Stream(us, "at-us") as at_us, Stream(ru, "at-ru") as at_ru:
            said = await post(us, "/api/messages", FLASH)
            message = await at_ru.message(said["number"])
            assert (message["precedence"], message["operative"], message["ours"]) == ("FLASH", "STOP", False)
            assert message["officer"] == "WATCH A"
            alarm = await at_ru.find("desk", lambda event: event["desk"]["alarms"])
            assert alarm["desk"]["alarms"][0]["messages"] == [said["number"]]
            assert alarm["desk"]["alarms"][0]["cause"] == "flash"
            await at_us.message(said["number"], lambda m: m["chains"]["ru"][0]["done"])
            await post(ru, f"/api/messages/{said['number'].lower()}/acts", {"act": "take"})
            await at_us.message(
                said["number"],
                lambda m: any(s["step"] == "taken-by" and s["done"] for s in m["chains"]["ru"]),
            )
            await at_ru.find(
                "desk", lambda event: not event["desk"]["alarms"], after=at_ru.events.index(alarm)
            )

    on_line(tmp_path, do)
