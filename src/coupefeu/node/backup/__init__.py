"""A node's folder as one file, and back (protocol A13).

In: the folder of a node, running or stopped; or such a file. Out: the file; or a new folder that starts recovering.
The rule: the high-water file is in no backup, so what comes back signs nothing before it has learned how far it signed.
"""
