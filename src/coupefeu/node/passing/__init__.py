"""A notice on its way down, joined: what it says, who has it, and whom the desk telephones next.

The service of notices says what is announced, the service of passing who has it, and neither knows the other. The one
rule of the room: what is acted on is what stands on the record now, read when the officer acts.
"""
