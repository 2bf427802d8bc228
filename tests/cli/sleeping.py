"""A job that tells its process id as its progress and waits for ever."""

import os
import signal
import sys

sys.stdout.write(f'{{"done": {os.getpid()}, "total": 1}}\n')
sys.stdout.flush()
signal.pause()
