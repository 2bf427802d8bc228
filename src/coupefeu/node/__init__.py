"""The one process. Commands, datagrams and the clock enter; commits, datagrams, events and answers leave.

The one rule: nobody is told before it is durable. Time, randomness, sockets, tasks and the folder live here alone.

    node.Node -> reach -> backend (a running node) | local (this process) -> runtime -> engine -> link, store
    folder, folder_files, pairing, in_force: what lies on disk, and how it comes to be in force
    desk, standing, export, prove: what is read from a record, with or without a running node
    exercise, demo, bench: two whole nodes on one machine
"""
