"""The only writers: one async function for each thing that a person or a machine can do, one transaction each.

A use case reads rows, asks the core what should happen, and in one transaction writes the new state, the timeline and
the messages owed. It touches the database only, so it takes milliseconds and its caller may wait for it.
"""
