"""Who is alerted, for real: an HTTP server and a mail server on loopback, with TLS, slow, refusing, or gone."""

import asyncio
import hashlib
import hmac
import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import h11
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

KEY = bytes(range(32))
USER, PASSWORD = "node-us", "a password of the node"


def make_certificate(folder):
    """Write a certificate for 127.0.0.1, its own authority, with its key; gives the file and the server's context."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "alerts of a test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), now - timedelta(1), now + timedelta(1)
        )
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    (folder / "authorities.pem").write_bytes(pem)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.pem").write_bytes(pem + private)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem")
    return context


class Receiving:
    """A server that may be closed and opened again on the same port; `taken` is what it took."""

    def __init__(self, context=None):
        self.taken, self.connections = [], 0
        self._context, self._server, self._writers = context, None, set()
        self._more = asyncio.Condition()
        self.port = 0
        self.holds = None
        """An event that it waits for before it answers anything."""

    async def open(self):
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, ssl=self._context)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def close(self):
        self._server.close()
        for writer in self._writers:
            writer.close()
        self._writers.clear()

    async def take(self, thing):
        async with self._more:
            self.taken.append(thing)
            self._more.notify_all()

    async def until(self, count):
        """Wait until so many were taken, and give the last."""
        async with self._more:
            await self._more.wait_for(lambda: len(self.taken) >= count)
        return self.taken[count - 1]

    async def _accept(self, reader, writer):
        self.connections += 1
        self._writers.add(writer)
        try:
            if self.holds is not None:
                await self.holds.wait()
            await self.serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.close()


class Hook(Receiving):
    """An HTTP server that verifies who posts, as docs/operators.md tells receivers to."""

    def __init__(self, context=None, *, key=KEY, answers=()):
        super().__init__(context)
        self._key, self._answers = key, list(answers)

    async def serve(self, reader, writer):
        connection = h11.Connection(h11.SERVER)
        request, body = None, b""
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                connection.receive_data(await reader.read(65_536))
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                break
            else:
                return
        headers = {name.decode(): value.decode() for name, value in request.headers}
        status = self._answers.pop(0) if self._answers else self._judge(headers, body)
        response = h11.Response(status_code=status, headers=[("Content-Length", "0")])
        writer.write(connection.send(response) + connection.send(h11.EndOfMessage()))
        await writer.drain()
        if status == 200:
            await self.take((headers, body))

    def _judge(self, headers, body):
        signed = headers["coupefeu-timestamp"].encode() + b"." + body
        expected = "v1=" + hmac.new(self._key, signed, hashlib.sha256).hexdigest()
        return 200 if hmac.compare_digest(expected, headers["coupefeu-signature"]) else 401


class Post(Receiving):
    """A mail server: ESMTP with STARTTLS or TLS, which takes mail of who has signed in."""

    def __init__(self, context, *, starttls=True, offers=True, refuses=()):
        super().__init__(None if starttls else context)
        self._upgrade = context if starttls else None
        self._offers, self._refuses = offers, refuses
        self.said = []

    async def serve(self, reader, writer):
        self._reader, self._writer = reader, writer
        is_safe, is_known, addresses = self._upgrade is None, False, []
        self._say(220, "mail of a test")
        while line := (await self._reader.readline()).decode().strip():
            verb = line.partition(" ")[0].upper()
            self.said.append(verb)
            match verb:
                case "EHLO":
                    offered = ["STARTTLS"] if not is_safe and self._offers else []
                    offered += ["AUTH PLAIN"] if is_safe else []
                    rows = ["mail of a test", *offered]
                    for row in rows[:-1]:
                        self._writer.write(f"250-{row}\r\n".encode())
                    self._say(250, rows[-1])
                case "STARTTLS":
                    self._say(220, "go ahead")
                    await self._writer.start_tls(self._upgrade)
                    is_safe = True
                case "AUTH":
                    is_known = is_safe and line.split()[-1] == _plain()
                    self._say(*((235, "known") if is_known else (535, "who are you")))
                case "MAIL":
                    self._say(*((250, "good") if is_known else (530, "sign in first")))
                case "RCPT":
                    is_taken = not any(each in line for each in self._refuses)
                    addresses += [line] if is_taken else []
                    self._say(*((250, "good") if is_taken else (550, "nobody here")))
                case "DATA":
                    self._say(354, "go on")
                    octets = await self._reader.readuntil(b"\r\n.\r\n")
                    await self.take((message_from_bytes(octets[:-5], policy=default), tuple(addresses)))
                    self._say(250, "taken")
                case "QUIT":
                    self._say(221, "bye")
                    return
                case _:
                    self._say(250, "good")

    def _say(self, code, words):
        self._writer.write(f"{code} {words}\r\n".encode())


def _plain():
    from base64 import b64encode

    return b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()
