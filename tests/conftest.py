"""Property tests draw the same examples on every run; `HYPOTHESIS_PROFILE=soak` draws many more, at random."""

import os

from hypothesis import settings

settings.register_profile("seeded", derandomize=True, deadline=None, max_examples=100)
settings.register_profile("soak", deadline=None, max_examples=1_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "seeded"))
