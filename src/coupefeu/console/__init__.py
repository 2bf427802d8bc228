"""The console: what officers see in a browser. Requests and the node's events enter; JSON, events and pages leave.

The one rule: it decides nothing. An act goes to the node as a command and is shown once it is on the record; what an
author wrote leaves only through `services.messages.display`.

    static/: the pages, built from `frontend/` (`make console`)
"""
