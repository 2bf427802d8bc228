"""A job that writes something beside, tells its process id as its progress and waits for ever."""

import os
import signal
import sys
import tempfile
from pathlib import Path

(Path(tempfile.mkdtemp()) / "entry").write_text("something of the record")
sys.stdout.write(f'{{"done": {os.getpid()}, "total": 1}}\n')
sys.stdout.flush()
signal.pause()
