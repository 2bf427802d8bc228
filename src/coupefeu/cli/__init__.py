"""What people type: words in, words or one JSON object out, one file for each command or family of commands.

The one rule: nothing is decided here. A command asks the node, reads the record, and says what the two answered;
`main` alone turns an error into an exit code.
"""
