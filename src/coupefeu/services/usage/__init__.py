"""Usage figures: what a line was used for in a span of time, and how fast it was answered.

    views of messages, calls, notices -> selects -> counting, answer times, line tests, outcomes -> Usage

The one rule: an entry is counted in the span that its author's clock puts it in, so that both records give the same
figures of the same entries. Nothing is guessed: what has no answer is counted as unanswered, never left out.
"""
