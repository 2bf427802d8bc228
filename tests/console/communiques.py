"""Communiques made in memory, of two logs that their parties signed: lawful ones, and what an attacker makes of them.

story = Story()
story.say("us", text="Our patrol ...")
octets = story.communique("us")
"""

import re
from dataclasses import replace
from hashlib import sha256
from itertools import count

from coupefeu.keys import mldsa
from coupefeu.keys.agreement_signatures import build_agreement_body, sign_agreement, verify_agreement
from coupefeu.keys.notes import CosignSigner, LogSigner, MlDsaSigner
from coupefeu.model.attachments import Promised
from coupefeu.model.entry import Head, Kind, Reference, Seen
from coupefeu.model.messages import Content, Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.record.attachment import attachment_salt, commit_attachment
from coupefeu.record.leaf import leaf_hash, make_leaf, salts
from coupefeu.record.selection import Chosen, Disclosed, selection_digest
from coupefeu.record.tree import consistency_path, inclusion_path, root_of
from coupefeu.services.messages.forms import encode_content
from coupefeu.testing.line import identity_of, make_text, private_key
from coupefeu.wire import cbor
from coupefeu.wire.agreement import parse_agreement
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.communique import (
    PART_BYTES,
    AttachmentItem,
    ContinuedItem,
    EarlierItem,
    EntryItem,
    HeaderItem,
    LogItem,
    Why,
)
from coupefeu.wire.communique_file import FileSignature, format_body, signed_text
from coupefeu.wire.head import encode_head
from coupefeu.wire.note import Note, format_note, parse_note

START_MS = 1_648_091_520_000
HUMAN = b"<!doctype html>\n<html>\n<body>\n<p>TEXT FOR PEOPLE, which proves nothing</p>\n"


class Written:
    """One entry of a log, as its author has it."""

    def __init__(self, origin, seed, head, body, contents=()):
        self.seed, self.head, self.body, self.contents = seed, head, body, contents
        self.leaf = make_leaf(origin, seed, head, body)


