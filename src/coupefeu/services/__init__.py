"""The domain, a room for each service. Commands and recorded entries enter; drafts, statements and refusals leave.

The one rule: same entries, same view. `facts` says what is written, `rules` decide, `views` name the rows; none of them
executes anything or reads a clock. `base` is what the store knows of a service.
"""
