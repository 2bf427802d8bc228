"""The line itself, without I/O: datagrams, `now` and fresh entropy enter; datagrams, events and the next timer leave.

The one rule: nothing here is evidence. A session says who speaks; only a signature that `record` has verified proves.
Source: protocol B; published as docs/spec/link.md.
"""
