"""The title of a reason says in words what is overdue, about what, and whose act it is: never a code alone."""

from contextlib import closing

import pytest
from tests.scenario.stage import open_line

from coupefeu.cli.firebreak_words import firebreak_lines
from coupefeu.model.precedence import Precedence
from coupefeu.model.topics import Topic
from coupefeu.services.firebreak.gathering import OPENED_TOPICS
from coupefeu.words import LANGUAGES, say


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic", [*OPENED_TOPICS, Topic.CONFLICT])
def test_whatever_is_opened_and_awaited_has_a_title_in_words(topic, language):
    title = say(f"firebreak-page-subject-{topic.replace('_', '-')}", language, about="US/14", party="RU")
    assert "US/14" in title
    assert len(title.split()) > 2


def test_the_command_line_says_of_a_flash_that_nobody_took_what_is_overdue_and_whose_it_is(tmp_path):
    nodes = open_line(tmp_path)
    number = nodes.ru.say("Nobody takes it.", Precedence.FLASH)
    nodes.run(seconds=3_600)
    with closing(nodes.us.desk()) as desk:
        said = "\n".join(firebreak_lines(desk.firebreak.now(), desk.context(), "en"))
    assert number == (1, 0)
    assert "Message RU/0: an acknowledgement by US is overdue" in said
