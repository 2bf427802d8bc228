"""Notices out to other programs: GeoJSON, CSV, CAP 1.2, CoT; on an exercise line each says EXERCISE.

    NoticeView -> feature_of -> one text of all of them, or (CAP) one message a notice

The one rule: a notice whose content is gone is named and not written; nothing is made smaller or earlier than it is.
"""
