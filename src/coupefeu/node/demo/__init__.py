"""The demo: two real nodes on one machine.

Headless (`story`): the main job plays itself. In: an empty folder and a text. Out: a `Summary`. Rule: every step ends
with what it claims being read from the records, and the first thing that does not hold ends the demo.

With consoles (`line`, `opening`, `steps`): both nodes in this process, a path that people can cut, and six steps that
facts tick off.
"""
