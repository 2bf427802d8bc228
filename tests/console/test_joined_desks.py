"""The two desks that page tests stand on: joined, signed in to, cut, killed and started again."""

from urllib.parse import urlsplit

from tests.console.desks import wait_until


def test_what_one_desk_sends_the_other_has(desks):
    sent = desks.us.write("Our patrol leaves at noon.")
    assert desks.ru.has(sent).content.text == "Our patrol leaves at noon."


def test_each_party_has_a_console_of_its_own_name(desks):
    assert urlsplit(desks.us.link()).hostname == "us.localhost"
    assert urlsplit(desks.ru.link()).hostname == "ru.localhost"


def test_a_window_is_signed_in_and_without_a_session_it_is_not(window, desks):
    address = desks.us.sign_in(window, language="fr")
    page = window.context.new_page()
    signed = page.request.get(f"{address.replace('us.localhost', '127.0.0.1')}/api/session")
    assert signed.status == 401  # the cookie is bound to the name
    page.goto(address)
    values = page.evaluate("() => fetch('/api/session').then((answer) => answer.json())")
    assert (values["party"], values["post"], values["language"]) == ("us", "us.duty", "fr")


def test_while_the_path_is_cut_nothing_arrives_and_afterwards_it_does(fresh_desks):
    fresh_desks.cut()
    sent = fresh_desks.us.write("Behind the cut.")
    assert fresh_desks.ru._find(sent) is None
    fresh_desks.mend()
    assert fresh_desks.ru.has(sent)


def test_a_killed_node_comes_back_at_the_same_address(desk_processes):
    before = urlsplit(desk_processes.us.link()).port
    desk_processes.kill("us")
    desk_processes.start("us")
    assert urlsplit(desk_processes.us.link()).port == before
    sent = desk_processes.us.write("After the power cut.")
    assert wait_until(lambda: desk_processes.ru._find(sent))
