"""What a node does by itself at its time: the engine asks when, and calls it then and not before."""

from coupefeu.testing.joined import JoinedNodes


class Bell:
    """Rings every ten seconds."""

    def __init__(self, start_ms):
        self.due_ms = start_ms + 10_000
        self.rung_ms = []

    def next_ms(self):
        return self.due_ms

    def handle_timer(self, now):
        if now.mono_ms >= self.due_ms:
            self.rung_ms.append(now.mono_ms)
            self.due_ms += 10_000


def test_an_order_is_called_at_its_time_also_where_the_line_is_silent(tmp_path):
    nodes = JoinedNodes(tmp_path)
    bell = Bell(nodes.clock.mono_ms)
    nodes.us.engine.stand_by(bell)
    nodes.run(seconds=35)
    assert bell.rung_ms == [10_000, 20_000, 30_000]
