"""The words of the product in English, French and Russian: a key and values in, a sentence out.

The same `.ftl` files (Project Fluent) serve Python and the browser. Nothing from here ever enters an entry: codes
travel, words are the reader's. The one rule of the room: every key stands in every language, with the same values.
"""

from functools import cache
from importlib.resources import files

from fluent.runtime import FluentBundle, FluentResource

LANGUAGES = ("en", "fr", "ru")
LONG_CHARACTERS = 1_000
"""Fluent takes no value of more than 2,500: a longer one is put in behind it, for a name between noncharacters."""


def say(key: str, language: str, /, **values: str | int) -> str:
    """Give the words of `key` in a language; English for a language that has no file.

    Raises:
        KeyError: there is no such key, or a value is missing: a defect of ours, found by the tests.
    """
    bundle = _bundle(language if language in LANGUAGES else "en")
    message = bundle.get_message(key)
    if message.value is None:
        raise KeyError(key)
    stand_ins = {
        name: f"\ufdd0{name}\ufdd1" for name, value in values.items() if len(str(value)) > LONG_CHARACTERS
    }
    pattern, errors = bundle.format_pattern(message.value, values | stand_ins)
    if errors:
        raise KeyError(f"{key}: {errors[0]}")
    text = str(pattern)
    for name, stand_in in stand_ins.items():
        text = text.replace(stand_in, str(values[name]))
    return text


def label(name: str, value: str, language: str) -> str:
    """Put a name before a value, as the language writes it: `Place: ...`, `Lieu : ...`."""
    return say("labelled", language, name=name, value=value).rstrip()


def has(key: str) -> bool:
    """Whether there are words for a key (codes that came from a newer peer may have none)."""
    return bool(_bundle("en").has_message(key))


def source(language: str) -> str:
    """Give the Fluent file of one language, for the browser and for tests."""
    return files(__name__).joinpath(f"{language}.ftl").read_text("utf-8")


@cache
def _bundle(language: str) -> FluentBundle:
    # Isolation marks are invisible characters; values are made safe before they come here.
    bundle = FluentBundle([language], use_isolating=False)
    bundle.add_resource(FluentResource(source(language)))
    return bundle
