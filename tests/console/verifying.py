"""A file that a page gave, verified as a stranger would: by the command line, without a node."""

import io
import json
import zipfile

from typer.testing import CliRunner

from coupefeu.cli.main import make_app


def verify_zip(octets, folder):
    """Unpack a zip file in `folder`, verify what is in it, and give what `coupefeu verify --json` says."""
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        archive.extractall(folder)
    (inside,) = (each for each in folder.iterdir() if each.is_dir() and each.name.startswith("EXERCISE-"))
    result = CliRunner().invoke(make_app("verify"), ["verify", str(inside), "--json"])
    assert result.exit_code == 0, (result.output, result.exception)
    return json.loads(result.stdout)
