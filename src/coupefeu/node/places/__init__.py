"""Positions re-stated for people: in both notations, with distance and bearing from a named feature.

    features.csv (ours, in the package; a party's own in its node's folder) -> Gazetteer
    a position -> restate -> "48-12-30.6N 016-22-19.5E", "33UXP0193640383", 2 km on a bearing of 045 from Vienna

Named features are cities, ports, capes, straits and islands: names and positions, no borders and no claims. Which of
them are shown is a party's own choice, and none ever enters a record. The one rule: nothing here is loaded before a
position is first re-stated.
"""
