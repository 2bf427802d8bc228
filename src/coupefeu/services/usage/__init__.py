"""Usage figures: what a line was used for in a span of time, and how fast it was answered.

    views of messages, calls, notices, counted times -> selects -> counting, answer times, line tests, outcomes -> Usage

The one rule: an entry is counted when the firebreak counts it, at the time that its author claims or at the nearer
bound that the entries prove, so that both records give the same figures of the same entries and nobody dates an answer
back. Nothing is guessed: what has no answer is counted as unanswered, never left out.
"""
