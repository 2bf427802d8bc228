"""Sign, verify, agree, seal and derive; enters keys and bytes, leaves bytes or `VerificationError`.

The one rule: no other room imports a cryptography library, so whoever reviews our use of one reads this room only.
"""
