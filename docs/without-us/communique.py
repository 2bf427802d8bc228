"""communique.py FILE: a communique, with Python, `cryptography` and `cbor2`, and nothing of ours.

It follows docs/spec/communique.md, section 5, and prints the proved entries; it renders no form and judges no policy.
"""

import sys
import tomllib
from base64 import b64decode, b64encode
from hashlib import sha256

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

BLOCK = b'<script type="application/vnd.coupefeu.communique+cbor">\n'
CHECKPOINT, COSIGNATURE, ML_DSA = 1, 4, 6


def need(holds, says):
    if not holds:
        sys.exit(f"REFUSED: {says}")


def read_key(text):
    """C2SP verifier key: name, id, type, key bytes."""
    name, key_id, octets = text.split("+", 2)
    octets = b64decode(octets, validate=True)
    need(sha256(f"{name}\n".encode() + octets).hexdigest()[:8] == key_id, f"the id of {name} is not that of its key")
    return name, bytes.fromhex(key_id), octets[0], octets[1:]


def holds(kind, key, signature, message):
    public = MLDSA44PublicKey if kind == ML_DSA else Ed25519PublicKey
    try:
        public.from_public_bytes(key).verify(signature, message)
    except Exception:
        return False
    return True


def read_note(note, keys):
    """C2SP signed note of a checkpoint: gives origin, size, root and who signed, with the time that each gave."""
    text, _, lines = note.partition(b"\n\n")
    text += b"\n"
    origin, size, root = text.decode("ascii").splitlines()
    signed = {}
    for line in lines.decode().splitlines():
        _, name, octets = line.split(" ")
        octets = b64decode(octets, validate=True)
        for key_name, key_id, kind, key in keys:
            if (key_name, key_id) != (name, octets[:4]):
                continue
            at = 4 if kind == CHECKPOINT else 12
            time_s, signature = int.from_bytes(octets[4:at]), octets[at:]
            need(holds(kind, key, signature, said(kind, name, time_s, text, origin, int(size), b64decode(root))), f"{name} did not sign this")
            signed[name, kind] = time_s
    need((origin, CHECKPOINT) in signed, f"the log {origin} did not sign its checkpoint")
    return origin, int(size), b64decode(root), signed


def said(kind, name, time_s, text, origin, size, root):
    """What is signed under each type of line: signed-note, cosignature/v1, and its ML-DSA-44 form."""
    if kind == CHECKPOINT:
        return text
    if kind == COSIGNATURE:
        return f"cosignature/v1\ntime {time_s}\n".encode() + text
    signer, log = (bytes([len(each)]) + each.encode() for each in (name, origin))
    return b"subtree/v1\n\0" + signer + time_s.to_bytes(8) + log + bytes(8) + size.to_bytes(8) + root


def climb(leaf, index, size, path):
    """RFC 9162, section 2.1.3.2: the root that a leaf and its path lead to."""
    node, at, last = sha256(b"\0" + leaf).digest(), index, size - 1
    for step in range(0, len(path), 32):
        other = path[step : step + 32]
        need(last > 0, "a path is too long")
        if at & 1 or at == last:
            node = sha256(b"\1" + other + node).digest()
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = sha256(b"\1" + node + other).digest()
        at, last = at >> 1, last >> 1
    need(last == 0, "a path is too short")
    return node


def commits(part, origin, salt, octets):
    return sha256(f"coupefeu/{part}/v1\0".encode() + bytes([len(origin)]) + origin.encode() + salt + octets).digest()


def check_agreement(body, origin):
    """Entry 0: every party of the agreement signed it with its identity key, by Ed25519 and by ML-DSA-44."""
    octets, rows = (cbor2.loads(body)[key] for key in (0, 1))
    agreement = tomllib.loads(octets.decode())
    need(agreement["line"]["id"] == origin.split("/")[1], "the agreement is of another line")
    note = "\n".join(["coupefeu/agreement/v1", agreement["line"]["id"], str(agreement["version"])])
    note = f"{note}\n{b64encode(sha256(octets).digest()).decode()}\n".encode()
    need([row[0] for row in rows] == [party["id"] for party in agreement["parties"]], "not all parties signed")
    for party, ml_dsa, signature, post_quantum in rows:
        keys = agreement["keys"][party]
        need(sha256(ml_dsa).hexdigest() == keys["identity_ml_dsa_44_sha256"], f"{party}: another ML-DSA-44 key")
        need(holds(CHECKPOINT, b64decode(keys["identity"]), signature, note), f"{party} did not sign the agreement")
        need(holds(ML_DSA, ml_dsa, post_quantum, note), f"{party} did not sign the agreement with ML-DSA-44")
    return agreement


