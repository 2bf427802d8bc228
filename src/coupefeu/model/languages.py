"""The languages that the product speaks, and what is written in all of them."""

from dataclasses import dataclass

DISPLAY_LANGUAGES = ("en", "fr", "ru")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One name or sentence in the three display languages."""

    en: str
    fr: str
    ru: str

    def in_language(self, language: str) -> str:
        """Give the text in `language`; English when it is not one of the three."""
        return {"fr": self.fr, "ru": self.ru}.get(language, self.en)
