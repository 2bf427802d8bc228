"""A console for other machines: the page that says how is run as it stands, and opened in the real Chromium."""

import asyncio
import contextlib
import os
import pty
import re
import shutil
import socket
import ssl
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.console.browser import ARGUMENTS, PATH
from tests.console.desks import PATIENCE_S, LoopThread
from tests.console.serving import config_of, make_folders, serving
from tests.documents import ROOT

from coupefeu.console.config import Tls, read_config
from coupefeu.console.server import Console
from coupefeu.console.tls import Certificate
from coupefeu.errors import ConfigError
from coupefeu.keys.certificates import CertificateFacts, read_certificate
from coupefeu.node.folder import NodeFolder
from coupefeu.node.folder_files import write_node_file
from coupefeu.node.local import LocalBackend

PAGE = (ROOT / "docs" / "console-certificate.md").read_text("utf-8")
NAME = "desk.example.org"
PASS_PHRASE = b"over the hills and far away\n"
NOW = datetime.now(UTC)
NOW_MS = int(NOW.timestamp()) * 1_000


def blocks(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def type_in(script, folder):
    """Run a script at a terminal of its own, typing the pass phrase wherever it is asked for."""
    terminal, its_end = pty.openpty()
    command = ["setsid", "--ctty", "--wait", "bash", "-euc", script]
    ends = dict.fromkeys(("stdin", "stdout", "stderr"), its_end)
    with subprocess.Popen(command, cwd=folder, **ends) as running:
        os.close(its_end)
        shown = b""
        with contextlib.suppress(OSError):  # so a terminal says that its other end is closed
            while part := os.read(terminal, 4_096):
                shown += part
                if re.search(rb"pass phrase[^\n]*:\s*$", shown):
                    os.write(terminal, PASS_PHRASE)
                    shown += b"\n"
    os.close(terminal)
    assert running.returncode == 0, shown.decode()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """What the page makes: the authority, the console's certificate and key."""
    folder = tmp_path_factory.mktemp("authority")
    for script in blocks("sh")[:2]:
        type_in(script, folder)
    return folder


@pytest.fixture(scope="module")
def node(tmp_path_factory, made):
    """A node whose console is as the page says, on a free port of this machine."""
    folder, _ = make_folders(tmp_path_factory.mktemp("tls"))
    for file in ("console.pem", "console.key"):
        shutil.copy2(made / file, folder.path / file)
    (folder.path / "console.key").chmod(0o600)
    (text,) = blocks("toml")
    path = folder.path / "node.toml"
    path.write_text(path.read_text("ascii") + "\n" + text, "ascii")
    return NodeFolder.open(folder.path)


def test_the_page_makes_a_key_that_only_its_owner_may_read_and_an_authority_for_one_name(made):
    assert (made / "console.key").stat().st_mode & 0o077 == 0
    assert b"ENCRYPTED" in (made / "authority.key").read_bytes()
    authority = x509.load_pem_x509_certificate((made / "authority.pem").read_bytes())
    (allowed,) = authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees
    assert allowed.value == NAME
    assert read_certificate((made / "console.pem").read_bytes()).is_for(NAME)
    fingerprint = subprocess.run(
        ["bash", "-c", blocks("sh")[2]], cwd=made, capture_output=True, text=True, check=True
    ).stdout
    assert authority.fingerprint(hashes.SHA256()).hex(":").upper() in fingerprint


def test_what_the_page_puts_into_the_nodes_file_is_read(node):
    config = read_config(node)
    assert (config.scheme, config.host, config.names) == ("https", "0.0.0.0", (NAME,))


# --- in Chromium ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def served(node):
    """The console of that node, on this machine, from a thread of its own."""
    thread = LoopThread()
    tls = read_config(node).tls
    running = serving(node, tls=tls)
    opened = thread.run(running.__aenter__())
    opened.thread = thread
    yield opened
    thread.run(running.__aexit__(None, None, None))
    thread.close()


@pytest.fixture
def visit(browser, made, served, tmp_path):
    """Open the console by a name in a Chromium whose user trusts the authority, or does not."""
    if shutil.which("certutil") is None:
        pytest.skip("DOCUMENTED: chromium absent")
    opened = []

    def visited(*, trusts, name=NAME, path="/"):
        home = tmp_path / f"home{len(opened)}"
        database = home / ".pki" / "nssdb"
        database.mkdir(parents=True)
        commands = re.findall(r"`(certutil -d sql:[^`]+|mkdir[^`]+)`", PAGE)
        assert len(commands) == 3
        trust, folder, empty = commands
        for command in (folder, empty, *([trust] if trusts else [])):
            environment = os.environ | {"HOME": str(home)}
            subprocess.run(["bash", "-euc", command], cwd=made, env=environment, check=True)
        chromium = browser._playwright.chromium.launch(
            executable_path=PATH,
            args=[*ARGUMENTS, f"--host-resolver-rules=MAP *.example.org 127.0.0.1, MAP {name} 127.0.0.1"],
            env=os.environ | {"HOME": str(home)},
        )
        opened.append(chromium)
        page = chromium.new_page()
        return page, page.goto(f"https://{name}:{served.port}{path}")

    yield visited
    for chromium in opened:
        chromium.close()


def test_a_browser_that_trusts_the_authority_opens_the_console_and_signs_in(visit, served):
    page, answer = visit(trusts=True, path="/licences.md")
    assert answer.status == 200
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    details = answer.security_details()
    assert details["protocol"] == "TLS 1.3"
    assert details["subjectName"] == NAME
    link = served.thread.run(served.link())
    assert link.startswith(f"https://{NAME}:{served.port}/enter#")
    page.goto(link)
    page.wait_for_url("**/#/line")
    (cookie,) = page.context.cookies()
    assert cookie["name"] == "__Host-coupefeu-us"
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Strict")
    assert cookie["domain"] == NAME


@pytest.mark.parametrize(
    ("trusts", "name", "error"),
    [
        (False, NAME, "ERR_CERT_AUTHORITY_INVALID"),
        (True, "other.example.org", "ERR_CERT_COMMON_NAME_INVALID"),
    ],
)
def test_a_browser_shows_what_the_page_says_it_shows(visit, trusts, name, error):
    assert f"`{error}`" in PAGE
    with pytest.raises(Exception, match=error):
        visit(trusts=trusts, name=name)


def test_tls_before_1_3_and_plain_http_are_not_spoken(served, made):
    context = ssl.create_default_context(cafile=made / "authority.pem")
    plain = socket.create_connection(("127.0.0.1", served.port))
    with plain, context.wrap_socket(plain, server_hostname=NAME) as secured:
        assert secured.version() == "TLSv1.3"
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with socket.create_connection(("127.0.0.1", served.port)) as plain, pytest.raises(ssl.SSLError):
        context.wrap_socket(plain, server_hostname=NAME)
    with socket.create_connection(("127.0.0.1", served.port)) as plain:
        plain.sendall(f"GET / HTTP/1.1\r\nhost: {NAME}:{served.port}\r\n\r\n".encode())
        with contextlib.suppress(ConnectionResetError):
            assert b"HTTP" not in plain.recv(4_096)


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_it_is_served_and_ended_on_either_loop_with_a_stream_open(tmp_path, run):
    folder, _ = make_folders(tmp_path)
    tls = make_pair(folder.path)

    async def do():
        backend = await LocalBackend.start(folder, online=False, serve=False)
        console = await Console.start(backend, config_of("us", tls=tls))
        port = console.address.rpartition(":")[2]
        trusting = ssl.create_default_context(cafile=tls.certificate)
        key = (await console.invite()).partition("#")[2]
        async with httpx.AsyncClient(
            base_url=f"https://127.0.0.1:{port}",
            headers={"host": f"{NAME}:{port}", "origin": f"https://{NAME}:{port}"},
            verify=trusting,
            timeout=PATIENCE_S,
        ) as http:
            extensions = {"sni_hostname": NAME}
            answer = await http.post("/api/session", json={"key": key}, extensions=extensions)
            assert answer.status_code == 201
            http.headers["cookie"] = answer.headers["set-cookie"].partition(";")[0]
            http.cookies.clear()
            async with http.stream("GET", "/api/events?console=a", extensions=extensions) as stream:
                lines = stream.aiter_lines()
                await anext(lines)
                await asyncio.wait_for(console.close(), 20)
                with contextlib.suppress(httpx.HTTPError):
                    async for _ in lines:
                        pass
        await backend.close()

    run(do())


# --- what is refused before anybody meets it --------------------------------------------------------------------


def make_pair(folder, *, names=(NAME,), days=(-1, 30), password=None, key_of=None):
    """Write a certificate that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    begins, ends = (NOW + timedelta(days=each) for each in days)
    builder = x509.CertificateBuilder(
        issuer_name=subject, subject_name=subject, public_key=key.public_key(),
        serial_number=x509.random_serial_number(), not_valid_before=begins, not_valid_after=ends,
    )  # fmt: skip
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(list(map(x509.DNSName, names))), False)
    encryption = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    octets = (key_of or key).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    )
    certificate = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    for name, content in (("console.pem", certificate), ("console.key", octets)):
        (folder / name).write_bytes(content)
    (folder / "console.key").chmod(0o600)
    return Tls(certificate=folder / "console.pem", key=folder / "console.key", name=NAME)


def code_of(tls):
    with pytest.raises(ConfigError) as refused:
        Certificate(tls, NOW_MS)
    assert refused.value.hint
    return refused.value.code


def test_a_pair_that_fits_is_taken(tmp_path):
    assert Certificate(make_pair(tmp_path), NOW_MS).not_after_ms > NOW_MS
    assert Certificate(make_pair(tmp_path, names=("*.example.org",)), NOW_MS)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"names": ("other.example.org",)}, "console.tls.other_name"),
        ({"names": ()}, "console.tls.other_name"),  # browsers do not look at the common name
        ({"names": ("*.org",)}, "console.tls.other_name"),
        ({"days": (-30, -1)}, "console.tls.ended"),
        ({"days": (1, 30)}, "console.tls.early"),
        ({"password": b"x"}, "console.tls.unusable"),
        ({"key_of": ec.generate_private_key(ec.SECP256R1())}, "console.tls.unusable"),
    ],
)
def test_a_pair_that_a_browser_would_refuse_is_refused_here_first(tmp_path, changes, code):
    assert code_of(make_pair(tmp_path, **changes)) == code


def test_a_file_that_is_not_there_or_not_what_it_should_be_or_open_to_others_is_named(tmp_path):
    tls = make_pair(tmp_path)
    tls.key.chmod(0o640)
    assert code_of(tls) == "console.tls.readable_by_others"
    tls.key.chmod(0o600)
    assert code_of(replace(tls, certificate=tmp_path / "none.pem")) == "console.tls.absent"
    tls.certificate.write_bytes(b"\xff no certificate")
    assert code_of(tls) == "console.tls.unusable"


def test_a_renewed_pair_is_taken_and_one_that_cannot_be_used_leaves_the_old_one(tmp_path):
    tls = make_pair(tmp_path)
    certificate = Certificate(tls, NOW_MS)
    first_ms = certificate.not_after_ms
    assert not certificate.refresh(NOW_MS)
    make_pair(tmp_path, days=(-1, 60))
    _touch(tls, 1)
    assert certificate.refresh(NOW_MS)
    assert certificate.not_after_ms > first_ms
    make_pair(tmp_path, names=("other.example.org",))
    _touch(tls, 2)
    with pytest.raises(ConfigError):
        certificate.refresh(NOW_MS)
    assert certificate.not_after_ms > first_ms


def test_a_new_certificate_whose_key_is_not_there_yet_leaves_the_old_pair_whole(tmp_path):
    tls = make_pair(tmp_path)
    certificate, old = Certificate(tls, NOW_MS), tls.certificate.read_bytes()
    key = tls.key.read_bytes()
    make_pair(tmp_path, days=(-1, 60))
    tls.key.write_bytes(key)  # as between two copies of an operator
    _touch(tls, 1)
    with pytest.raises(ConfigError) as refused:
        certificate.refresh(NOW_MS)
    assert refused.value.code == "console.tls.unusable"
    assert shown_by(certificate.context) == ssl.PEM_cert_to_DER_cert(old.decode())


def shown_by(context):
    """Shake hands in memory; gives the certificate that is shown, in DER."""
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    to_us, to_them = ssl.MemoryBIO(), ssl.MemoryBIO()
    them = trusting.wrap_bio(to_them, to_us)
    us = context.wrap_bio(to_us, to_them, server_side=True)
    for _ in range(4):
        for end in (them, us):
            with contextlib.suppress(ssl.SSLWantReadError):
                end.do_handshake()
    return them.getpeercert(binary_form=True)


def _touch(tls, ahead_s):
    """Give the files a time of their own, however coarse the clock of this disk is."""
    at_ns = tls.certificate.stat().st_mtime_ns + ahead_s * 1_000_000_000
    for path in (tls.certificate, tls.key):
        os.utime(path, ns=(at_ns, at_ns))


def test_a_running_console_takes_a_renewed_pair_and_notes_one_that_it_cannot_use(tmp_path):
    folder, _ = make_folders(tmp_path / "nodes")
    tls = make_pair(folder.path)

    async def run():
        async with serving(folder, tls=tls) as served:
            make_pair(folder.path, days=(-1, 90))
            _touch(tls, 1)
            served.console.take_renewed()
            make_pair(folder.path, days=(-90, -1))
            _touch(tls, 2)
            served.console.take_renewed()
            return [each for each in served.notes() if each["what"].startswith("console-certificate")]

    taken, refused = asyncio.run(run())
    assert taken["until_ms"] > NOW_MS + 80 * 86_400_000
    assert refused["code"] == "console.tls.ended"


def test_whom_a_certificate_is_for():
    facts = CertificateFacts(names=("Desk.example.org", "*.a.org"), not_before_ms=0, not_after_ms=1)
    assert [facts.is_for(name) for name in (NAME, "b.a.org", "c.b.a.org", "a.org", "example.org")] == [
        True, True, False, False, False
    ]  # fmt: skip


def test_off_this_machine_without_the_three_the_node_says_so_and_does_not_start(tmp_path):
    folder, _ = make_folders(tmp_path)
    for listen in ("0.0.0.0:7430", "[::]:7430"):
        write_node_file(
            folder.path, party="us", listen=folder.listen, address=folder.address, peers=folder.peers,
            tables={"console": {"listen": listen}},
        )  # fmt: skip
        command = [sys.executable, "-m", "coupefeu.cli.main", "up", "--node", str(folder.path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 8
        assert "console.config.open" in done.stderr
