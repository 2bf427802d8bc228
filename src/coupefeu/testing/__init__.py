"""Public fakes: a clock that jumps, a wire that loses, two joined links, a line with keys made from names.

The one rule: everything repeats. What looks random comes from a seed; no test sleeps.
"""
