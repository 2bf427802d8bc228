"""The live feed to a TAK server: what is in force is drawn there, and taken off when it no longer is.

    Desk.notices -> Feed (what changed since) -> CoT events -> one TCP connection, dialled anew with back-off

The one rule: a server that is slow, gone or hostile costs the line nothing: a task of its own, reads in a thread in
slices, nothing that comes from there is looked at.
"""
