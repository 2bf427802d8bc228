"""The demo: the main job, played between two real nodes on one machine.

In: an empty folder and a text. Out: a `Summary`. Rule: every step ends with what it claims being read from the
records, and the first thing that does not hold ends the demo.
"""
