"""Data that checkouts share and that is no part of the product: the one place where it is looked for."""

import os
from pathlib import Path
from typing import Final

DATA_FOLDER: Final = "../shared/data"
"""Where it lies unless COUPEFEU_DATA names another folder; a relative one is meant from where one stands."""


def data_folder() -> Path:
    """Give the folder of shared data, whether or not it is there."""
    return Path(os.environ.get("COUPEFEU_DATA") or DATA_FOLDER)


def find_file(path: Path) -> Path:
    """Give a file as it is named; one that is not there, from the folder of shared data where that has it."""
    shared = data_folder() / path
    return shared if not path.exists() and shared.exists() else path
