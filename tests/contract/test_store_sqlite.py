"""SQLite is a store."""

import pytest

from coupefeu.services.every import SERVICES
from coupefeu.store.keeper import Keeper
from coupefeu.store.reader import Reader
from coupefeu.testing.line import make_line
from coupefeu.testing.store_contract import AGREEMENT, STORE_CHECKS, StoreUnderTest


@pytest.mark.parametrize("check", STORE_CHECKS, ids=lambda check: check.__name__)
def test_contract(check, tmp_path):
    path = tmp_path / "record.db"
    line = make_line(AGREEMENT, "us")
    check(
        StoreUnderTest(
            open=lambda: Keeper(path, line, SERVICES, AGREEMENT), read=lambda: Reader(path, running=True)
        )
    )
