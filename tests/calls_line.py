"""Two joined nodes of which nothing rings by itself: a test says what each side does about a call, and when."""

from coupefeu.services.calls.commands import PlaceCall
from coupefeu.testing.joined import JoinedNodes


class Calls:
    """Two nodes, of which nothing rings by itself."""

    def __init__(self, folder):
        self.nodes = JoinedNodes(folder)
        self.us, self.ru = self.nodes.nodes

    def connect(self):
        self.nodes.connect()
        self.run()

    def run(self, seconds=1):
        self.nodes.run(seconds=seconds)

    def place(self, node=None, to="ru.duty", from_post="us.duty", **fields):
        call = (node or self.us).act(PlaceCall(from_post=from_post, to_post=to, **fields))[0]
        self.run()
        return call

    def ru_does(self, command, call, **fields):
        self.ru.act(command(call=call, from_post="ru.duty", **fields))
        self.run()

    def look(self, node, read):
        desk = node.desk()
        try:
            return read(desk)
        finally:
            desk.close()

    def both(self, read):
        return [self.look(node, read) for node in self.nodes.nodes]
