"""Coupe-feu: a line between parties that do not trust one another and must not collide by accident."""
