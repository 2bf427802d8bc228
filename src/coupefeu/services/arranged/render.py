"""An arranged call in words of one language, for a terminal; the pages say the same with the same keys."""

from coupefeu.words import say


def effect_words(reason: str, language: str) -> str:
    """Say why an act has no effect."""
    return say(f"arrange-effect-{reason.replace('_', '-')}", language)