def line_of(agreement):
    return f"{agreement['name']}/{agreement['line']['id']}/"


def key_id_of(kind, key):
    """As the agreement has it: of ML-DSA-44 the SHA-256."""
    return sha256(key).hexdigest() if kind == ML_DSA else b64encode(key).decode()


def agreed_names(agreement):
    """Each key of the agreement under the name and the type that it signs with; keys that replaced them are not read here."""
    named = set()
    for party, keys in agreement["keys"].items():
        log = f"{line_of(agreement)}{party}/{keys['incarnation']}"
        for name, role in ((log, "log"), (f"{log}/cosigner", "cosigner")):
            named.add((name, CHECKPOINT if role == "log" else COSIGNATURE, keys[role]))
            named.add((name, ML_DSA, keys.get(f"{role}_ml_dsa_44_sha256")))
    return named


def main(path):
    file = open(path, "rb").read()
    human, _, rest = file.partition(BLOCK)
    block, _, tail = rest.partition(b"</script>\n</body>\n</html>\n")
    signed = len(file) - len(tail)
    data, items = b64decode(block.replace(b"\n", b""), validate=True), []
    while data:
        length = int.from_bytes(data[:4])
        items.append(cbor2.loads(data[4 : 4 + length]))
        data = data[4 + length :]
    (header,) = (fields for kind, fields in items if kind == 0)
    logs, entries = {}, []
    for kind, fields in items:
        if kind == 2:
            keys = [read_key(text) for text in (fields[1], *fields[3], *fields[4], *fields[5], *fields[6])]
            logs[fields[0]] = (keys[0], *read_note(fields[2], keys))
        elif kind == 4:
            _, origin, size, root, _ = logs[fields[0]]
            need(climb(fields[2], fields[1], size, fields[3]) == root, f"entry {fields[1]} does not stand in {origin}")
            for part, salt, octets, at in (("head", 4, 5, 4), ("body", 6, 7, 38)):
                if octets in fields:
                    found = commits(part, origin, fields[salt], fields[octets])
                    need(found == fields[2][at : at + 32], f"the {part} of entry {fields[1]} is another")
            entries.append((origin, fields))
    issuer = next(log for log in logs.values() if log[1] == header[1])
    opening = next(fields for origin, fields in entries if origin == header[1] and fields[1] == 0)
    agreement = check_agreement(opening[7], header[1])
    _, mark, origin, octets, *_ = tail.decode("ascii").split(" ")
    octets = b64decode(octets)
    note = f"coupefeu/communique/v1\n{origin}\n{b64encode(sha256(file[:signed]).digest()).decode()}\n".encode()
    need((mark, origin, octets[:4]) == ("coupefeu/communique/v1", header[1], issuer[0][1]), "another key signed the file")
    need(holds(CHECKPOINT, issuer[0][3], octets[4:], note), "the file is not as its issuer signed it")

    named = agreed_names(agreement)
    for _, fields in (each for each in items if each[0] == 2):
        for name, _, kind, key in map(read_key, (fields[1], *fields[3], *fields[5])):
            need((name, kind, key_id_of(kind, key)) in named, f"the agreement does not name this key of {name}")
        for name, *_ in map(read_key, (*fields[4], *fields[6])):
            need(not name.startswith(line_of(agreement)), f"a witness bears the name {name}, which is a party's")

    print(agreement["status"], agreement["name"], "- issued by", origin)
    for number, (key, origin, size, _, signed_by) in logs.items():
        print(f"log {number}: {origin}, {size} entries, key {key[1].hex()}")
        for (name, kind), time_s in signed_by.items():
            print(f"  signed by {name}, type {kind}{f', giving the time {time_s}' if time_s else ''}")
    for origin, fields in entries:
        shown = "all" if 7 in fields else "head" if 5 in fields else "existence"
        print(f"entry {fields[1]} of {origin}: {shown}", cbor2.loads(fields[5]) if 5 in fields else "")


main(sys.argv[1])