class Story:
    """What two parties wrote; `status` of the line is EXERCISE unless REAL is asked for."""

    def __init__(self, *, real=False, post_quantum=True, line_id="", witness=None):
        octets = make_text()
        if witness is not None:
            octets += f'\n[[witnesses]]\nname = "neutral"\nkey = "{witness.vkey.text()}"\n'.encode()
        if line_id:
            octets = re.sub(rb'(?m)^id = "[0-9a-f]{32}"$', f'id = "{line_id}"'.encode(), octets)
        if real:
            octets = octets.replace(b'status = "EXERCISE"', b'status = "REAL"')
        self.agreement = parse_agreement(octets)
        self.parties = self.agreement.party_ids
        self.post_quantum = post_quantum
        self.signs_again = False
        """Whether holders sign with ML-DSA-44 too."""
        self._minutes = count()
        signed = [sign_agreement(identity_of(each), each, octets) for each in self.parties]
        self.opening = build_agreement_body(verify_agreement(octets, signed))
        self.logs = {each: [] for each in self.parties}
        for each in self.parties:
            self.add(each, Kind.AGREEMENT, self.opening)

    def origin(self, party):
        return self.agreement.origin(party)

    def add(self, party, kind, body, *, references=(), contents=(), head=None, **fields):
        """Write an entry; gives its (log, index)."""
        log = self.agreement.log_number(party)
        if head is None:
            desks = [each.duty_desk for each in self.agreement.parties]
            given = {
                "kind": kind,
                "from_post": desks[log],
                "to_posts": tuple(desk for desk in desks if desk != desks[log]),
                "precedence": Precedence.ROUTINE,
                "written_ms": START_MS + 60_000 * next(self._minutes),
                "language": self.agreement.party(party).language,
                "agreement_version": 1,
                "references": tuple(map(self.reference, references)),
                "seen": self.seen(party),
            }
            head = encode_head(Head(**(given | fields)))
        self.logs[party].append(Written(self.origin(party), self.seed(party), head, body, contents))
        return log, len(self.logs[party]) - 1

    def say(
        self,
        party,
        text="",
        *,
        form=Form.FREE_TEXT,
        subject=Subject.NOTICE,
        files=(),
        references=(),
        head=None,
        **content,
    ):
        """Write a message; `files`: (name, bytes) of what is attached."""
        fields = {}
        if "precedence" in content:
            fields["precedence"] = content.pop("precedence")
        seed = self.seed(party)
        promised = tuple(
            Promised(
                name, len(octets), commit_attachment(self.origin(party), attachment_salt(seed, place), octets)
            )
            for place, (name, octets) in enumerate(files)
        )
        said = Content(form=form, subject=subject, text=text, attachments=promised, **content)
        contents = tuple(octets for _, octets in files)
        return self.add(
            party,
            Kind.MESSAGE,
            encode_content(said),
            references=references,
            contents=contents,
            head=head,
            **fields,
        )

    def seed(self, party):
        """Give the seed of the next entry."""
        return sha256(f"seed of {party} {len(self.logs[party])}".encode()).digest()[:16]

    def reference(self, at):
        log, index = at
        return Reference(log=log, index=index, leaf_hash=leaf_hash(self.logs[self.parties[log]][index].leaf))

    def seen(self, party):
        others = [each for each in self.parties if each != party and self.logs[each]]
        return tuple(
            Seen(log=self.agreement.log_number(each), size=len(self.logs[each]), root=self.root(each))
            for each in others
        )

    def hashes(self, party, size=None):
        return [leaf_hash(each.leaf) for each in self.logs[party][:size]]

    def root(self, party, size=None):
        return root_of(self.hashes(party, size))

    # --- signatures -------------------------------------------------------------------------------------------

    def holders(self, party):
        return [each for each in self.parties if each != party]

    def cosigner(self, party):
        return CosignSigner(self.agreement.cosigner_name(party), private_key(party, "cosigner"))

    def log_signer(self, party):
        return LogSigner(self.origin(party), private_key(party, "log"))

    def log_ml_dsa(self, party):
        return MlDsaSigner(self.origin(party), private_key(party, "log-mldsa"))

    def ml_dsa(self, party):
        """Give who signs a log with ML-DSA-44: its own party, and the holders if they do."""
        yield self.log_ml_dsa(party)
        for each in self.holders(party) if self.signs_again else ():
            yield MlDsaSigner(self.agreement.cosigner_name(each), private_key(each, "cosigner-mldsa"))

    def note(self, party, size, time_s, *, post_quantum):
        """Give a signed checkpoint of a log's first `size` entries."""
        checkpoint = Checkpoint(self.origin(party), size, self.root(party, size))
        text = checkpoint.text()
        lines = [self.log_signer(party).sign(text)]
        lines += [self.cosigner(each).cosign(text, time_s) for each in self.holders(party)]
        if post_quantum:
            lines += [each.cosign(checkpoint, time_s) for each in self.ml_dsa(party)]
        return format_note(Note(text, tuple(lines)))

    # --- the file ---------------------------------------------------------------------------------------------

    def chosen(self, disclosing):
        """Give the selection of {(log, index): (disclosed, attachment numbers)}."""
        return [
            Chosen(
                log=log,
                index=index,
                disclosed=disclosed,
                attachments=tuple(numbers),
                leaf_hash=leaf_hash(self.logs[self.parties[log]][index].leaf),
            )
            for (log, index), (disclosed, numbers) in sorted(disclosing.items())
        ]

    def all_of(self, *parties):
        """Disclose all of all entries but the agreement's, with their attachments."""
        return {
            (self.agreement.log_number(party), index): (Disclosed.ALL, range(len(entry.contents)))
            for party in parties or self.parties
            for index, entry in enumerate(self.logs[party])
            if index
        }

    def digest(self, disclosing, embargo_ms=None):
        return selection_digest(self.agreement.line_id, embargo_ms, self.chosen(disclosing))

    def items(self, issuer, disclosing=None, *, consents=(), embargo_ms=None, query="", earlier=()):
        """Give the items in their order; `earlier`: (party, size, time in seconds) of earlier checkpoints."""
        disclosing = self.all_of() if disclosing is None else disclosing
        digest = self.digest(disclosing, embargo_ms)
        why = dict.fromkeys(disclosing, Why.CHOSEN) | dict.fromkeys(consents, Why.CONSENT)
        opening = (self.agreement.log_number(issuer), 0)
        why.setdefault(opening, Why.AGREEMENT)
        shown = disclosing | dict.fromkeys(set(why) - set(disclosing), (Disclosed.ALL, ()))
        logs = sorted({log for log, _ in why})
        yield HeaderItem(
            origin=self.origin(issuer),
            made_ms=START_MS + 86_400_000,
            embargo_ms=embargo_ms,
            query=query,
            digest=digest,
            languages=("en", "fr", "ru"),
            logs=len(logs),
            entries=len(why),
        )
        for log in logs:
            yield self._log_item(self.parties[log])
        for party, size, time_s in earlier:
            newest = len(self.logs[party])
            yield EarlierItem(
                log=self.agreement.log_number(party),
                note=self.note(party, size, time_s, post_quantum=False),
                path=consistency_path(self.hashes(party), size, newest),
            )
        for log, index in sorted(why):
            yield from self._entry_items(log, index, *shown[log, index], why[log, index])

    def _log_item(self, party):
        size = len(self.logs[party])
        return LogItem(
            number=self.agreement.log_number(party),
            key=self.log_signer(party).vkey.text(),
            note=self.note(party, size, START_MS // 1000 + 80_000, post_quantum=self.post_quantum),
            cosigners=tuple(self.cosigner(each).vkey.text() for each in self.holders(party)),
            ml_dsa=tuple(each.vkey.text() for each in self.ml_dsa(party)) if self.post_quantum else (),
        )

    def _entry_items(self, log, index, disclosed, numbers, why):
        party = self.parties[log]
        entry = self.logs[party][index]
        head_salt, body_salt = salts(entry.seed)
        hashes = self.hashes(party)
        has_head, has_body = disclosed is not Disclosed.EXISTENCE, disclosed is Disclosed.ALL
        yield EntryItem(
            log=log,
            index=index,
            leaf=entry.leaf,
            path=inclusion_path(hashes, index, len(hashes)),
            head_salt=head_salt if has_head else None,
            head=entry.head if has_head else None,
            body_salt=body_salt if has_body else None,
            body=entry.body if has_body else None,
            why=why,
        )
        for number in numbers:
            content = entry.contents[number]
            parts = [content[at : at + PART_BYTES] for at in range(0, len(content), PART_BYTES)]
            yield AttachmentItem(number=number, salt=attachment_salt(entry.seed, number), content=parts[0])
            yield from (ContinuedItem(content=part) for part in parts[1:])

    def communique(self, issuer, disclosing=None, **options):
        """Give a whole file."""
        return self.sign(issuer, format_body(HUMAN, self.items(issuer, disclosing, **options)))

    def sign(self, issuer, body, *, key=None, post_quantum=True):
        """Put the issuer's last line under the bytes before it; `key`: another log's signer."""
        signer = key or self.log_signer(issuer)
        text = signed_text(self.origin(issuer), sha256(body).digest())
        signature = FileSignature(
            origin=self.origin(issuer), key_id=signer.vkey.key_id, signature=signer.sign_raw(text)
        )
        if self.post_quantum and post_quantum:
            signature = replace(
                signature,
                ml_dsa_key_id=self.log_ml_dsa(issuer).vkey.key_id,
                ml_dsa_signature=mldsa.sign(private_key(issuer, "log-mldsa"), text.encode()),
            )
        return body + signature.line()

    def propose(self, party, disclosing, embargo_ms=None):
        """Write COMMUNIQUE PROPOSED of a selection."""
        ranges = [
            [log, index, index + 1, list(Disclosed).index(how), sum(1 << n for n in numbers)]
            for (log, index), (how, numbers) in sorted(disclosing.items())
        ]
        body = {0: self.digest(disclosing, embargo_ms), 1: ranges}
        return self.add(party, 64, cbor.encode(body))

    def consent(self, party, proposal, digest, kind=65, **fields):
        """Write COMMUNIQUE CONSENTED, or another answer."""
        body = {0: digest} if kind == 65 else {0: digest, 1: "not now"}
        return self.add(party, kind, cbor.encode(body), references=[proposal], **fields)


def witnessed(story, witness, time_s):
    """Give the items of US's file, in which a witness too signed the log of US."""
    for item in story.items("us"):
        if not isinstance(item, LogItem) or item.number:
            yield item
            continue
        note = parse_note(item.note)
        again = format_note(Note(note.text, (*note.signatures, witness.cosign(note.text, time_s))))
        yield replace(item, note=again, witnesses=(witness.vkey.text(),))


def told(**options):
    """A short story with something of everything."""
    story = Story(**options)
    story.say(
        "us",
        "Our aircraft will pass north of the bridge at noon.",
        files=[("plan.txt", b"plan"), ("map.png", bytes(100_000))],
    )
    story.say(
        "ru",
        "",
        form=Form.WARNING,
        subject=Subject.SAFETY,
        operative=1,
        place="Bridge at 49.1 N",
        precedence=Precedence.FLASH,
    )
    story.add("us", Kind.TAKEN, cbor.encode({0: "Watch 2"}), references=[(1, 1)])
    story.add("us", Kind.OUTCOME, cbor.encode({2: 2, 3: START_MS + 180_000}), references=[(1, 1)])
    story.say("us", "", form=Form.STANDARD_PHRASE, subject=Subject.SAFETY, phrase=1, slots=("the bridge",))
    story.say("ru", "Мы прекратили огонь. <script>alert(1)</script> \u202eevil", references=[(0, 4)])
    return story
