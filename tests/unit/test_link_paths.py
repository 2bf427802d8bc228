"""What is shown of the paths of a link: what a stranger opened is none of them, and what has gone says since when."""

from coupefeu.link.paths import Paths


def shown(paths):
    return [(each.dialled, each.is_open, each.answered, each.since_ms) for each in paths.states()]


def test_a_path_is_shown_once_we_dialled_it_or_the_other_side_has_shown_itself_there():
    paths = Paths()
    paths.open(1, 0, 100, dialled=False, by_smaller=True)
    assert shown(paths) == []
    paths.open(2, 0, 200, dialled=True, by_smaller=False)
    assert shown(paths) == [(True, True, False, 200)]
    stranger = paths.get(1)
    stranger.answered, stranger.answered_ms = True, 300
    assert shown(paths) == [(False, True, True, 300), (True, True, False, 200)]


def test_a_dead_path_is_no_proof_and_comes_last():
    paths = Paths()
    for number in (1, 2):
        path = paths.open(number, 0, 100 * number, dialled=True, by_smaller=True)
        path.answered, path.answered_ms = True, 100 * number + 10
    paths.get(2).dead = True
    assert shown(paths) == [(True, True, True, 110), (True, True, False, 210)]


def test_of_what_has_gone_the_last_of_each_sort_is_shown_and_no_stranger():
    paths = Paths()
    paths.open(1, 0, 100, dialled=True, by_smaller=True)
    paths.open(2, 0, 200, dialled=False, by_smaller=False)
    paths.close(1, 500)
    paths.close(2, 600)
    paths.close(3, 700)
    assert shown(paths) == [(True, False, False, 500)]
    paths.open(4, 0, 800, dialled=True, by_smaller=True)
    assert shown(paths) == [(True, True, False, 800), (True, False, False, 500)]
    paths.close(4, 900)
    assert shown(paths) == [(True, False, False, 900)]


def test_a_link_says_when_it_heard_something_and_which_paths_it_has(two):
    assert two.run(10_000, lambda: all(end.link.state().alive for end in two.ends))
    for end in two.ends:
        heard_ms = end.link.state().heard_ms
        assert two.clock.mono_ms - heard_ms <= 2_000
        assert any(each.answered for each in end.link.paths())
    before = two.ends[0].link.state().heard_ms
    assert two.run(10_000, lambda: two.ends[0].link.state().heard_ms > before)
