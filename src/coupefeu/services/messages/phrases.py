"""The phrase book: 24 codes with typed slots. The words stand in `words/*.ftl` as `phrase-NN`, slots in this order.

Only the code and the slots travel; each reader sees the phrase in the reader's own language. Source: the five-column
phrase tables of the 1989 Dangerous Military Activities agreement and the sea signals with parameters.
"""

from coupefeu.model.messages import FieldKind

PLACE, TIME, NUMBER = FieldKind.PLACE, FieldKind.TIME, FieldKind.NUMBER

PHRASES: dict[int, tuple[FieldKind, ...]] = {
    1: (PLACE,),  # cease fire at
    2: (PLACE, TIME),  # we have ceased fire at
    3: (PLACE,),  # we are under fire at
    4: (PLACE,),  # our aircraft is astray near
    5: (PLACE, TIME),  # accidental launch, impact at
    6: (PLACE,),  # our ship or aircraft is in distress at
    7: (PLACE, TIME),  # rescue under way at, until
    8: (PLACE, TIME),  # we ask for safe passage at, from
    9: (PLACE, TIME),  # we give safe passage at, from
    10: (PLACE, TIME),  # keep clear of, until
    11: (PLACE, TIME),  # we keep clear of, until
    12: (PLACE, NUMBER),  # your aircraft is too close; distance in km
    13: (PLACE, NUMBER),  # your ship is too close; distance in nautical miles
    14: (PLACE, NUMBER),  # civilians are at; how many
    15: (PLACE, NUMBER),  # our personnel are at; how many
    16: (PLACE,),  # we have no forces at
    17: (PLACE,),  # what are your forces doing at
    18: (PLACE, TIME),  # the activity at has ended
    19: (TIME,),  # we are finding out, answer by
    20: (),  # we agree
    21: (),  # we do not agree
    22: (),  # we do not understand
    23: (TIME,),  # we propose to speak at
    24: (TIME,),  # this line will be out of service until
}
