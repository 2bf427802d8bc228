"""June 1967: nineteen messages in a week, and a form of address that was taken for an insult.

In the six days of war the Moscow-Washington line carried its first messages in earnest, nineteen of them. The very
first began with the wrong form of address: the translators had asked their opposite numbers how the premier was to be
addressed, were told "Comrade Kosygin", and used it, which sounded like mockery when it reached him. The question had
been asked on the same wire as the principals' messages.

Here a party states itself, in three languages, how each of its posts is to be addressed; operators put what is still
unclear into a SERVICE MESSAGE, which never stands in the principals' thread and never rings.
"""

import pytest
from tests.scenario.stage import MINUTE, do, open_line, say, verify_all

from coupefeu.errors import UsageError
from coupefeu.model.messages import Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.messages.commands import Take
from coupefeu.services.messages.status import StepName

PRINCIPALS = {"us": ("us.secretary", "ru.minister"), "ru": ("ru.minister", "us.secretary")}
WEEK = ("ru", "us") * 9 + ("us",)


def principals_say(node, text):
    from_post, to_post = PRINCIPALS[node.name]
    return say(
        node,
        Form.FREE_TEXT,
        text=text,
        from_post=from_post,
        to_posts=(to_post,),
        precedence=Precedence.IMMEDIATE,
    )


def test_nineteen_messages_and_the_question_beside_them(tmp_path):
    nodes = open_line(tmp_path)
    by_name = {node.name: node for node in nodes.nodes}
    thread = []
    for number, author in enumerate(WEEK):
        thread.append(principals_say(by_name[author], f"Message {number + 1}"))
        nodes.run(seconds=2 * MINUTE)
    question = say(
        nodes.us,
        Form.SERVICE_MESSAGE,
        subject=Subject.SERVICE,
        text="How is your Minister to be addressed in English?",
    )
    nodes.run(seconds=MINUTE)
    answer = say(
        nodes.ru, Form.SERVICE_MESSAGE, subject=Subject.SERVICE, text="As the agreement says: Mr Minister."
    )
    do(nodes.ru, Take, question)
    nodes.run(seconds=MINUTE)

    for node in nodes.nodes:
        desk = node.desk()
        everything = desk.inbox()
        desk.close()
        service = [status for status in everything if status.subject is Subject.SERVICE]
        principals = [status for status in everything if status.subject is not Subject.SERVICE]
        assert [status.id for status in reversed(principals)] == thread
        assert [status.id for status in reversed(service)] == [question, answer]
        assert {status.to_posts for status in service} == {("us.duty",), ("ru.duty",)}, "desk to desk"
        assert not any("duty" in post for status in principals for post in status.to_posts)
        assert not any(status.sounds for status in everything)
        assert node.message(question).chain("ru").step(StepName.TAKEN_BY).done
    audits = verify_all(nodes, tmp_path / "export")
    assert audits["us"].size + audits["ru"].size == 19 + 3


def test_each_party_says_itself_how_its_posts_are_addressed(tmp_path):
    nodes = open_line(tmp_path)
    for node in nodes.nodes:
        minister = node.agreement.post("ru.minister")
        assert [minister.address.in_language(code) for code in ("en", "fr", "ru")] == [
            "Mr Minister",
            "Monsieur le Ministre",
            "Господин министр",
        ]


def test_a_service_message_cannot_pass_for_anything_else(tmp_path):
    nodes = open_line(tmp_path)
    for subject in set(Subject) - {Subject.SERVICE}:
        with pytest.raises(UsageError, match="subject"):
            say(nodes.us, Form.SERVICE_MESSAGE, subject=subject, text="Form of address?")
