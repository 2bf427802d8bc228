"""A node that came back from a backup says on every page that it signs nothing, and what it awaits, until it does."""

from coupefeu.keys.notes import LogSigner
from coupefeu.node.recovery.asking import Recoverer, Stage
from coupefeu.testing.line import private_key

NOTHING_SIGNED = {"en": "signs nothing", "fr": "ne signe rien", "ru": "ничего не подписывает"}


def recover(desk):
    """Let a running node begin to recover, as at a start without its high-water file; nobody answers it."""

    def begin():
        recoverer = Recoverer(
            reason="the high-water file is missing",
            marks=None,
            log_signer=LogSigner("us", private_key("us", "log")),
            save=lambda marks, then: None,
            resume=lambda: None,
        )
        desk.engine.recover(recoverer, (0, 1))
        desk.engine.recovery._announce()

    desk.thread.call(begin)


def test_every_page_says_first_that_the_node_recovers_and_how_that_stands(fresh_desks, open_page):
    us = fresh_desks.us
    page = open_page(us, "#/line")
    assert page.get_by_test_id("recovering").count() == 0
    recover(us)
    band = page.get_by_test_id("recovering")
    band.get_by_text(NOTHING_SIGNED["en"]).wait_for()
    assert "has not told yet" in band.inner_text()
    for language, words in NOTHING_SIGNED.items():
        other = open_page(us, "#/record", language=language, width=360)
        other.get_by_test_id("recovering").get_by_text(words).wait_for()
    us.engine.recovery._stage = Stage.FORKED
    us.thread.call(us.engine.recovery._announce)
    band.get_by_text("Only a new incarnation goes on").wait_for()
