"""Values to bytes and back, one file per format; enters `model` and bytes, leaves bytes and `model`.

The one rule: arbitrary bytes give a value or `PeerError`, within stated bounds, and never anything else.
"""
