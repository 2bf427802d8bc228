"""The demo: two real nodes on one machine.

First the story (`march`, `playing`, `jumping`, `played`): 24 February to 24 March 2022, by both nodes' own services, on
a clock that jumps. Then both run on from that noon.

Headless (`story`): the main job plays itself. In: an empty folder and a text. Out: a `Summary`. Rule: every step ends
with what it claims being read from the records, and the first thing that does not hold ends the demo.

With consoles (`line`, `steps`): both nodes in this process, a path that people can cut, and eight steps that facts tick
off.
"""
