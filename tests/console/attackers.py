"""A stranger's web server on this machine: pages of another origin, opened in the browser that is signed in."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Stranger:
    """Serves one page, whatever is asked; `origin(host)` is where it is reached."""

    def __init__(self, server):
        self._port = server.server_address[1]

    def origin(self, host):
        return f"http://{host}:{self._port}"


class _Page(BaseHTTPRequestHandler):
    def do_GET(self):
        content = b"<!doctype html><title>stranger</title><body></body>"
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_given):
        pass


@contextmanager
def stranger():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield Stranger(server)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
