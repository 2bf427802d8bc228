"""Notices: who will be where and when, what the other side says of it, and what became of conflicts."""
