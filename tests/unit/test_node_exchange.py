"""One request to a server that may do anything: it costs a bounded time and bounded bytes, and leads nowhere else."""

import asyncio
import contextlib
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from coupefeu.errors import BearerError, ConfigError
from coupefeu.node import exchange
from coupefeu.node.exchange import MAX_REPLY_BYTES, Reply, check_url, post

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 5\r\n\r\nhello"


def asked(answer, body=b"question"):
    """Ask a server that sends `answer`, or does it; gives the reply, and what the server was sent."""
    got, serving = bytearray(), []

    async def serve(reader, writer):
        serving.append(asyncio.current_task())
        try:
            got.extend(await reader.readuntil(b"\r\n\r\n"))
            got.extend(await reader.readexactly(len(body)))
            if callable(answer):
                await answer(writer)
            else:
                writer.write(answer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def run():
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            try:
                return await post(f"http://127.0.0.1:{port}/prefix/ask", body)
            finally:
                await asyncio.gather(*serving)

    return asyncio.run(run()), bytes(got)


def test_a_request_and_its_answer():
    reply, got = asked(OK)
    assert reply == Reply(status=200, content_type="text/plain", body=b"hello")
    assert got.startswith(b"POST /prefix/ask HTTP/1.1\r\n")
    assert got.endswith(b"\r\n\r\nquestion")


@pytest.mark.parametrize(
    ("head", "status", "kind"),
    [
        (b"409 Conflict\r\nContent-Type: Text/X.Tlog.Size\r\n", 409, "text/x.tlog.size"),
        (b"302 Found\r\nLocation: http://127.0.0.1:1/\r\n", 302, ""),
        (b"200 OK\r\nContent-Type: a/b\r\nContent-Type: c/d\r\n", 200, ""),
    ],
)
def test_a_status_is_what_it_is_and_a_redirect_is_followed_nowhere(head, status, kind):
    reply, _ = asked(b"HTTP/1.1 " + head + b"Content-Length: 2\r\n\r\n9\n")
    assert reply == Reply(status=status, content_type=kind, body=b"9\n")


def test_an_answer_may_come_in_chunks_or_end_with_the_connection():
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    assert asked(chunked)[0].body == b"hello"
    assert asked(b"HTTP/1.1 200 OK\r\n\r\nhello")[0].body == b"hello"
    assert asked(b"HTTP/1.1 100 Continue\r\n\r\n" + OK)[0].body == b"hello"


async def _endless(writer):
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(bytes(65_536))
        await writer.drain()


async def _endless_informing(writer):
    while True:
        writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1_000)
        await writer.drain()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"", "failed"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", "failed"),
        (b"no http at all\r\n\r\n", "failed"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 20_000, "failed"),
        (_endless, "too_long"),
        (_endless_informing, "too_long"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + bytes(MAX_REPLY_BYTES), "too_long"),
    ],
    ids=["nothing", "cut", "other", "long-head", "endless", "endless-hints", "too-long"],
)
def test_what_is_no_answer_or_too_much_is_given_up(answer, code):
    with pytest.raises(BearerError, match=rf"node\.exchange\.{code}"):
        asked(answer)


def test_a_server_that_says_nothing_is_given_up(monkeypatch):
    monkeypatch.setattr(exchange, "WITHIN_S", 0.05)

    async def silent(writer):
        writer.write(b"HTTP/1.1 200 OK\r\n")
        await writer.drain()
        while True:  # a byte now and then: no single wait is long, all of them are
            writer.write(b"X")
            await asyncio.sleep(0.01)
            await writer.drain()

    with pytest.raises(BearerError, match=r"node\.exchange\.timeout"):
        asked(silent)


def test_where_nobody_listens_is_told():
    with pytest.raises(BearerError, match=r"node\.exchange\.failed"):
        asyncio.run(post("http://127.0.0.1:1/ask", b""))


@pytest.fixture
def certificate(tmp_path):
    """A certificate of `localhost` that vouches for itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "localhost.pem"
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path.write_bytes(made.public_bytes(pem) + key.private_bytes(pem, form, serialization.NoEncryption()))
    return path


@pytest.mark.parametrize("is_trusted", [True, False])
def test_a_certificate_is_judged_by_the_authorities_of_the_system(certificate, monkeypatch, is_trusted):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    if is_trusted:
        trusting = ssl.create_default_context(cafile=str(certificate))
        monkeypatch.setattr(exchange, "_context", lambda: trusting)

    def serve_once(listener):
        accepted, _ = listener.accept()
        with contextlib.suppress(OSError), context.wrap_socket(accepted, server_side=True) as secured:
            secured.recv(4_096)
            secured.sendall(OK)
        accepted.close()

    def run(host):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            serving = threading.Thread(target=serve_once, args=(listener,))
            serving.start()
            try:
                return asyncio.run(post(f"https://{host}:{listener.getsockname()[1]}/ask", b""))
            finally:
                serving.join()

    if is_trusted:
        assert run("localhost").body == b"hello"
    with pytest.raises(BearerError, match="its certificate does not hold"):
        run("127.0.0.1" if is_trusted else "localhost")


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("https://witness.example", "https://witness.example"),
        ("http://192.0.2.7:8080/a/b/", "http://192.0.2.7:8080/a/b"),
        ("http://[::1]:80", "http://[::1]:80"),
    ],
)
def test_addresses(text, taken):
    assert check_url(text) == taken


@pytest.mark.parametrize(
    "text",
    [
        "",
        "witness.example",
        "ftp://witness.example",
        "file:///etc/passwd",
        "http://",
        "http://:80",
        "http://a:0",
        "http://a:70000",
        "http://a:b",
        "http://user@a",
        "http://a?x",
        "http://a#x",
        "http://a b",
        "http://a\r\nX: y",
        "http://[::1",
        "http://[x]",
        "http://é.example",
        "https://" + "a" * 600,
    ],
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(ConfigError, match=r"node\.exchange\.url"):
        check_url(text)
