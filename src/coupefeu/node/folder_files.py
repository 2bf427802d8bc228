"""The files of a node's folder, one by one: written whole, read strictly, every fault with its file and remedy."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from coupefeu.errors import ConfigError, CoupefeuError, naming
from coupefeu.keys.agreement_signatures import (
    SignedAgreement,
    build_agreement_body,
    parse_agreement_body,
    verify_agreement,
    verify_key_statement,
)
from coupefeu.keys.files import SECRET_MODE, write_durably
from coupefeu.keys.incarnations import verify_incarnation
from coupefeu.model.agreement import Agreement
from coupefeu.wire.armour import Armour, armour, parse_armour
from coupefeu.wire.dictionary import DICTIONARY_HASH
from coupefeu.wire.incarnation import SignedIncarnation, encode_incarnation, parse_incarnation
from coupefeu.wire.key_statement import (
    KeyStatement,
    SignedKeyStatement,
    encode_key_statement,
    parse_key_statement,
)
from coupefeu.wire.published_keys import (
    PublishedKeys,
    encode_published_keys,
    join_published,
    parse_published_keys,
)

MAX_FILE_BYTES: Final = 98_304
_NODE_FIELDS: Final = {"party": str, "listen": str, "address": str, "peers": dict}
_NODE_TABLES: Final = ("console", "alarm", "relay", "tak", "alerts", "alert_webhook", "alert_smtp")
"""Sections of node.toml that may be absent; each is judged by the part that it is for."""
_NODE_ROWS: Final = ("witnesses",)
"""The same, of which there may be several: [[witnesses]]."""
_LINE_FIELDS: Final = {"line_id": str, "in_person": dict}


def save_agreement(path: Path, signed: SignedAgreement) -> None:
    """Keep a version of the agreement that all have signed; the highest version is the one in force.

    Raises:
        ConfigError: `keys.files.*`.
    """
    version = signed.agreement.version
    write_durably(_version_path(path, version, "sigs"), build_agreement_body(signed))
    write_durably(_version_path(path, version, "toml"), signed.octets)


def write_node_file(
    path: Path,
    *,
    party: str,
    listen: str,
    address: str,
    peers: Mapping[str, str],
    tables: Mapping[str, Mapping[str, Any] | Sequence[Mapping[str, Any]] | None] | None = None,
) -> None:
    """Write node.toml anew; `tables`: the sections that may be absent, by their names."""
    rows = "".join(f'{peer} = "{where}"\n' for peer, where in sorted(peers.items()))
    text = f'party = "{party}"\nlisten = "{listen}"\naddress = "{address}"\n\n[peers]\n{rows}'
    text += "".join(_write_table(name, table) for name, table in (tables or {}).items() if table is not None)
    write_durably(path / "node.toml", text.encode("utf-8"))


def _write_table(name: str, table: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> str:
    """Write texts, numbers and lists of texts: as JSON has them, so has TOML."""
    if not isinstance(table, Mapping):
        return "".join(_write_table(f"[{name}]", each) for each in table)
    rows = "".join(f"{field} = {json.dumps(value, ensure_ascii=False)}\n" for field, value in table.items())
    return f"\n[{name}]\n{rows}"


def write_line_file(path: Path, line_id: bytes, in_person: Mapping[str, bool]) -> None:
    """Say that the line is ready: the last write of pairing."""
    rows = "".join(f"{peer} = {str(value).lower()}\n" for peer, value in sorted(in_person.items()))
    text = f'# The line is ready.\nline_id = "{line_id.hex()}"\n\n[in_person]\n{rows}'
    write_durably(path / "line.toml", text.encode("ascii"), mode=SECRET_MODE)


def check_party(party: str) -> None:
    """Refuse a party id that an agreement could not hold; raises ConfigError `node.folder.bad_value`."""
    if not (
        party.isascii()
        and party.isalnum()
        and party == party.lower()
        and party[0].isalpha()
        and len(party) < 17
    ):
        raise ConfigError(
            f"{party!r} is not a party",
            code="node.folder.bad_value",
            hint='1 to 16 of a-z and 0-9, such as "us"',
        )


def check_address(address: Any) -> tuple[str, int]:
    """Split `host:port` (an IPv6 host in brackets); raises ConfigError `node.folder.bad_value`."""
    host, _, port = address.rpartition(":") if isinstance(address, str) else ("", "", "")
    good = host and host.isascii() and host.isprintable() and not set(host) & set(' "\\/')
    if not good or not port.isdecimal() or not port.isascii() or not 0 < len(port) < 6 or int(port) > 65_535:
        raise ConfigError(
            f"{address!r} is not host:port", code="node.folder.bad_value", hint='such as "192.0.2.7:7420"'
        )
    return host.strip("[]"), int(port)


def check_dictionary(agreement: Agreement) -> None:
    """Refuse an agreement on another compression dictionary than ours.

    Raises:
        ConfigError: `node.folder.dictionary`.
    """
    if agreement.dictionary_sha256.hex() != DICTIONARY_HASH:
        raise ConfigError(
            f"the agreement names another compression dictionary than ours, {DICTIONARY_HASH}",
            code="node.folder.dictionary",
            hint="install the version of coupefeu that the parties agreed on, or amend the agreement",
        )


def read_node_file(path: Path) -> dict[str, Any]:
    """Read node.toml: party, listen, address, peers, and the sections; raises ConfigError `node.folder.*`."""
    values = _read_toml(path / "node.toml", _NODE_FIELDS, _NODE_TABLES, _NODE_ROWS)
    check_party(values["party"])
    for value in (values["listen"], values["address"], *values["peers"].values()):
        check_address(value)
    return values


def read_line_file(path: Path) -> tuple[str, Mapping[str, bool]] | None:
    """Read line.toml: the line id in hexadecimal, and who was met in person; None: not paired."""
    if not (path / "line.toml").exists():
        return None
    values = _read_toml(path / "line.toml", _LINE_FIELDS)
    return values["line_id"], values["in_person"]


def list_versions(path: Path) -> list[int]:
    """List the versions of the agreement that are or were in force, ascending."""
    return sorted(int(file.stem) for file in (path / "agreement").glob("[0-9][0-9][0-9][0-9].toml"))


def read_agreements(path: Path) -> tuple[SignedAgreement, ...]:
    """Read and verify all versions; the last is in force. Raises ConfigError `node.folder.*`."""
    versions = list_versions(path)
    if not versions:
        raise ConfigError(
            f"{path / 'agreement'} holds no agreement",
            code="node.folder.no_agreement",
            hint="restore the folder",
        )
    return tuple(read_agreement_version(path, version) for version in versions)


def read_agreement_version(path: Path, version: int) -> SignedAgreement:
    """Read and verify one version; raises ConfigError `node.folder.*`."""
    text, body = (read_bytes(_version_path(path, version, suffix)) for suffix in ("toml", "sigs"))
    try:
        octets, signatures = parse_agreement_body(body)
        signed = verify_agreement(octets, signatures)
    except CoupefeuError as error:
        raise ConfigError(
            f"version {version} of the agreement does not hold: {error.message}",
            code="node.folder.bad_agreement",
            hint="restore the folder from a copy; the agreement is in entry 0 of both records",
        ) from error
    if text != octets:
        raise ConfigError(
            f"{_version_path(path, version, 'toml')} was changed after it was signed",
            code="node.folder.changed_agreement",
            hint="put the signed text back; to change the agreement, propose an amendment",
        )
    return signed


def save_key_statement(path: Path, signed: SignedKeyStatement) -> None:
    """Keep a key statement that stands, so that the folder alone tells which keys are good."""
    statement = signed.statement
    name = f"{statement.party}-{statement.number:04d}.statement"
    text = armour(Armour.KEY_STATEMENT, encode_key_statement(signed))
    write_durably(path / "agreement" / name, text.encode("ascii"))


def read_key_statements(path: Path, agreement: Agreement) -> tuple[KeyStatement, ...]:
    """Read and verify the kept key statements, by party and number; raises ConfigError `node.folder.*`."""
    return tuple(
        _read_statement(file, agreement) for file in sorted((path / "agreement").glob("*-*.statement"))
    )


def save_incarnation(path: Path, signed: SignedIncarnation) -> None:
    """Keep a new incarnation that stands, of ours or of another party, so that the folder alone tells its keys."""
    statement = signed.statement
    name = f"{statement.party}.{statement.incarnation}.incarnation"
    text = armour(Armour.INCARNATION, encode_incarnation(signed))
    write_durably(path / "agreement" / name, text.encode("ascii"))


def read_incarnations(path: Path, agreement: Agreement) -> tuple[SignedIncarnation, ...]:
    """Read and verify the kept incarnations, by party and number; raises ConfigError `node.folder.*`."""
    kept = [_read_incarnation(file, agreement) for file in (path / "agreement").glob("*.*.incarnation")]
    order = agreement.party_ids
    kept.sort(key=lambda each: (order.index(each.statement.party), each.statement.incarnation))
    following: dict[str, int] = {}
    for statement in (each.statement for each in kept):
        expected = following.get(statement.party, 2)
        if statement.incarnation != expected:
            raise ConfigError(
                f"the file of incarnation {expected} of {statement.party.upper()} is missing",
                code="node.folder.no_incarnation",
                hint="restore the files of agreement/",
            )
        following[statement.party] = expected + 1
    return tuple(kept)


def _read_incarnation(file: Path, agreement: Agreement) -> SignedIncarnation:
    try:
        _, octets = read_armoured(file, (Armour.INCARNATION,))
        signed = parse_incarnation(octets)
        verify_incarnation(signed, agreement)
    except CoupefeuError as error:
        raise ConfigError(
            f"{file} does not hold: {error.message}",
            code="node.folder.bad_incarnation",
            hint="restore the file",
        ) from error
    return signed


def _read_statement(file: Path, agreement: Agreement) -> KeyStatement:
    try:
        _, octets = read_armoured(file, (Armour.KEY_STATEMENT,))
        return verify_key_statement(parse_key_statement(octets), agreement)
    except CoupefeuError as error:
        raise ConfigError(
            f"{file} does not hold: {error.message}",
            code="node.folder.bad_statement",
            hint="restore the file",
        ) from error


def save_published_keys(path: Path, party: str, keys: PublishedKeys) -> None:
    """Keep ML-DSA-44 keys of a party whole: agreement and statements hold their SHA-256 alone."""
    octets = encode_published_keys(keys)
    name = f"{party}-{sha256(octets).hexdigest()[:8]}.keys"
    write_durably(path / "agreement" / name, armour(Armour.PUBLISHED_KEYS, octets).encode("ascii"))


def read_published_keys(path: Path) -> dict[bytes, bytes]:
    """Read all that are kept, by their SHA-256; raises ConfigError `node.folder.*`."""
    return join_published(_read_published(file) for file in sorted((path / "agreement").glob("*-*.keys")))


def _read_published(file: Path) -> PublishedKeys:
    try:
        _, octets = read_armoured(file, (Armour.PUBLISHED_KEYS,))
        return parse_published_keys(octets)
    except CoupefeuError as error:
        raise ConfigError(
            f"{file} does not hold: {error.message}",
            code="node.folder.bad_keys",
            hint="restore the file from a copy, or from any party's node",
        ) from error


def read_armoured(file: Path, kinds: Sequence[Armour]) -> tuple[Armour, bytes]:
    """Read an armoured file of one of these kinds.

    Raises:
        ConfigError: `node.folder.absent`, `.other_kind`. PeerError: `wire.armour.*`.
    """
    with naming(file):
        kind, octets = parse_armour(read_given(file).decode("utf-8", "replace"))
    if kind not in kinds:
        wanted = " or ".join(each.value.lower() for each in kinds)
        raise ConfigError(
            f"{file} holds a {kind.value.lower()}, not a {wanted}",
            code="node.folder.other_kind",
            hint=f"give the file that begins with BEGIN COUPEFEU {kinds[0].value}",
        )
    return kind, octets


def read_given(path: Path) -> bytes:
    """Read a file that somebody named on the command line; raises ConfigError `node.folder.absent`, `.too_long`."""
    if not path.is_file():
        raise ConfigError(
            f"there is no file {path}", code="node.folder.absent", hint="check the name that you gave"
        )
    return read_bytes(path)


def _version_path(path: Path, version: int, suffix: str) -> Path:
    return path / "agreement" / f"{version:04d}.{suffix}"


def read_bytes(path: Path) -> bytes:
    """Read a file of at most 96 KiB; raises ConfigError `node.folder.absent`, `.too_long`."""
    try:
        with path.open("rb") as file:
            octets = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ConfigError(
            f"cannot read {path}: {error.strerror}",
            code="node.folder.absent",
            hint="give a folder made by `coupefeu init`, or restore the file",
        ) from error
    if len(octets) > MAX_FILE_BYTES:
        raise ConfigError(
            f"{path} has more than {MAX_FILE_BYTES:,} bytes",
            code="node.folder.too_long",
            hint="give the right file, or restore it",
        )
    return octets


def _read_toml(
    path: Path, fields: Mapping[str, type], tables: Sequence[str] = (), rows: Sequence[str] = ()
) -> dict[str, Any]:
    """Read exactly these fields; a table, or a list of tables, that may be absent is None then."""
    try:
        values = tomllib.loads(read_bytes(path).decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(
            f"{path} is not TOML: {error}", code="node.folder.syntax", hint="mend that line"
        ) from error
    fields = {**fields, **dict.fromkeys(values.keys() & set(tables), dict)}
    fields |= dict.fromkeys(values.keys() & set(rows), list)
    for name in fields.keys() ^ values.keys():
        says = "is missing" if name in fields else "is not a field"
        names = ", ".join(dict.fromkeys([*fields, *tables, *rows]))
        raise ConfigError(f"{path}: {name} {says}", code="node.folder.fields", hint=f"it has {names}")
    for name, kind in fields.items():
        if not isinstance(values[name], kind):
            raise ConfigError(
                f"{path}: {name} is not {kind.__name__}", code="node.folder.bad_value", hint="mend it"
            )
    return {**dict.fromkeys([*tables, *rows]), **values}
