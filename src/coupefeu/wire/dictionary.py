"""The static dictionary with which each entry is deflated; both sides name it by its hash.

It holds what desks write, most frequent last: deflate reaches back, and the end is nearest. Changing one byte
makes another dictionary, so a change is a new version of the link protocol.
"""

import hashlib
from typing import Final

_RUSSIAN = (
    "Прошу подтвердить получение. Повторяю. Немедленно прекратите огонь. Наш самолёт находится в районе "
    "учений. Сообщение от имени министра. С уважением, "
)
_FRENCH = (
    "Veuillez accuser réception. Je répète. Cessez immédiatement le feu. Nos forces ont observé un "
    "aéronef dans la zone de l'exercice. Message de la part du ministre. Nous vous prions de confirmer. "
    "Veuillez agréer, "
)
_ENGLISH = (
    "Mr. Chairman, Mr. President, Minister, Secretary, Excellency, on behalf of my Government. "
    "humanitarian convoy hospital medical evacuation search and rescue survivors civilian casualties "
    "notification deconfliction ceasefire agreement protocol violation investigation explanation protest "
    "clarification correction cancellation unmanned aerial vehicle helicopter fighter bomber "
    "reconnaissance tanker submarine destroyer frigate vessel ship artillery missile launch rocket "
    "battery convoy troops ground forces unit battalion border frontier demarcation line airspace "
    "territorial waters international corridor exercise area danger zone firing range buffer zone "
    "January February March April May June July August September October November December Monday "
    "Tuesday Wednesday Thursday Friday Saturday Sunday 2022 2023 2024 2025 2026 2027 0123456789 00:00Z "
    "10:30Z 12:00Z 15:45Z 18:00Z UTC degrees minutes seconds north south east west latitude longitude "
    "altitude heading speed knots metres feet kilometres nautical miles flight level above sea level N "
    "35 E 040 E 33 N 48 W 170 hours minutes ago approximately between and within at least no later than "
    "before after until since during following further immediately Confirm receipt. Acknowledge. Say "
    "again. I repeat. Read back. Stand by. Hold fire. Cease fire immediately. STOP your fire on our "
    "forces at position Your aircraft is approaching Our aircraft are operating in the area of We have "
    "received your message of We have no knowledge of We are investigating We request an explanation of "
    "We request that you inform us of Please confirm that your forces have been informed. Please advise "
    "whether Please pass this to the unit concerned. The aircraft has been ordered to leave. This is not "
    "an attack. will be conducted from to was observed at has been reported by there has been there was "
    "there are there is a which would have should could not be able to because of the with the from the "
    "by the for the on the at the that the to the in the of the and the, and that we are our your their "
    "they have been is not are not will not has not "
)
_HEADS = (
    b"\xa2\x00\x18\x20\x01\x01\xa1\x00\x01\xa3\x00\x00\x01\x00\x02\x00\xa4\x00\x01\x01\x02\x02\x03\x03\x04"
    b"\x05bru\x06\x01\x05bfr\x06\x01\x05ben\x06\x01\xa8\x00\x18\x20\x01\x67minister\x02\x81\x69secretary\x03\x01"
    b"\xa7\x00\x10\x01\x65chief\x02\x81\x65chief\x03\x02\x04\x1b\x00\x00\x01\xa0"
    b"\x00\x11\x01ddesk\x02\x81ddesk\x03\x00\x04\x1b\x00\x00\x01\xa2\x00\x12\x01ddesk\x02\x81ddesk\x03\x01\x04\x1b"
    b"\x00\x10\x01ddesk\x02\x81ddesk\x03\x02\x04\x1b\x00\x00\x01\x9e\x05ben\x06\x01"
    b"\x00\x10\x01iduty-desk\x02\x81iduty-desk\x03\x01\x04\x1b\x00\x00\x01\xa4\x05ben\x06\x01"
)

DICTIONARY: Final = (_RUSSIAN + _FRENCH + _ENGLISH).encode() + _HEADS
DICTIONARY_HASH: Final = hashlib.sha256(DICTIONARY).hexdigest()
