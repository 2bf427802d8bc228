// Written by `python -m coupefeu.console.typescript`; a test compares. Change the Python, not this.

/** The acts of an officer about a message, named as the commands are. */
export type ActName = 'take' | 'read' | 'read-back' | 'say-again' | 'pass-to' | 'outcome' | 'confirm';

/** Why something sounds; nothing else may. */
export type AlarmCause = 'flash' | 'outcome';

/** What a bound of an altitude band is; not stated is without bound, and is never 0. */
export type AltitudeLimit = 'not_stated' | 'surface' | 'unlimited' | 'altitude';

/** How something was answered. */
export type AnswerWhat = 'taken' | 'read_back' | 'reply' | 'call';

/** The acts about a proposed call, named as the commands are. */
export type ArrangeActName = 'counter' | 'agree' | 'refuse' | 'delegate' | 'withdraw' | 'write';

/** How an arrangement stands. AGREED can still be called off; REFUSED and WITHDRAWN are ends. */
export type ArrangeState = 'proposed' | 'countered' | 'agreed' | 'refused' | 'withdrawn';

/** Where its content is; words for readers are `attachment-*` in words/. */
export type AttachmentState = 'held' | 'awaited' | 'beyond' | 'not-ours';

/** Who an entry comes from: facts of machines and acts of people never look alike. */
export type Author = 'machine' | 'person';

/** How far a bearer has come; words for readers are `ui-bearer-*` in words/. */
export type BearerState = 'down' | 'trying' | 'open' | 'proven';

/** Where an attempt stands; the one table of transitions is `services.calls.transitions.TRANSITIONS`. */
export type CallState = 'placed' | 'on_their_node' | 'ringing' | 'in_call' | 'ended';

/** What an amendment does with a line. */
export type Changed = 'added' | 'removed' | 'same';

/** How two posts were in direct contact. */
export type ContactWay = 'call' | 'read_back' | 'presence';

/** What a newcomer does, in this order; each may be done at any time. */
export type DemoStepName = 'ring' | 'answer' | 'flash' | 'hear' | 'take' | 'settle' | 'break' | 'verify';

/** Why two characters are not the same; words for readers are `difference-*` in words/. */
export type DifferenceKind = 'invisible' | 'look-alike' | 'digit' | 'minus' | 'space' | 'missing' | 'extra' | 'other';

/** Why a key counts no longer. */
export type EndName = 'lost' | 'stolen' | 'replaced' | 'left';

/** What a critical field is; it decides how a read-back is compared and displayed. */
export type FieldKind = 'word' | 'place' | 'time' | 'number' | 'phrase' | 'passage';

/**
 * COMING: its time has not begun; NOW: it may be rung; MISSED: the time has passed, and nobody answered.
 *
 * KEPT: who was to speak called, and who was to speak answered; OTHERS: a call was answered, and not between these.
 */
export type HeldState = 'coming' | 'now' | 'kept' | 'others' | 'missed';

/** The acts about an incident that is on the record. */
export type IncidentActName = 'pair' | 'not-same' | 'query' | 'meeting' | 'reply' | 'follow' | 'close' | 'reopen';

/** Whether direct contact holds; words are `firebreak-level-*`. There is no level better than HOLDING. */
export type Level = 'holding' | 'strained' | 'broken' | 'unknown';

/** The acts about a notice that is on the record. */
export type NoticeActName = 'answer' | 'accept' | 'refuse' | 'read-back' | 'withdraw' | 'complete' | 'settle';

/**
 * What became of a notice; of several the first in this order.
 *
 * What the other side did with it comes before what its author did: who withdraws an impeded movement hides nothing.
 */
export type NoticeOutcome = 'impeded' | 'denied' | 'withdrawn' | 'facilitated' | 'not_agreed' | 'unanswered' | 'pending' | 'not_asked' | 'without_effect';

/** What became of an attempt: declined, unanswered, unstaffed and unreachable are never one another. */
export type Outcome = 'answered' | 'declined' | 'no_answer' | 'not_staffed' | 'busy' | 'line_down' | 'deferred' | 'withdrawn' | 'other_channel';

/** The acts about a notice on its way down, named as the commands are. */
export type PassingActName = 'pass-down' | 'reached' | 'stop' | 'resume' | 'check-in';

/** By what an entry stands; words for readers are `ui-proof-*` in words/. */
export type Proof = 'co-signed' | 'receipted' | 'signed' | 'announced' | 'other-branch' | 'unsigned';

/** What came of it; there is no word for "safe". */
export type RecordVerdict = 'holds' | 'broken' | 'not-verified';

/** What a signal says; words are `calls-says-*`. */
export type Says = 'alive' | 'silent' | 'back' | 'on-watch' | 'unstaffed' | 'said-on-watch' | 'answered' | 'declined' | 'deferred' | 'nobody' | 'none-came' | 'unknown';

/** The shapes of an area. */
export type ShapeName = 'circle' | 'polygon' | 'corridor' | 'track';

/** The three signals; words are `calls-signal-*`. */
export type Signal = 'heartbeat' | 'watch' | 'human';

/** What evidence a claim has, by the sightings on our record that were entered about it. */
export type Standing = 'no_evidence' | 'supported' | 'contradicted' | 'disputed';

/** How a field is stated, so that a page knows how to show it. */
export type StatedAs = 'text' | 'when' | 'position' | 'altitude' | 'yes-no' | 'count' | 'form';

/** The steps of the chain in their order; words for readers are `step-*` in words/. */
export type StepName = 'on-their-record' | 'shown' | 'taken-by' | 'read-by' | 'read-back' | 'passed-to' | 'outcome' | 'answered';

/** What a message is about, kept apart so that protests never drown safety. */
export type Subject = 'SAFETY' | 'NOTICE' | 'CLARIFICATION' | 'PROTEST' | 'SERVICE';

/** Why a claimed time is not to be relied on; words for readers are `time-*` in words/. */
export type TimeMark = 'before-bracket' | 'after-bracket' | 'late' | 'stopped-before';

/** The topics that a mark can be of; words for readers are `firebreak-topic-*` in words/. */
export type Topic = 'heard' | 'contact' | 'attempt' | 'acknowledgement' | 'outcome' | 'reply' | 'line_test' | 'arranged' | 'notice_answer' | 'watch' | 'line_state' | 'witness' | 'incident' | 'query' | 'conflict' | 'units';

/** What was found in a text; the words for readers are `warned-*` in words/. */
export type Warned = 'direction' | 'invisible' | 'control' | 'look-alike' | 'digit' | 'minus' | 'space' | 'flood' | 'signature-line' | 'forged-mark' | 'shortened';

/** What a rule watches, as it is written in an agreement; words are `firebreak-watched-*`. */
export type Watched = 'contact' | 'refused' | 'unanswered' | 'acknowledgement' | 'outcome' | 'reply' | 'line_test' | 'arranged' | 'notice_answer' | 'watch' | 'line_degraded' | 'line_suspended' | 'witness' | 'incident' | 'query' | 'conflict' | 'units';

/** What an officer may do next; words are `firebreak-act-*`. The machine never does it. */
export type What = 'ring' | 'ring_next' | 'ask_time' | 'write' | 'reply' | 'read' | 'answer_notice' | 'settle' | 'reach' | 'take_watch' | 'answer_query' | 'set_line_state' | 'mediator';

/** One thing that was marked in a text: what, and its name in Unicode. */
export interface MarkValues {
  readonly what: Warned;
  readonly name: string;
}

/** One attachment that a message promises: its number from 0, its size in bytes, its commitment in hexadecimal. */
export interface AttachmentValues {
  readonly number: number;
  readonly name: string;
  readonly size: number;
  readonly commitment: string;
  readonly state: AttachmentState;
}

/** A deadline; `left_ms` is negative once it is overdue. */
export interface ClockValues {
  readonly started_ms: number;
  readonly due_ms: number;
  readonly left_ms: number;
  readonly running: boolean;
  readonly overdue: boolean;
}

/** One difference of a read-back: where in the sent text (from 0), and both characters by their Unicode names. */
export interface DifferenceValues {
  readonly kind: DifferenceKind;
  readonly position: number;
  readonly sent: string;
  readonly typed: string;
}

/** One critical field of a read-back: what was sent, what was typed, and how they differ. */
export interface FieldValues {
  readonly kind: FieldKind;
  readonly sent: string;
  readonly typed: string;
  readonly differences: readonly DifferenceValues[];
}

/** A read-back, field by field. `surplus`: texts typed for which there is no field. */
export interface VerdictValues {
  readonly matches: boolean;
  readonly fields: readonly FieldValues[];
  readonly surplus: readonly string[];
}

/** One act about a message. `field` counts from 1; `effect`: why it has none ("" when it has). */
export interface ActValues {
  readonly number: string;
  readonly kind: string;
  readonly party: string;
  readonly post: string;
  readonly officer: string | null;
  readonly text: string | null;
  readonly outcome: string | null;
  readonly time_ms: number | null;
  readonly field: number | null;
  readonly screens: number | null;
  readonly when_ms: number;
  readonly claimed_ms: number;
  readonly time_marks: readonly TimeMark[];
  readonly effect: string;
  readonly verdict: VerdictValues | null;
  readonly erased: boolean;
}

/** One step of a chain. `machine`: a fact about machines, where the others are acts of people. */
export interface StepValues {
  readonly step: StepName;
  readonly machine: boolean;
  readonly done: boolean;
  readonly when_ms: number | null;
  readonly screens: number;
  readonly idle: boolean;
  readonly clock: ClockValues | null;
  readonly acts: readonly ActValues[];
}

/** The coded fields of a message; null or empty where the form has no such field or cannot be read. */
export interface ContentValues {
  readonly officer: string | null;
  readonly operative: string | null;
  readonly place: string | null;
  readonly time_ms: number | null;
  readonly numbers: readonly string[];
  readonly passages: readonly string[];
  readonly phrase: number | null;
  readonly slots: readonly (string | number)[];
  readonly channel: string | null;
  readonly counterpart: string | null;
  readonly template: number | null;
}

/** The content of a message is gone from our record: by which entry of ours, and why. */
export interface ErasedValues {
  readonly by: string;
  readonly why: string;
}

/**
 * One message. `text` is exactly what was written, `shown` what is safe to put on a screen.
 *
 * On a page `text` is what is shown, too. `party` wrote it; `kind` is the kind of entry; `form` is null where it
 * cannot be read; `flash`: it is handled as FLASH. `chains`: by addressed party, the steps in their order. Of
 * very many acts some are left out, and `acts_left_out` says how many.
 */
export interface MessageValues {
  readonly officer: string | null;
  readonly operative: string | null;
  readonly place: string | null;
  readonly time_ms: number | null;
  readonly numbers: readonly string[];
  readonly passages: readonly string[];
  readonly phrase: number | null;
  readonly slots: readonly (string | number)[];
  readonly channel: string | null;
  readonly counterpart: string | null;
  readonly template: number | null;
  readonly number: string;
  readonly party: string;
  readonly ours: boolean;
  readonly kind: string;
  readonly form: string | null;
  readonly subject: Subject | null;
  readonly precedence: string;
  readonly flash: boolean;
  readonly from_post: string;
  readonly to_posts: readonly string[];
  readonly language: string;
  readonly agreement_version: number;
  readonly arrived_ms: number;
  readonly claimed_ms: number;
  readonly time_marks: readonly TimeMark[];
  readonly text: string;
  readonly shown: string;
  readonly marked: readonly MarkValues[];
  readonly critical: readonly FieldKind[];
  readonly attachments: readonly AttachmentValues[];
  readonly effect: string;
  readonly proof_follows: boolean;
  readonly about: string | null;
  readonly corrected_by: readonly string[];
  readonly cancelled_by: readonly string[];
  readonly replies: readonly string[];
  readonly one_sided: boolean;
  readonly open: boolean;
  readonly overdue: boolean;
  readonly sounds: boolean;
  readonly say_again: readonly ActValues[];
  readonly confirmations: readonly ActValues[];
  readonly without_effect: readonly ActValues[];
  readonly chains: Readonly<Record<string, readonly StepValues[]>>;
  readonly acts_left_out: number;
  readonly erased: ErasedValues | null;
}

/** One thing that sounds; more than one message is a flood of that party's, collapsed. */
export interface AlarmValues {
  readonly cause: AlarmCause;
  readonly party: string;
  readonly messages: readonly string[];
  readonly first_ms: number;
  readonly last_ms: number;
  readonly per_minute: number;
}

/** A desk of ours without anybody: `cause` `nobody` or `gap`; whom its roster names now; until when it is a gap. */
export interface UnstaffedValues {
  readonly post: string;
  readonly cause: string;
  readonly since_ms: number;
  readonly planned: readonly string[];
  readonly gap_until_ms: number | null;
}

/** From an instant up to another, half-open. */
export interface SpanValues {
  readonly from_ms: number;
  readonly until_ms: number;
}

/** Who is to be at a desk, from when until when. */
export interface WindowValues {
  readonly from_ms: number;
  readonly until_ms: number;
  readonly officer: string;
}

/**
 * Somebody is on watch, as his party says: `heard`, that the alarm was heard there when it was tried.
 *
 * `hand_over`: the number of the one that he accepted; null when he took the watch. `crossed`: why nobody is relieved
 * by it; "" when he is.
 */
export interface OnWatchValues {
  readonly number: string;
  readonly officer: string;
  readonly heard: boolean;
  readonly since_ms: number;
  readonly claimed_ms: number;
  readonly hand_over: string | null;
  readonly crossed: string;
}

/** Something open: the entry that it began with, and when the next of its clocks runs out, or ran out. */
export interface OpenThingValues {
  readonly number: string;
  readonly what: 'message' | 'call' | 'arranged' | 'other';
  readonly due_ms: number | null;
}

/** A hand-over that waits to be accepted; until then `officer` stands. `count`: what was open, listed or not. */
export interface OfferedValues {
  readonly number: string;
  readonly officer: string;
  readonly to_officer: string;
  readonly things: readonly OpenThingValues[];
  readonly count: number;
  readonly remarks: string;
  readonly since_ms: number;
  readonly claimed_ms: number;
}

/** The roster of a post; `gaps`: the times of its span for which it names nobody. */
export interface RosterValues {
  readonly number: string;
  readonly officer: string;
  readonly from_ms: number;
  readonly until_ms: number;
  readonly windows: readonly WindowValues[];
  readonly gaps: readonly SpanValues[];
  readonly since_ms: number;
}

/** What a roster says of now: who, who is next, or the gap that it lies in; `is_planned` false: it says nothing. */
export interface PlannedValues {
  readonly is_planned: boolean;
  readonly now: readonly WindowValues[];
  readonly then: WindowValues | null;
  readonly gap: SpanValues | null;
}

/**
 * All that a party says of the watch of one post; `said_ms`: when its newest word of it came here.
 *
 * `left_ms`: since when nobody is there by its own word; null when somebody is, or nothing was ever said.
 */
export interface StandingValues {
  readonly party: string;
  readonly ours: boolean;
  readonly post: string;
  readonly watch: OnWatchValues | null;
  readonly hand_over: OfferedValues | null;
  readonly roster: RosterValues | null;
  readonly planned: PlannedValues | null;
  readonly left_ms: number | null;
  readonly said_ms: number | null;
}

/**
 * An attempt to call, on one line of a list. `party`: the other one; `ours`: we called.
 *
 * `words`: what the caller wrote beside it, or `words_erased`. `effect`: why the call has none, and rings nowhere.
 * `ringing_ms`: since when it rings, by our clock; `rung_posts` rang so far,
 * `staffed_posts` of them were on watch, as the node that rings says. `given_up_unrung`: a machine ended it, and no
 * ring of it is shown. `reason`: why it was declined, `refused` for instance. `duration_ms`: how long the call
 * lasted, by the node that ended it. `channel`, `counterpart`: of a contact
 * by another channel, which is a message, and of which there is nothing but its author's word.
 */
export interface CallLine {
  readonly number: string;
  readonly party: string;
  readonly ours: boolean;
  readonly from_post: string;
  readonly to_post: string;
  readonly precedence: string;
  readonly media: 'text' | 'voice' | 'video';
  readonly officer: string | null;
  readonly words: string;
  readonly words_erased: boolean;
  readonly placed_ms: number;
  readonly arrived_ms: number;
  readonly on_their_record_ms: number | null;
  readonly state: CallState;
  readonly outcome: Outcome | null;
  readonly reason: string | null;
  readonly ringing_ms: number | null;
  readonly rung_posts: readonly string[];
  readonly given_up_unrung: boolean;
  readonly staffed_posts: readonly string[];
  readonly answered_by: string | null;
  readonly answered_ms: number | null;
  readonly deferred_to_post: string | null;
  readonly deferred_to_ms: number | null;
  readonly ended_ms: number | null;
  readonly duration_ms: number | null;
  readonly effect: string;
  readonly channel: string | null;
  readonly counterpart: string;
}

/**
 * One entry about a call, in the order that both records have. `machine`: no person did it.
 *
 * `words`: what its author wrote beside it. `effect`: why it changed nothing ("" when it did). `rang_ms`, `heard_ms`:
 * how long it rang, and when anything was last heard, by the author's clock.
 */
export interface CallStepValues {
  readonly number: string;
  readonly kind: string;
  readonly party: string;
  readonly ours: boolean;
  readonly post: string;
  readonly officer: string | null;
  readonly machine: boolean;
  readonly written_ms: number;
  readonly arrived_ms: number;
  readonly words: string;
  readonly words_erased: boolean;
  readonly media: 'text' | 'voice' | 'video' | null;
  readonly reason: string | null;
  readonly rung: number | null;
  readonly posts: readonly string[];
  readonly staffed: readonly string[];
  readonly outcome: Outcome | null;
  readonly to_post: string | null;
  readonly to_ms: number | null;
  readonly rang_ms: number | null;
  readonly heard_ms: number | null;
  readonly duration_ms: number | null;
  readonly cause: string | null;
  readonly role: string | null;
  readonly name: string | null;
  readonly path: string | null;
  readonly effect: string;
}

/** What one signal says (words `calls-says-*`), since when, at which posts; `evidence`: the entry that shows it. */
export interface ReadingValues {
  readonly signal: Signal;
  readonly says: Says;
  readonly since_ms: number | null;
  readonly posts: readonly string[];
  readonly evidence: string;
}

/**
 * What is shown of an attempt (words `calls-verdict-*`), as the node of the party `by` says.
 *
 * `tried_by_ms`: by then it was made; `bound_by` signed for it, "" when our own clock alone says so.
 */
export interface DiagnosisValues {
  readonly by: string;
  readonly verdict: string;
  readonly readings: readonly ReadingValues[];
  readonly tried_by_ms: number;
  readonly bound_by: string;
}

/**
 * One call with its steps. `crossed`: what one side did that crossed what counts, and has no effect.
 *
 * `diagnosis`: null of a contact by another channel, and of what rings nowhere. `our_fingerprint`,
 * `their_fingerprint`: SHA-256 of the certificates that its media may use, in hexadecimal.
 */
export interface CallValues {
  readonly number: string;
  readonly party: string;
  readonly ours: boolean;
  readonly from_post: string;
  readonly to_post: string;
  readonly precedence: string;
  readonly media: 'text' | 'voice' | 'video';
  readonly officer: string | null;
  readonly words: string;
  readonly words_erased: boolean;
  readonly placed_ms: number;
  readonly arrived_ms: number;
  readonly on_their_record_ms: number | null;
  readonly state: CallState;
  readonly outcome: Outcome | null;
  readonly reason: string | null;
  readonly ringing_ms: number | null;
  readonly rung_posts: readonly string[];
  readonly given_up_unrung: boolean;
  readonly staffed_posts: readonly string[];
  readonly answered_by: string | null;
  readonly answered_ms: number | null;
  readonly deferred_to_post: string | null;
  readonly deferred_to_ms: number | null;
  readonly ended_ms: number | null;
  readonly duration_ms: number | null;
  readonly effect: string;
  readonly channel: string | null;
  readonly counterpart: string;
  readonly steps: readonly CallStepValues[];
  readonly without_effect: readonly CallStepValues[];
  readonly steps_left_out: number;
  readonly crossed: CallStepValues | null;
  readonly diagnosis: DiagnosisValues | null;
  readonly our_fingerprint: string | null;
  readonly their_fingerprint: string | null;
}

/** A call that rings at a locked console: whose it is and since when, never what was written beside it. */
export interface RingingValues {
  readonly number: string;
  readonly party: string;
  readonly from_post: string;
  readonly precedence: string;
  readonly ringing_ms: number;
}

/** Attempts of one party that were not rung: more than both agreed on. */
export interface CallFloodValues {
  readonly party: string;
  readonly count: number;
  readonly first_ms: number;
  readonly last_ms: number;
  readonly per_minute: number;
}

/** A window of the attempts of both sides, newest first: `total` that the filter lets through. */
export interface CallPage {
  readonly rows: readonly CallLine[];
  readonly offset: number;
  readonly total: number;
  readonly looked_at: number;
  readonly as_of_ms: number;
  readonly truncated: boolean;
}

/** One rung of a ladder: which posts, after how many seconds, and which of them are on watch, as their node says. */
export interface RungValues {
  readonly posts: readonly string[];
  readonly after_s: number;
  readonly staffed: readonly string[];
}

/**
 * Two posts that may call each other, before anybody dials.
 *
 * `last_call_ms`, `last_call`: the last call between them that was answered. `rungs`: whom their node rings, in order.
 * `standing`: the watch of their post, as their node says.
 */
export interface CallPairValues {
  readonly party: string;
  readonly our_post: string;
  readonly their_post: string;
  readonly last_call: string | null;
  readonly last_call_ms: number | null;
  readonly rungs: readonly RungValues[];
  readonly standing: StandingValues;
}

/** Whom each post of ours may call. */
export interface CallPairs {
  readonly pairs: readonly CallPairValues[];
  readonly as_of_ms: number;
}

/**
 * By which way media to a party may go: by our relay, or directly without being chosen (one network).
 *
 * `shown`: of the addresses that were asked about, those that a direct call shows to the other side.
 */
export interface WayValues {
  readonly has_relay: boolean;
  readonly is_direct: boolean;
  readonly shown: readonly string[];
}

/** What our relay takes for one call, until `ends_ms`. The password is for this page alone. */
export interface RelayValues {
  readonly urls: readonly string[];
  readonly username: string;
  readonly password: string;
  readonly ends_ms: number;
}

/**
 * What the other console said of its media, as far as our node lets it pass. `kind` null: nothing yet.
 *
 * `refused_here`, `refused_there`: the code of what our node, or theirs, refused; "" when nothing was.
 */
export interface HeardValues {
  readonly kind: 'offer' | 'answer' | null;
  readonly number: number;
  readonly sdp: string;
  readonly refused_here: string;
  readonly refused_there: string;
}

/** A message that was written beside a call, by `party`. */
export interface TextValues {
  readonly number: string;
  readonly party: string;
  readonly ours: boolean;
  readonly arrived_ms: number;
  readonly text: string;
  readonly erased: boolean;
  readonly is_on_their_record: boolean;
  readonly is_taken: boolean;
}

/** The addresses of this desk that the other side learns. */
export interface ToldValues {
  readonly addresses: readonly string[];
}

/**
 * Who sits at this console: a post and a label beside it, which proves no person.
 *
 * `key`: the personal key that it was begun by; null: a one-time link. `locks_ms`: so long after his last act it
 * locks; null: never. `may_act`: as its post may, else it only reads. `may_enrol`: one passkey, now.
 */
export interface SessionValues {
  readonly party: string;
  readonly post: string;
  readonly officer: string;
  readonly language: string;
  readonly expires_ms: number;
  readonly key: string | null;
  readonly locked: boolean;
  readonly locks_ms: number | null;
  readonly may_act: boolean;
  readonly may_enrol: boolean;
}

/** The same words in the three languages, as the agreement has them. */
export interface WordsValues {
  readonly en: string;
  readonly fr: string;
  readonly ru: string;
}

/** A post: its identifier, what it is called, and how it is addressed. */
export interface PostValues {
  readonly id: string;
  readonly party: string;
  readonly title: WordsValues;
  readonly address: WordsValues;
}

/** A party to the agreement, with its posts. */
export interface PartyValues {
  readonly id: string;
  readonly name: WordsValues;
  readonly language: string;
  readonly duty_desk: string;
  readonly posts: readonly PostValues[];
}

/**
 * One bearer to a party: OPEN is a connection, PROVEN one on which the other side has shown itself.
 *
 * `address`: what we dial; null where they dial us. `since_ms`: when it came into this state.
 */
export interface BearerValues {
  readonly name: string;
  readonly address: string | null;
  readonly dialled: boolean;
  readonly state: BearerState;
  readonly since_ms: number | null;
}

/** An attachment on its way here, in bytes. */
export interface FetchingValues {
  readonly message: string;
  readonly number: number;
  readonly here: number;
  readonly size: number;
}

/**
 * The line to one party: facts about machines.
 *
 * `up`: there are a session and a path; `alive`: their node answered within two heartbeats. `since_ms`: since when
 * it is up, or down; null: since this node started. `heard_ms`: when anything valid was last heard.
 * `their_clock_ms`: what their clock shows minus ours. `queued` entries wait, `in_flight` are not receipted yet.
 */
export interface LineValues {
  readonly party: string;
  readonly up: boolean;
  readonly alive: boolean;
  readonly since_ms: number | null;
  readonly heard_ms: number | null;
  readonly round_trip_ms: number | null;
  readonly their_clock_ms: number | null;
  readonly their_node_busy: boolean;
  readonly queued: number;
  readonly in_flight: number;
  readonly refused: number;
  readonly fetching: FetchingValues | null;
  readonly bearers: readonly BearerValues[];
}

/**
 * A neutral witness: when its last word came (null: never), and how many entries of our log it has co-signed.
 *
 * `asked`: this node has an address of it. `unseen`: it is asked, and has said nothing for long.
 */
export interface WitnessValues {
  readonly name: string;
  readonly asked: boolean;
  readonly heard_ms: number | null;
  readonly size: number;
  readonly unseen: boolean;
}

/** Somebody took the watch, as their node says: `heard`, that the alarm was heard when it was tried. */
export interface WatchValues {
  readonly party: string;
  readonly number: string;
  readonly post: string;
  readonly officer: string;
  readonly since_ms: number;
  readonly heard: boolean;
}

/** The last entry of a party's machines, or of its people. */
export interface LastWordValues {
  readonly party: string;
  readonly number: string;
  readonly kind: string;
  readonly post: string;
  readonly arrived_ms: number;
  readonly by_person: boolean;
}

/**
 * A message on one line of a list.
 *
 * `beginning`: the first characters of what was written, safe to show. `attachments`: how many. `due_ms`,
 * `next_step`, `next_party`: the deadline that runs out first, of which step, at which party. `shown_ms`,
 * `taken_ms`: when first, at any party addressed.
 */
export interface MessageLine {
  readonly number: string;
  readonly party: string;
  readonly ours: boolean;
  readonly kind: string;
  readonly form: string | null;
  readonly subject: Subject | null;
  readonly precedence: string;
  readonly flash: boolean;
  readonly from_post: string;
  readonly to_posts: readonly string[];
  readonly language: string;
  readonly arrived_ms: number;
  readonly operative: string | null;
  readonly place: string | null;
  readonly phrase: number | null;
  readonly slots: readonly (string | number)[];
  readonly channel: string | null;
  readonly template: number | null;
  readonly beginning: string;
  readonly attachments: number;
  readonly about: string | null;
  readonly open: boolean;
  readonly overdue: boolean;
  readonly due_ms: number | null;
  readonly next_step: StepName | null;
  readonly next_party: string | null;
  readonly sounds: boolean;
  readonly effect: string;
  readonly cancelled: boolean;
  readonly shown_ms: number | null;
  readonly taken_ms: number | null;
  readonly erased: boolean;
}

/**
 * A window of a list, newest first. `total`: how many there are in all, of `looked_at` messages.
 *
 * `truncated`: older messages were not looked at.
 */
export interface MessagePage {
  readonly rows: readonly MessageLine[];
  readonly offset: number;
  readonly total: number;
  readonly looked_at: number;
  readonly as_of_ms: number;
  readonly truncated: boolean;
}

/**
 * What waits for somebody, the most urgent first: by precedence, then by the deadline that comes first.
 *
 * `total` are kept as open, and these are the most urgent of them; `truncated`: more may be open.
 */
export interface OpenPage {
  readonly rows: readonly MessageLine[];
  readonly total: number;
  readonly looked_at: number;
  readonly truncated: boolean;
  readonly as_of_ms: number;
}

/** How much is open and overdue, of how many messages that were looked at. */
export interface OpenValues {
  readonly open: number;
  readonly overdue: number;
  readonly looked_at: number;
  readonly truncated: boolean;
  readonly as_of_ms: number;
}

/** What an act put on our record. */
export interface RecordedValues {
  readonly number: string;
  readonly recorded_ms: number;
}

/** A restored party is let in for its recovery alone, until then. */
export interface AdmissionValues {
  readonly party: string;
  readonly until_ms: number;
}

/** What our node had to tell people: the last of its kind in an English sentence, how often since it started. */
export interface TroubleValues {
  readonly code: string;
  readonly detail: string;
  readonly party: string | null;
  readonly count: number;
  readonly first_ms: number;
  readonly last_ms: number;
}

/**
 * All that stands at the top of every page, as of `as_of_ms`.
 *
 * `run` names this run of the node. `content_age_s`: so long after the last word content is kept; null: for ever.
 * `overdue`: the most urgent of them, 20 at most. `troubles`: of this run, the one that was told last first.
 * `screens`: live consoles of this node. `session` is null on the stream, which is the same for all. `recovering`:
 * the stage of it (words `recovering-STAGE`) while our node may have signed more than it holds, and signs nothing.
 * `calls`: those that are open now, what rings first; `call_floods`: attempts beyond what was agreed, not rung.
 */
export interface DeskValues {
  readonly as_of_ms: number;
  readonly run: string;
  readonly party: string;
  readonly exercise: boolean;
  readonly line_name: string;
  readonly agreement_version: number;
  readonly record_mode: string;
  readonly content_age_s: number | null;
  readonly languages: readonly string[];
  readonly parties: readonly PartyValues[];
  readonly lines: readonly LineValues[];
  readonly watches: readonly WatchValues[];
  readonly unstaffed: readonly UnstaffedValues[];
  readonly witnesses: readonly WitnessValues[];
  readonly last_words: readonly LastWordValues[];
  readonly overdue: readonly MessageLine[];
  readonly open: OpenValues;
  readonly alarms: readonly AlarmValues[];
  readonly calls: readonly CallLine[];
  readonly call_floods: readonly CallFloodValues[];
  readonly troubles: readonly TroubleValues[];
  readonly screens: number;
  readonly session: SessionValues | null;
  readonly demo: boolean;
  readonly recovering: string | null;
}

/** What sounds at a locked console: whose it is and since when, never what it says. `post`: null where many are. */
export interface WaitingValues {
  readonly cause: AlarmCause;
  readonly party: string;
  readonly post: string | null;
  readonly messages: readonly string[];
  readonly first_ms: number;
}

/** All that a locked console is told: what it needs to sound, and to name who calls. */
export interface LockedValues {
  readonly as_of_ms: number;
  readonly run: string;
  readonly party: string;
  readonly exercise: boolean;
  readonly parties: readonly PartyValues[];
  readonly waiting: readonly WaitingValues[];
  readonly calls: readonly RingingValues[];
}

/** One step, and when it was done. */
export interface DemoStep {
  readonly name: DemoStepName;
  readonly done_ms: number | null;
}

/** How far the demonstration has come. */
export interface DemoValues {
  readonly steps: readonly DemoStep[];
  readonly link_broken: boolean;
}

/** The desk as it is now: first on every stream, then whenever it changes. */
export interface DeskEvent {
  readonly what: 'desk';
  readonly desk: DeskValues;
}

/** In the place of every other event but the beat, where the session is locked. */
export interface LockedEvent {
  readonly what: 'locked';
  readonly locked: LockedValues;
}

/** A message that is new, or whose chain changed. */
export interface MessageEvent {
  readonly what: 'message';
  readonly message: MessageValues;
}

/** A call that is new, or that went on. */
export interface CallEvent {
  readonly what: 'call';
  readonly call: CallValues;
}

/** The other console said something new of the media of a call, or a node refused what was said: ask. */
export interface SignalEvent {
  readonly what: 'signal';
  readonly call: string;
}

/** An entry, ours or theirs, is on the record here. */
export interface EntryEvent {
  readonly what: 'entry';
  readonly number: string;
  readonly kind: string;
}

/** Something that an officer or an operator should know. */
export interface TroubleEvent {
  readonly what: 'trouble';
  readonly code: string;
  readonly detail: string;
  readonly party: string | null;
}

/** How far long work has come; `total` is 0 while it is not known. */
export interface ProgressEvent {
  readonly what: 'progress';
  readonly task: string;
  readonly done: number;
  readonly total: number;
}

/** The demonstration went on. */
export interface DemoEvent {
  readonly what: 'demo';
  readonly demo: DemoValues;
}

/** The node lives, as of now; a page that hears none for six seconds is not live. */
export interface BeatEvent {
  readonly what: 'beat';
  readonly as_of_ms: number;
}

/** A named feature in the three languages. */
export interface FeatureNames {
  readonly en: string;
  readonly fr: string;
  readonly ru: string;
}

/**
 * A position in both notations, and how far from a named feature; `at_ms`: of a track alone.
 *
 * `near`: null where no feature is known; else it is `near_m` metres from it, on `bearing_deg`.
 */
export interface PositionValues {
  readonly lat_e7: number;
  readonly lon_e7: number;
  readonly degrees: string;
  readonly mgrs: string;
  readonly near: FeatureNames | null;
  readonly near_m: number | null;
  readonly bearing_deg: number | null;
  readonly at_ms: number | null;
}

/** A bound as it was written: `unit` "m", "ft" or "fl", `datum` "amsl", "hae", "std" or "agl". */
export interface AltitudeValues {
  readonly limit: AltitudeLimit;
  readonly value: number | null;
  readonly unit: string | null;
  readonly datum: string | null;
}

/** Positions that belong together: a ring of a part of a polygon, from 0; else the only one. */
export interface RingValues {
  readonly part: number;
  readonly hole: boolean;
  readonly positions: readonly PositionValues[];
}

/** An area, a band and a window. `reach_dm`: radius, half width or buffer; null: a polygon. */
export interface VolumeValues {
  readonly shape: ShapeName;
  readonly rings: readonly RingValues[];
  readonly reach_dm: number | null;
  readonly lower: AltitudeValues;
  readonly upper: AltitudeValues;
  readonly start_ms: number | null;
  readonly end_ms: number | null;
}

/** Where a movement reports, and when it means to be there. */
export interface CheckPointValues {
  readonly name: string;
  readonly position: PositionValues;
  readonly planned_ms: number | null;
}

/**
 * A notice on one line of a list.
 *
 * `answer`: the other side's last word of it, "" while there is none; `answer_new`: it speaks of the newest version.
 * `short`: filed with less than the agreed lead time, `lead_s` before its start. `changed`: it was amended since it
 * was acknowledged. `until_ms`: until when it stands; of a movement `heard_ms`: of when the last word of it is,
 * `left_ms`: since when it is not by its plan, `unheard`: it runs late, and was not heard of for long. `conflicts`:
 * how many stand; `gaps`: units that are not known to have it.
 */
export interface NoticeLine {
  readonly number: string;
  readonly party: string;
  readonly ours: boolean;
  readonly form: number;
  readonly title: string;
  readonly movement: string;
  readonly state: string;
  readonly from_post: string;
  readonly start_ms: number | null;
  readonly end_ms: number | null;
  readonly until_ms: number | null;
  readonly heard_ms: number | null;
  readonly left_ms: number | null;
  readonly unheard: boolean;
  readonly lead_s: number | null;
  readonly agreed_lead_s: number;
  readonly short: boolean;
  readonly wants_answer: boolean;
  readonly answer: string;
  readonly answer_new: boolean;
  readonly answer_due_ms: number | null;
  readonly overdue: boolean;
  readonly changed: boolean;
  readonly versions: number;
  readonly conflicts: number;
  readonly gaps: number;
  readonly arrived_ms: number;
  readonly changed_ms: number;
  readonly effect: string;
  readonly erased: boolean;
}

/** A window of a list. `total`: how many there are in all, of `looked_at`; `truncated`: more were not looked at. */
export interface NoticePage {
  readonly rows: readonly NoticeLine[];
  readonly offset: number;
  readonly total: number;
  readonly looked_at: number;
  readonly as_of_ms: number;
  readonly truncated: boolean;
}

/** One field of a form as it was filled: `kind` says how to show it; `text` is what was written. */
export interface NoticeField {
  readonly number: number;
  readonly kind: string;
  readonly text: string;
}

/** What reads otherwise: `field` "title", "volumes.2.window", "fields.4"; as words, "" where it was not stated. */
export interface NoticeChange {
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

/** What was filed, or an amendment; `changes` against the version before. `lead_s`: to its beginning. */
export interface NoticeVersion {
  readonly number: string;
  readonly post: string;
  readonly officer: string;
  readonly arrived_ms: number;
  readonly lead_s: number | null;
  readonly agreed_lead_s: number;
  readonly short: boolean;
  readonly changes: readonly NoticeChange[];
  readonly effect: string;
}

/**
 * What the other side says of a notice. `newest`: of what it says now. `late`: after it was due.
 *
 * `volumes`: of a counter-proposal; `counter` "awaited", "accepted" or "refused", "" where it is none.
 */
export interface NoticeAnswer {
  readonly number: string;
  readonly party: string;
  readonly ours: boolean;
  readonly answer: string;
  readonly version: string;
  readonly newest: boolean;
  readonly post: string;
  readonly officer: string;
  readonly words: string;
  readonly volumes: readonly VolumeValues[];
  readonly counter: string;
  readonly late: boolean;
  readonly arrived_ms: number;
  readonly effect: string;
}

/** A position, by its number from 1, that was not read back as it stands, and why; `apart_m`: how far off it is. */
export interface ReadBackDifference {
  readonly number: number;
  readonly read: string;
  readonly reason: string;
  readonly apart_m: number | null;
}

/** Positions of a version, typed back by the other side; `understood`: all are those that were meant. */
export interface NoticeReadBack {
  readonly number: string;
  readonly party: string;
  readonly ours: boolean;
  readonly post: string;
  readonly officer: string;
  readonly version: string;
  readonly newest: boolean;
  readonly understood: boolean;
  readonly positions: readonly string[];
  readonly differences: readonly ReadBackDifference[];
  readonly words: string;
  readonly arrived_ms: number;
  readonly effect: string;
}

/** The word that a notice is withdrawn, or that what it announced is over. */
export interface NoticeClosing {
  readonly number: string;
  readonly state: string;
  readonly post: string;
  readonly officer: string;
  readonly words: string;
  readonly arrived_ms: number;
}

/**
 * One notice with everything that was said of it; `line` is its row of the list.
 *
 * `missing`: fields that its form cannot do without. `unseen`: what changed since it was acknowledged.
 * `key_positions`: those that a read-back types. `known`: the other side's conflicting notices that it names, of
 * `known_total` that there were when it was written; null: that was not checked. `messages`: written about it.
 */
export interface NoticeValues {
  readonly line: NoticeLine;
  readonly to_posts: readonly string[];
  readonly officer: string;
  readonly fields: readonly NoticeField[];
  readonly volumes: readonly VolumeValues[];
  readonly check_points: readonly CheckPointValues[];
  readonly units: readonly string[];
  readonly remarks: string;
  readonly missing: readonly number[];
  readonly unseen: readonly NoticeChange[];
  readonly versions: readonly NoticeVersion[];
  readonly answers: readonly NoticeAnswer[];
  readonly read_backs: readonly NoticeReadBack[];
  readonly key_positions: readonly PositionValues[];
  readonly known: readonly string[];
  readonly known_total: number | null;
  readonly conflicts: readonly ConflictValues[];
  readonly compared: ComparedValues;
  readonly closing: NoticeClosing | null;
  readonly messages: readonly string[];
  readonly as_of_ms: number;
}

/** One of the two notices of a conflict. */
export interface ConflictParty {
  readonly number: string;
  readonly party: string;
  readonly ours: boolean;
  readonly form: number;
  readonly title: string;
  readonly movement: string;
}

/** The least shift of our own notice alone, one at a time, that would clear a conflict; null: none within bounds. */
export interface ClearingValues {
  readonly earlier_s: number | null;
  readonly later_s: number | null;
  readonly lower_m: number | null;
  readonly raise_m: number | null;
  readonly move_bearing_deg: number | null;
  readonly move_m: number | null;
}

/** What one side says became of a conflict, of both notices as they stand. */
export interface SettlementValues {
  readonly number: string;
  readonly party: string;
  readonly ours: boolean;
  readonly settlement: string;
  readonly post: string;
  readonly officer: string;
  readonly words: string;
  readonly arrived_ms: number;
}

/**
 * Two notices that would meet: where they come closest, in which window, and by how much they keep apart.
 *
 * `ours`: null in a draft. `at_least`: the altitudes are over different datums, and the gap is at least this.
 * `tolerance`: the distance is so near to its minimum that the rule says conflict. `settled`: how it stands by what
 * both sides said, "" while it is open. `alarm`: why it must be seen now, "" where it need not.
 */
export interface ConflictValues {
  readonly ours: ConflictParty | null;
  readonly theirs: ConflictParty;
  readonly place: PositionValues;
  readonly other: PositionValues;
  readonly distance_m: number;
  readonly altitude_gap_m: number;
  readonly time_gap_s: number;
  readonly tolerance: boolean;
  readonly at_least: boolean;
  readonly start_ms: number | null;
  readonly end_ms: number | null;
  readonly found_ms: number;
  readonly alarm: string;
  readonly clearing: ClearingValues | null;
  readonly settlements: readonly SettlementValues[];
  readonly settled: string;
}

/** Conflicts of one movement of ours, or of one notice that belongs to none; `alarm`: one for all of them. */
export interface ConflictGroup {
  readonly movement: string;
  readonly title: string;
  readonly alarm: string;
  readonly conflicts: readonly ConflictValues[];
}

/**
 * What any answer about conflicts rests on: so many live notices of each side, with the agreed minima.
 *
 * `theirs_newest_ms`: when their newest was written, null: none was. `line_up`: whether what they file now would come.
 * `not_checked` "minima", "gap" or "damaged": why not all was compared, and `since_ms` when it last was; "": all was.
 */
export interface ComparedValues {
  readonly conflicts: number;
  readonly ours: number;
  readonly theirs: number;
  readonly theirs_newest_ms: number | null;
  readonly line_up: boolean;
  readonly distance_m: number;
  readonly altitude_m: number;
  readonly time_s: number;
  readonly not_checked: string;
  readonly since_ms: number | null;
  readonly as_of_ms: number;
}

/** The conflicts that are not over, grouped, what begins next first; `total` stand, of which these are the first. */
export interface ConflictPage {
  readonly groups: readonly ConflictGroup[];
  readonly total: number;
  readonly compared: ComparedValues;
}

/** Conflicts of one movement of ours that must be seen now: the first of them, how many `more`, and why. */
export interface ConflictAlarm {
  readonly ours: string;
  readonly theirs: string;
  readonly movement: string;
  readonly title: string;
  readonly cause: string;
  readonly start_ms: number | null;
  readonly more: number;
}

/** What is wrong with one field of a draft: `field` as "volumes.1.rings.1.3", from 1. `missing`: it is empty. */
export interface DraftDefect {
  readonly field: string;
  readonly code: string;
  readonly missing: boolean;
  readonly message: string;
  readonly hint: string;
}

/** One typed position: `line` from 0; read, or the defect that it has. */
export interface RestatedLine {
  readonly line: number;
  readonly position: PositionValues | null;
  readonly defect: DraftDefect | null;
}

/** Typed positions as they were understood. */
export interface RestatedPositions {
  readonly lines: readonly RestatedLine[];
}

/**
 * What filing a draft now would mean; with defects it would be refused.
 *
 * `agreed_lead_s`: what the form asks for; `answer_s`: how long the other side would have to answer.
 */
export interface CheckedDraft {
  readonly defects: readonly DraftDefect[];
  readonly volumes: readonly VolumeValues[];
  readonly lead_s: number | null;
  readonly agreed_lead_s: number;
  readonly short: boolean;
  readonly answer_s: number | null;
  readonly conflicts: readonly ConflictValues[];
  readonly compared: ComparedValues;
  readonly as_of_ms: number;
}

/** What was not imported: which item of the file, from 1, its own name, in which fields, and why. */
export interface ImportReject {
  readonly at: number;
  readonly id: string;
  readonly field: string;
  readonly reason: string;
}

/**
 * What became of a file. `filed`, `rejects`: the first of them; `ready`: what would be filed, where it was tried.
 *
 * `reject_file`: all that was rejected as it came, each with why, to be mended and given again.
 */
export interface ImportedNotices {
  readonly read: number;
  readonly ready: number;
  readonly filed: readonly string[];
  readonly filed_count: number;
  readonly known: number;
  readonly rejects: readonly ImportReject[];
  readonly rejected: number;
  readonly reject_file: string;
  readonly notes: readonly string[];
}

/**
 * One volume on a map: whole numbers of 1e-5 degree, longitude before latitude, unwrapped over the antimeridian.
 *
 * `parts`: each a shell and its holes, each ring its first position, then the step to each next one. `label`: where
 * its symbol stands. `fixes`: of a track, longitude, latitude and UTC ms in turn. `reach_m`: radius, half width or
 * buffer; null: a polygon.
 */
export interface MapVolume {
  readonly shape: ShapeName;
  readonly parts: readonly (readonly (readonly number[])[])[];
  readonly label: readonly [number, number];
  readonly lower: AltitudeValues;
  readonly upper: AltitudeValues;
  readonly start_ms: number | null;
  readonly end_ms: number | null;
  readonly fixes: readonly number[];
  readonly reach_m: number | null;
}

/** A live notice on a map. */
export interface MapNotice {
  readonly number: string;
  readonly party: string;
  readonly ours: boolean;
  readonly form: number;
  readonly state: string;
  readonly title: string;
  readonly movement: string;
  readonly short: boolean;
  readonly conflicts: number;
  readonly volumes: readonly MapVolume[];
}

/** A conflict on a map: from one place to the other, as `MapVolume.label` is written, in a window. */
export interface MapConflict {
  readonly ours: string;
  readonly theirs: string;
  readonly place: readonly [number, number];
  readonly other: readonly [number, number];
  readonly distance_m: number;
  readonly start_ms: number | null;
  readonly end_ms: number | null;
  readonly alarm: string;
  readonly settled: string;
}

/** Live notices of both sides, a window of `total`; with the first window conflicts, of `conflicts_total`. */
export interface NoticeMap {
  readonly notices: readonly MapNotice[];
  readonly conflicts: readonly MapConflict[];
  readonly conflicts_total: number;
  readonly total: number;
  readonly as_of_ms: number;
}

/** A notice is new, or something was said of it: by its number; a page asks for it anew. */
export interface NoticeEvent {
  readonly what: 'notice';
  readonly number: string;
}

/** The conflicts changed: what is raised now. */
export interface ConflictEvent {
  readonly what: 'conflict';
  readonly alarms: readonly ConflictAlarm[];
  readonly total: number;
}

/**
 * Something open, as the desk knows it now; `message`: its line, where it is a message that is here.
 *
 * `due_ms`: when the next of its clocks runs out, or ran out, as whoever listed it saw it.
 */
export interface OpenThingLine {
  readonly number: string;
  readonly what: 'message' | 'call' | 'arranged' | 'other';
  readonly due_ms: number | null;
  readonly message: MessageLine | null;
}

/**
 * The watch of both sides. `open`: the most urgent of the `count` things that are open here.
 *
 * `offered`: what the hand-over that waits at the session's post lists. `grace_s`: so long a desk may be empty.
 * `keeps_remarks` false: content has an age on this line, so that a hand-over bears none.
 */
export interface WatchPage {
  readonly as_of_ms: number;
  readonly standings: readonly StandingValues[];
  readonly unstaffed: readonly UnstaffedValues[];
  readonly open: readonly OpenThingLine[];
  readonly count: number;
  readonly offered: readonly OpenThingLine[];
  readonly grace_s: number;
  readonly keeps_remarks: boolean;
}

/**
 * One log, as people name it: the entries before `covered` were signed with ML-DSA-44 by its author and by `by`.
 *
 * Of the `size` entries those from `covered` on are classical only so far.
 */
export interface CoveredValues {
  readonly log: string;
  readonly party: string;
  readonly size: number;
  readonly covered: number;
  readonly by: readonly string[];
}

/** Who signed that it held all these entries: its party, the id of its key, the time it gave (UTC ms). */
export interface HolderValues {
  readonly party: string;
  readonly key_id: string;
  readonly time_ms: number;
}

/** A neutral witness that signed for the head: its name in its lines, the id of its key, its time (UTC ms). */
export interface WitnessedValues {
  readonly name: string;
  readonly key_id: string;
  readonly time_ms: number;
}

/** Of the log of `party`, the author of the verified one had seen `size` entries at most. */
export interface SeenValues {
  readonly party: string;
  readonly size: number;
}

/** The agreement in entry 0. `names_keys`: the keys used are those that it names. */
export interface AgreedValues {
  readonly name: string;
  readonly status: string;
  readonly version: number;
  readonly signed_by: readonly string[];
  readonly names_keys: boolean;
}

/** Why a record does not hold, or was not verified. */
export interface RefusedValues {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/**
 * One party's log: `size` entries under the newest co-signed checkpoint, of the `held` that are here.
 *
 * `covered`: entries before it are signed with ML-DSA-44 by both sides too; the rest is classical only so far.
 * `refused` is None when it holds. `proved` and `not_proved` are codes, in the order in which they are read.
 */
export interface VerifiedRecordValues {
  readonly party: string;
  readonly verdict: RecordVerdict;
  readonly held: number;
  readonly size: number;
  readonly covered: number;
  readonly root: string;
  readonly log_key: string;
  readonly holders: readonly HolderValues[];
  readonly witnesses: readonly WitnessedValues[];
  readonly heads: number;
  readonly bodies: number;
  readonly unreadable: number;
  readonly attachments: number;
  readonly attachments_absent: number;
  readonly agreement: AgreedValues | null;
  readonly not_before: readonly SeenValues[];
  readonly not_after: HolderValues | null;
  readonly proved: readonly string[];
  readonly not_proved: readonly string[];
  readonly refused: RefusedValues | null;
}

/**
 * One entry of either side's record.
 *
 * `kind` is a name of `model.entry.Kind`, "UNKNOWN 77", "UNREADABLE", or "NOT SHOWN TO US" where the leaf alone is
 * held; `by`: who writes such entries, null where nobody can say. `form` and `operative` are those of a message.
 * `beginning`: the first characters of what was written, safe to show. `written_ms`: what its author claims. `forked`:
 * its author signed another entry in its place, too.
 */
export interface EntryLine {
  readonly number: string;
  readonly party: string;
  readonly index: number;
  readonly ours: boolean;
  readonly kind: string;
  readonly by: Author | null;
  readonly form: string | null;
  readonly operative: string | null;
  readonly outcome: string | null;
  readonly template: number | null;
  readonly phrase: number | null;
  readonly from_post: string;
  readonly to_posts: readonly string[];
  readonly precedence: string | null;
  readonly written_ms: number | null;
  readonly arrived_ms: number;
  readonly about: string | null;
  readonly beginning: string;
  readonly proof: Proof;
  readonly forked: boolean;
  readonly erased: boolean;
}

/** Two signed statements of a party that cannot both be true, kept as proof. */
export interface EvidenceValues {
  readonly number: string;
  readonly party: string;
  readonly what: string;
  readonly found_ms: number;
}

/**
 * A window of the record, newest arrival first. `total`: how many there are, of `looked_at` entries.
 *
 * `truncated`: older entries were not looked at. `announced`: line tests that were heard and whose proof follows; they
 * stand on no record yet, and are given with the first window of a list without filter. So are `branches`: what was
 * signed on the other branch of a forked log, and is no part of the log (protocol A13).
 */
export interface EntryPage {
  readonly rows: readonly EntryLine[];
  readonly announced: readonly EntryLine[];
  readonly branches: readonly EntryLine[];
  readonly covered: readonly CoveredValues[];
  readonly evidence: readonly EvidenceValues[];
  readonly offset: number;
  readonly total: number;
  readonly looked_at: number;
  readonly as_of_ms: number;
  readonly truncated: boolean;
}

/**
 * What its author signed over an entry: a checkpoint of `size` entries, or a run [start, end) of them.
 *
 * `root` in hexadecimal. `key_id`: of the key that signed; null: no key of this party did, so it proves nothing.
 */
export interface StatementValues {
  readonly what: string;
  readonly start: number;
  readonly end: number;
  readonly root: string;
  readonly key_id: string | null;
}

/**
 * Another party signed that it holds an entry: all entries before `end`, or a run [start, end).
 *
 * `claimed_ms`: the time that it gave, of a checkpoint only; `arrived_ms`: when its signature was durable here.
 */
export interface EntryReceiptValues {
  readonly holder: string;
  readonly what: string;
  readonly start: number;
  readonly end: number;
  readonly claimed_ms: number | null;
  readonly arrived_ms: number;
  readonly key_id: string | null;
}

/** What stands in the head beside what the line of a list has. `seen`: entries of others that its author had. */
export interface EntryHeadValues {
  readonly kind_number: number;
  readonly language: string;
  readonly agreement_version: number;
  readonly references: readonly string[];
  readonly seen: readonly string[];
}

/** One thing that an entry says which is no message and no act; words for readers are `ui-said-*` in words/. */
export interface SaidValues {
  readonly code: string;
  readonly value: string;
}

/** One party's word that an entry's content is gone from its record. `why`: "retention", "order", "fact-only". */
export interface ErasureValues {
  readonly number: string;
  readonly party: string;
  readonly ours: boolean;
  readonly why: string;
  readonly post: string;
  readonly reason: string;
  readonly arrived_ms: number;
}

/** What an order to erase would take here: so many entries and attachments lose their content. */
export interface ErasableValues {
  readonly entries: number;
  readonly attachments: number;
}

/**
 * One entry with its proof.
 *
 * `again`: the parties that signed with ML-DSA-44 too a checkpoint that holds it, its author first; none: it is
 * classical only so far. `held`: "all", "head" or "leaf". `not_before_ms`, `not_after_ms`: times that other parties
 * gave in signatures without it and with it. `message` and `act`: where it is one; `says`: what else it says;
 * `body_hex`: where nothing else can show it. `provable`: `prove` can be given now. `erasures`: who erased its
 * content; `erasable`: it may be asked for here.
 */
export interface EntryValues {
  readonly line: EntryLine;
  readonly held: string;
  readonly leaf: string;
  readonly leaf_hash: string;
  readonly head: EntryHeadValues | null;
  readonly signed: StatementValues | null;
  readonly receipts: readonly EntryReceiptValues[];
  readonly again: readonly string[];
  readonly not_before_ms: number | null;
  readonly not_after_ms: number | null;
  readonly message: MessageValues | null;
  readonly act: ActValues | null;
  readonly says: readonly SaidValues[];
  readonly body_hex: string | null;
  readonly provable: boolean;
  readonly erasures: readonly ErasureValues[];
  readonly erasable: boolean;
  readonly evidence: readonly EvidenceValues[];
  readonly branches: readonly EntryLine[];
  readonly as_of_ms: number;
}

/** Both records as another process verified them here, and the evidence that is held against a party. */
export interface VerifyValues {
  readonly as_of_ms: number;
  readonly records: readonly VerifiedRecordValues[];
  readonly evidence: readonly EvidenceValues[];
}

/** One line of the agreement, as an amendment would have it; its number in the text that holds it, from 1. */
export interface DifferenceLine {
  readonly kind: Changed;
  readonly number: number;
  readonly line: string;
}

/** Two posts that speak with each other; `contact_every_s` null: no cadence is agreed. */
export interface PairValues {
  readonly posts: readonly [string, string];
  readonly contact_every_s: number | null;
}

/** Posts that ring together, `wait_s` seconds after the rung before. */
export interface AgreedRungValues {
  readonly posts: readonly string[];
  readonly wait_s: number;
}

/** Who is rung next when `post` does not answer. */
export interface LadderValues {
  readonly post: string;
  readonly rungs: readonly AgreedRungValues[];
}

/** How long the last rung rings, how soon a proposed call is answered (seconds), how many calls ring in a minute. */
export interface AgreedCallsValues {
  readonly ring_s: number;
  readonly arrange_answer_s: number;
  readonly per_minute: number;
}

/** Of one form of notice, by its number: how long ahead it is due (0: no term), how soon answered (seconds). */
export interface AgreedFormValues {
  readonly form: number;
  readonly lead_s: number;
  readonly answer_s: number;
}

/** What plans keep apart by, and the terms of each form; two lead times are of a case of a form (seconds). */
export interface AgreedNoticesValues {
  readonly distance_m: number;
  readonly altitude_m: number;
  readonly time_s: number;
  readonly forms: readonly AgreedFormValues[];
  readonly emergency_lead_s: number;
  readonly sea_entry_lead_s: number;
}

/**
 * A rule of the firebreak: its sentence, what it watches, and from when on (`firebreak-watched-*`).
 *
 * `posts`, `precedences`: empty for all. `after_s`: beyond the agreed cadence, deadline or beginning. `count`: so many
 * of one pair, or owed by one party. `within_s`: of attempts; null: however old.
 */
export interface AgreedRuleValues {
  readonly id: string;
  readonly level: Level;
  readonly watches: Watched;
  readonly sentence: WordsValues;
  readonly posts: readonly string[];
  readonly precedences: readonly string[];
  readonly after_s: number;
  readonly count: number;
  readonly within_s: number | null;
}

/** The rules; how long a silent party leaves the level known; the mediator in words, "" where there is none. */
export interface AgreedFirebreakValues {
  readonly rules: readonly AgreedRuleValues[];
  readonly unknown_after_s: number;
  readonly mediator: string;
}

/** How long each step of the chain may take, of messages of one precedence, in seconds. */
export interface DeadlineValues {
  readonly precedence: string;
  readonly record_s: number;
  readonly shown_s: number;
  readonly taken_s: number;
  readonly read_s: number;
  readonly read_back_s: number;
  readonly passed_to_s: number;
  readonly outcome_s: number;
  readonly reply_s: number;
}

/** `party` sends a line test every `every_s`, `at_s` after midnight UTC. */
export interface LineTestValues {
  readonly party: string;
  readonly every_s: number;
  readonly at_s: number;
  readonly answer_within_s: number;
}

/** What one party may ask of the other's node and officers. */
export interface BudgetValues {
  readonly entries_per_minute: number;
  readonly flash_per_minute: number;
  readonly alarms_per_minute: number;
  readonly attachment_bytes: number;
}

/** A neutral witness that the parties agreed on: its name among them, and its Ed25519 verifier key as text. */
export interface AgreedWitnessValues {
  readonly name: string;
  readonly key: string;
}

/** A key of a party, in base64 as the text has it; `now`: the key that stands now, "" when it was revoked. */
export interface AgreedKeyValues {
  readonly party: string;
  readonly role: string;
  readonly agreed: string;
  readonly now: string;
}

/** A party of the line: whether it signed this text, and whether its card went by hand both ways (null: ours). */
export interface SignerValues {
  readonly party: string;
  readonly signed: boolean;
  readonly in_person: boolean | null;
}

/** One version of the agreement, structured for reading; all of it stands in the text, too. */
export interface TermsValues {
  readonly name: string;
  readonly version: number;
  readonly status: string;
  readonly in_force_ms: number;
  readonly languages: readonly string[];
  readonly record_mode: string;
  readonly content_age_s: number | null;
  readonly classical_until_ms: number | null;
  readonly skew_s: number;
  readonly dictionary: string;
  readonly parties: readonly PartyValues[];
  readonly clock_shifts_ms: Readonly<Record<string, number>>;
  readonly pairs: readonly PairValues[];
  readonly ladders: readonly LadderValues[];
  readonly calls: AgreedCallsValues;
  readonly watch_grace_s: number;
  readonly notices: AgreedNoticesValues;
  readonly firebreak: AgreedFirebreakValues;
  readonly deadlines: readonly DeadlineValues[];
  readonly line_tests: readonly LineTestValues[];
  readonly budgets: BudgetValues;
  readonly witnesses: readonly AgreedWitnessValues[];
}

/**
 * A proposed amendment. `digest` names the exact text that is signed.
 *
 * `missing`: who has not signed. `in_force_ms` null: not signed by all, or not yet on every record. `is_wanted`: ours
 * is missing; `why_not`: why it cannot be given here (the code of an error; "" when it can), `sign_command`: what to
 * type where the identity key is.
 */
export interface AmendmentValues {
  readonly number: string;
  readonly version: number;
  readonly proposed_by: string;
  readonly arrived_ms: number;
  readonly difference: readonly DifferenceLine[];
  readonly text: string;
  readonly digest: string;
  readonly signed_by: readonly string[];
  readonly missing: readonly string[];
  readonly in_force_ms: number | null;
  readonly is_wanted: boolean;
  readonly why_not: string;
  readonly sign_command: string;
}

/** A statement about a key of a party; `new_key` in base64, "" when it was revoked. */
export interface KeyStatementValues {
  readonly number: string;
  readonly party: string;
  readonly role: string;
  readonly old_key: string;
  readonly new_key: string;
  readonly size: number;
  readonly arrived_ms: number;
}

/**
 * The agreement in force, its earlier versions, amendments and key statements.
 *
 * `text` is what was signed, safe to look at; `is_exact`: nothing in it had to be marked. `terms`: what an amendment
 * starts from, the same without the keys; "" where marks stand in it. `identity_here`: the identity key lies in this
 * node's folder; `propose_command`: what to type where it is.
 */
export interface AgreementPage {
  readonly as_of_ms: number;
  readonly text: string;
  readonly is_exact: boolean;
  readonly terms: string;
  readonly digest: string;
  readonly line_id: string;
  readonly signers: readonly SignerValues[];
  readonly reading: TermsValues;
  readonly earlier: readonly number[];
  readonly keys: readonly AgreedKeyValues[];
  readonly amendments: readonly AmendmentValues[];
  readonly key_statements: readonly KeyStatementValues[];
  readonly identity_here: boolean;
  readonly propose_command: string;
}

/** A text that could be proposed: its version, and what it changes. */
export interface CheckValues {
  readonly version: number;
  readonly difference: readonly DifferenceLine[];
}

/** An attachment that a message promises: its name safe to show; `held`: it is here; `shown`: it is disclosed. */
export interface DraftedAttachment {
  readonly attachment: number;
  readonly name: string;
  readonly size: number;
  readonly held: boolean;
  readonly shown: boolean;
}

/** One entry chosen. `held`: the most that could be disclosed; `disclosed`: what is. */
export interface DraftedEntry {
  readonly number: string;
  readonly kind: string;
  readonly from_post: string;
  readonly written_ms: number | null;
  readonly held: string;
  readonly disclosed: string;
  readonly attachments: readonly DraftedAttachment[];
}

/**
 * A selection and what came of it. `unproved`: entries found that wait for a co-signature, and are left out.
 *
 * `digest` names the selection, in hexadecimal; `awaited`: the parties that have not agreed on the record to show it.
 */
export interface DraftedValues {
  readonly digest: string;
  readonly entries: readonly DraftedEntry[];
  readonly total: number;
  readonly existence: number;
  readonly heads: number;
  readonly whole: number;
  readonly unproved: number;
  readonly awaited: readonly string[];
  readonly embargo_ms: number | null;
}

/** Entries `first` to `last` of one log, as "US/3", and how much is shown of each: "existence", "head" or "all". */
export interface ShownRange {
  readonly first: string;
  readonly last: string;
  readonly count: number;
  readonly disclosed: string;
  readonly attachments: readonly number[];
}

/** The answer of a party to a proposal, an act of a person; texts safe to show. */
export interface AnsweredValues {
  readonly number: string;
  readonly party: string;
  readonly post: string;
  readonly officer: string;
  readonly consents: boolean;
  readonly reason: string;
  readonly arrived_ms: number;
}

/** A proposal to show entries to anybody. `awaited`: parties that have not answered; `is_wanted`: ours is one. */
export interface ProposedValues {
  readonly number: string;
  readonly party: string;
  readonly ours: boolean;
  readonly post: string;
  readonly officer: string;
  readonly words: string;
  readonly digest: string;
  readonly ranges: readonly ShownRange[];
  readonly total: number;
  readonly embargo_ms: number | null;
  readonly arrived_ms: number;
  readonly answers: readonly AnsweredValues[];
  readonly awaited: readonly string[];
  readonly is_wanted: boolean;
  readonly is_consented: boolean;
}

/** The newest proposals of both sides, the newest first; `truncated`: there are older ones. */
export interface ProposalPage {
  readonly rows: readonly ProposedValues[];
  readonly as_of_ms: number;
  readonly truncated: boolean;
}

/** A direct contact: how, by which post of the two, between which instants, and the entries that prove it. */
export interface ContactValues {
  readonly way: ContactWay;
  readonly by: string;
  readonly after_ms: number | null;
  readonly at_ms: number;
  readonly entries: readonly string[];
}

/** How many calls of ours had this outcome. */
export interface AttemptsValues {
  readonly outcome: Outcome;
  readonly count: number;
}

/**
 * A pair of posts, the newest contact first; `attempts`: calls of ours to the other post since then.
 *
 * `truncated`: there are more read-backs or answers than the newest that were judged.
 */
export interface PresencePairValues {
  readonly ours: string;
  readonly theirs: string;
  readonly contacts: readonly ContactValues[];
  readonly attempts: readonly AttemptsValues[];
  readonly truncated: boolean;
}

/** An answer to a question of presence; `effect`: why it shows nothing, "" when it does. `key`: SHA-256 of it. */
export interface PresenceAnswerValues {
  readonly number: string;
  readonly post: string;
  readonly officer: string;
  readonly at_ms: number;
  readonly claimed_ms: number;
  readonly effect: string;
  readonly key: string;
  readonly key_ended: boolean;
}

/** A question whether a post is there, with all answers by arrival. */
export interface QuestionValues {
  readonly number: string;
  readonly ours: boolean;
  readonly from_post: string;
  readonly to_post: string;
  readonly officer: string;
  readonly asked_ms: number;
  readonly claimed_ms: number;
  readonly answers: readonly PresenceAnswerValues[];
}

/** One note about a report: entered, amended or withdrawn, by whom and when; `why`: of a withdrawal. */
export interface VersionValues {
  readonly number: string;
  readonly act: string;
  readonly post: string;
  readonly officer: string;
  readonly at_ms: number;
  readonly grade: string;
  readonly why: string;
}

/**
 * A sighting or a claim as it stands. `standing`: of a claim, what sightings say of it; else null.
 *
 * `bearing`: of a sighting, what it does to the claim `bears_on`; else null.
 */
export interface ReportValues {
  readonly number: string;
  readonly kind: 'sighting' | 'claim';
  readonly posts: readonly string[];
  readonly from_ms: number;
  readonly to_ms: number;
  readonly what: string;
  readonly language: string;
  readonly source: string;
  readonly speaker: string;
  readonly medium: string;
  readonly date_proof: string;
  readonly date_words: string;
  readonly corroboration: string;
  readonly corroboration_words: string;
  readonly reliability: string;
  readonly credibility: number;
  readonly grade: string;
  readonly withdrawn: boolean;
  readonly bearing: string | null;
  readonly bears_on: string | null;
  readonly standing: Standing | null;
  readonly supported_by: readonly string[];
  readonly contradicted_by: readonly string[];
  readonly versions: readonly VersionValues[];
}

/**
 * All of it: pairs in the agreement's order, questions newest first, sightings and claims apart, newest first.
 *
 * `absent`: notes of ours whose content is not here, for the node was put back to an older state.
 */
export interface PresenceValues {
  readonly as_of_ms: number;
  readonly pairs: readonly PresencePairValues[];
  readonly questions: readonly QuestionValues[];
  readonly sightings: readonly ReportValues[];
  readonly claims: readonly ReportValues[];
  readonly absent: number;
}

/** Between these instants a call may begin. */
export interface ArrangedWindowValues {
  readonly start_ms: number;
  readonly end_ms: number;
}

/**
 * Windows that one side put on the table. `answers`: the party that owes an answer, `due_ms` by our own clock.
 *
 * `stands`: it may be agreed to. `awaited`: an answer is owed now; `overdue`: none came by `due_ms`. `stopped_ms`:
 * when the other side answered (`answered`), or its author's later act took its place. `first`, `second`: who would
 * speak, the proposer's post first.
 */
export interface ArrangedOfferValues {
  readonly number: string;
  readonly party: string;
  readonly ours: boolean;
  readonly post: string;
  readonly officer: string;
  readonly words: string;
  readonly windows: readonly ArrangedWindowValues[];
  readonly first: string;
  readonly second: string;
  readonly answers: string;
  readonly stands: boolean;
  readonly awaited: boolean;
  readonly overdue: boolean;
  readonly answered: boolean;
  readonly written_ms: number;
  readonly arrived_ms: number;
  readonly due_ms: number;
  readonly stopped_ms: number | null;
  readonly left_ms: number;
}

/**
 * One act, an entry of a person. `effect`: why it changes nothing ("" when it does); `crossed`: nobody's fault.
 *
 * `reason`: of a refusal, as a number (docs/spec/arranged.md). `state`: how the arrangement stood after it.
 */
export interface ArrangedStepValues {
  readonly number: string;
  readonly kind: string;
  readonly party: string;
  readonly ours: boolean;
  readonly post: string;
  readonly officer: string;
  readonly words: string;
  readonly windows: readonly ArrangedWindowValues[];
  readonly reason: number | null;
  readonly named_post: string;
  readonly written_ms: number;
  readonly arrived_ms: number;
  readonly effect: string;
  readonly crossed: boolean;
  readonly state: ArrangeState;
}

/** What both have agreed: a window, who speaks, and the entry that agreed. */
export interface AgreedCallValues {
  readonly window: ArrangedWindowValues;
  readonly first: string;
  readonly second: string;
  readonly number: string;
  readonly party: string;
  readonly arrived_ms: number;
}

/**
 * Whether an agreed call took place, as the calls on this record have it, by our own clock; signed by nobody.
 *
 * `answered`: the call that was answered, `caller` and `answered_by` the posts that spoke then; null: none was.
 * `due`: its time has come, and those who were to speak have not spoken.
 */
export interface HeldCallValues {
  readonly state: HeldState;
  readonly due: boolean;
  readonly answered: string | null;
  readonly caller: string | null;
  readonly answered_by: string | null;
  readonly attempts: readonly string[];
}

/**
 * An arranged call. `effect`: why the proposal has none; then nothing can be agreed by it.
 *
 * `from_post`, `to_post`: who was to speak at first; `by_post`: who proposed it. `first`, `second`: who is to speak
 * now, the proposer's first.
 * `our_post`, `their_post`: the same, from here. `open`: it waits for an answer. `overdue`: an answer did not come in
 * the agreed time. `stated_ms`: the proposer's own clock; every other instant is by ours. `messages`: numbers of
 * messages about it, newest first.
 */
export interface ArrangementValues {
  readonly number: string;
  readonly ours: boolean;
  readonly proposer: string;
  readonly asked: string;
  readonly effect: string;
  readonly state: ArrangeState;
  readonly open: boolean;
  readonly overdue: boolean;
  readonly from_post: string;
  readonly to_post: string;
  readonly by_post: string;
  readonly first: string;
  readonly second: string;
  readonly our_post: string;
  readonly their_post: string;
  readonly media: string;
  readonly languages: readonly string[];
  readonly interpreter: boolean;
  readonly words: string;
  readonly officer: string;
  readonly stated_ms: number;
  readonly arrived_ms: number;
  readonly changed_ms: number;
  readonly offers: readonly ArrangedOfferValues[];
  readonly agreed: AgreedCallValues | null;
  readonly held: HeldCallValues | null;
  readonly steps: readonly ArrangedStepValues[];
  readonly messages: readonly string[];
}

/** Two posts that the agreement pairs and that are no duty desks: they may arrange a call. */
export interface ArrangedPair {
  readonly our_post: string;
  readonly their_post: string;
}

/**
 * The newest arranged calls of each side, what changed last first; `truncated`: there may be older ones.
 *
 * `answer_s`: the agreed time for an answer. `words_apart`: words are erased on this line, and go as a message.
 */
export interface ArrangedPage {
  readonly rows: readonly ArrangementValues[];
  readonly pairs: readonly ArrangedPair[];
  readonly answer_s: number;
  readonly words_apart: boolean;
  readonly as_of_ms: number;
  readonly truncated: boolean;
}

/** How much is disclosed of one entry: "existence", "head" or "all". */
export interface DisclosedRequest {
  readonly number: string;
  readonly disclosed: string;
}

/** One attachment of one entry, numbered from 0. */
export interface AttachmentNamed {
  readonly number: string;
  readonly attachment: number;
}

/**
 * Which entries a communique shows, and how much of each.
 *
 * `proposal`: those that it names, and nothing else here is read. Else entries that were stored here in [since_ms,
 * until_ms), from or to these posts, of these kinds; `everything`: all; `entries` are added by their numbers (US/3).
 * `disclosed`: of each entry that `single` does not name. `words`: how they were chosen, for readers of the file.
 */
export interface CommuniqueRequest {
  readonly proposal?: string | null;
  readonly everything?: boolean;
  readonly since_ms?: number | null;
  readonly until_ms?: number | null;
  readonly posts?: readonly string[];
  readonly kinds?: readonly string[];
  readonly entries?: readonly string[];
  readonly disclosed?: string;
  readonly single?: readonly DisclosedRequest[];
  readonly attachments?: readonly AttachmentNamed[];
  readonly embargo_ms?: number | null;
  readonly words?: string;
}

/** Sign in with the one-time key of a link. */
export interface SessionRequest {
  readonly key: string;
}

/** A file to be sent with a message; `content` in base64. */
export interface AttachmentRequest {
  readonly name: string;
  readonly content: string;
}

/**
 * A message to be sent; the fields are those of its form.
 *
 * Names are as in MessageValues: `form` "warning", `precedence` "FLASH", `subject` "SAFETY", `operative` "STOP",
 * `channel` "TELEPHONE". Left out: precedence and subject as the form and the message that it is about have them;
 * `to`: all other parties; `to_posts`: the duty desks of a FLASH, else the counterparts of the post that speaks;
 * `language`: our party's own. `time`, and a slot that is a time, is text: "0312Z", "240312Z MAR 22",
 * "2022-03-24T03:12:00Z" or "now". `about`: US/14; of a form that names no message also a call or another entry.
 */
export interface SayRequest {
  readonly form: string;
  readonly precedence?: string | null;
  readonly subject?: string | null;
  readonly text?: string;
  readonly passages?: readonly string[];
  readonly operative?: string | null;
  readonly place?: string;
  readonly time?: string | null;
  readonly numbers?: readonly string[];
  readonly phrase?: number | null;
  readonly slots?: readonly string[];
  readonly channel?: string | null;
  readonly counterpart?: string;
  readonly template?: number | null;
  readonly about?: string | null;
  readonly to?: readonly string[];
  readonly to_posts?: readonly string[];
  readonly language?: string | null;
  readonly attachments?: readonly AttachmentRequest[];
}

/**
 * An act about a message.
 *
 * `typed`: the critical fields of a read-back, in their order. `field`: of a say-again, from 1. `text`: to whom it
 * was passed, why it cannot be done, or a remark. `outcome`: "PASSED_TO", "STOPPED_AT", "CANNOT", "NOT_OURS";
 * `time`: when it was stopped, as in SayRequest; now, if not given.
 */
export interface ActRequest {
  readonly act: ActName;
  readonly typed?: readonly string[];
  readonly field?: number | null;
  readonly text?: string;
  readonly outcome?: string | null;
  readonly time?: string | null;
}

/** Erase here what an entry and all that belongs to it say. `reason` stands on the record for ever. */
export interface EraseRequest {
  readonly reason?: string;
}

/** A visible page has rendered these messages. `console`: the name that its stream has. */
export interface ShownRequest {
  readonly console: string;
  readonly messages: readonly string[];
}

/** Take the watch; `heard`: the alarm was heard. The post is the session's, always. */
export interface WatchRequest {
  readonly heard: boolean;
}

/** Offer the watch of the session's post; what is open is listed by the node, at the moment of the entry. */
export interface HandOverRequest {
  readonly to_officer: string;
  readonly remarks?: string;
}

/** Accept the watch; `hand_over`: US/14. `seen`: everything on its list, which was looked at. */
export interface AcceptRequest {
  readonly hand_over: string;
  readonly heard: boolean;
  readonly seen?: readonly string[];
}

/** Who will be at the desk from when until when: UTC milliseconds, whole minutes. */
export interface WindowRequest {
  readonly from_ms: number;
  readonly until_ms: number;
  readonly officer: string;
}

/** Plan who will be at the desk of the session's post; the windows ascend. It replaces the roster before. */
export interface RosterRequest {
  readonly from_ms: number;
  readonly until_ms: number;
  readonly windows?: readonly WindowRequest[];
}

/** Ask a post of the other side to show that a person is there. */
export interface AskPresenceRequest {
  readonly to_post: string;
}

/**
 * Note a sighting or a claim. Codes as a report gives them; `from_ms` to `to_ms`, half-open, UTC.
 *
 * `amends`: the newest note of the one that it takes the place of. `claim`, `bearing`: of a sighting, what it does
 * to a claim.
 */
export interface ReportRequest {
  readonly kind: string;
  readonly posts?: readonly string[];
  readonly from_ms: number;
  readonly to_ms: number;
  readonly what: string;
  readonly source: string;
  readonly speaker?: string;
  readonly medium: string;
  readonly date_proof: string;
  readonly date_words?: string;
  readonly corroboration: string;
  readonly corroboration_words?: string;
  readonly reliability: string;
  readonly credibility: number;
  readonly language: string;
  readonly amends?: string | null;
  readonly claim?: string | null;
  readonly bearing?: string | null;
}

/** Take back a sighting or a claim; what was noted stays on the record. `language`: of the reason. */
export interface TakeBackRequest {
  readonly number: string;
  readonly why: string;
  readonly language: string;
}

/** Let a restored party back in; `confirmed`: its duty officer has said so by another channel. */
export interface AdmissionRequest {
  readonly party: string;
  readonly confirmed: boolean;
}

/** Propose an amendment: the whole text of the next version. */
export interface ProposalRequest {
  readonly text: string;
}

/** Sign an amendment; `digest` says which text was read. */
export interface SignatureRequest {
  readonly number: string;
  readonly digest: string;
}

/** Propose to show what was looked at; `digest` says which selection, `words` what it is, for the other side. */
export interface ProposeRequest {
  readonly digest: string;
  readonly words?: string;
}

/** Answer a proposal: US/14. A refusal needs its reason. */
export interface AnswerRequest {
  readonly number: string;
  readonly consents: boolean;
  readonly reason?: string;
}

/**
 * Ring a post of the other side now. `precedence` "IMMEDIATE" rings the ladder rung by rung, "FLASH" all at once.
 *
 * `fingerprint` is asked where there is voice or video. `arrangement`: the proposal of the arranged call that this is.
 */
export interface PlaceCallRequest {
  readonly to_post: string;
  readonly precedence?: string;
  readonly media?: 'text' | 'voice' | 'video';
  readonly fingerprint?: string | null;
  readonly words?: string;
  readonly arrangement?: string | null;
}

/** Answer a call: by as much as it offers, or by less. */
export interface AnswerCallRequest {
  readonly media?: 'text' | 'voice' | 'video';
  readonly fingerprint?: string | null;
}

/** Decline a call, and say why: `not_now`, `refused`... */
export interface DeclineCallRequest {
  readonly reason: string;
  readonly words?: string;
}

/** Say to which post of ours, or until when, a call is put off; `to_time` as people write it: "0312Z". */
export interface DeferCallRequest {
  readonly to_post?: string | null;
  readonly to_time?: string | null;
  readonly words?: string;
}

/** Take back a call of ours that nobody has answered yet. */
export interface WithdrawCallRequest {
  readonly words?: string;
}

/** Name who else takes part: in which role, and under which name of a post or office. */
export interface JoinCallRequest {
  readonly role: string;
  readonly name: string;
}

/** Calls that ring on a visible page of a live console. */
export interface CallsShownRequest {
  readonly console: string;
  readonly calls: readonly string[];
}

/** A description of this page's media, all ways gathered. `direct`: the officer chose to go without a relay. */
export interface SignalRequest {
  readonly kind: 'offer' | 'answer';
  readonly sdp: string;
  readonly console: string;
  readonly direct?: boolean;
}

/** What became of the media: it flows, by which way; its way was lost; or its certificate was another one. */
export interface MediaRequest {
  readonly state: 'connected' | 'lost' | 'fingerprint';
  readonly console: string;
  readonly way?: 'relay' | 'direct' | null;
}

/**
 * Propose a call. `post`: who of ours shall speak, where the duty desk proposes for another.
 *
 * `windows` are text, UTC: "241500Z MAR 22/1600Z", "1500Z/1h". `media` "text", "voice" or "video".
 */
export interface ArrangeRequest {
  readonly to_post: string;
  readonly windows: readonly string[];
  readonly post?: string;
  readonly media?: string;
  readonly within_s?: number | null;
  readonly languages?: readonly string[];
  readonly interpreter?: boolean;
  readonly words?: string;
}

/**
 * An act about a proposed call.
 *
 * `window` counts from 1, among those of `offer` (RU/14), or of the newest offer of theirs. `reason` "not_now".
 * `text` is the message of the act "write".
 */
export interface ArrangeActRequest {
  readonly act: ArrangeActName;
  readonly windows?: readonly string[];
  readonly window?: number | null;
  readonly offer?: string | null;
  readonly reason?: string | null;
  readonly post?: string;
  readonly within_s?: number | null;
  readonly words?: string;
  readonly text?: string;
}

/** A bound of a band; `value`, `unit` and `datum` of an altitude alone. */
export interface AltitudeDraft {
  readonly limit?: AltitudeLimit;
  readonly value?: string;
  readonly unit?: string;
  readonly datum?: string;
}

/** Positions as typed, one on each line; of a track each with `@` and its time. `hole`: of the part before it. */
export interface RingDraft {
  readonly positions?: string;
  readonly hole?: boolean;
}

/** A volume as typed. `reach`: radius, half width or buffer, as "5 NM", "9.26 km", "300 m"; times are text, UTC. */
export interface VolumeDraft {
  readonly shape: ShapeName;
  readonly rings?: readonly RingDraft[];
  readonly reach?: string;
  readonly lower?: AltitudeDraft;
  readonly upper?: AltitudeDraft;
  readonly start?: string;
  readonly end?: string;
}

/** A field of the form, by its number, as typed. */
export interface FieldDraft {
  readonly number: number;
  readonly text?: string;
}

/** A place where a movement reports, as typed. */
export interface CheckPointDraft {
  readonly name?: string;
  readonly position?: string;
  readonly planned?: string;
}

/**
 * A notice as typed; empty is not stated. `amends`: the notice that it amends; null: it is a new one.
 *
 * `counters`: to be checked alone: the notice whose author is to be proposed these volumes.
 */
export interface NoticeDraft {
  readonly form: number;
  readonly title?: string;
  readonly volumes?: readonly VolumeDraft[];
  readonly fields?: readonly FieldDraft[];
  readonly movement?: string;
  readonly check_points?: readonly CheckPointDraft[];
  readonly wants_answer?: boolean;
  readonly units?: readonly string[];
  readonly remarks?: string;
  readonly to_posts?: readonly string[];
  readonly amends?: string | null;
  readonly counters?: string | null;
}

/** Positions as typed, one on each line, to be said back in both notations. `timed`: each with `@` and a time. */
export interface PositionsRequest {
  readonly text: string;
  readonly timed?: boolean;
}

/**
 * An act about a notice.
 *
 * `answer` "noted", "no-objection"...; `volumes`: of a counter-proposal. `counter`: the answer RU/9 that is accepted
 * or refused. `typed`: positions of a read-back, in their order. `other`, `settlement`: of a conflict. `version`:
 * the version that was looked at; another one is refused.
 */
export interface NoticeActRequest {
  readonly act: NoticeActName;
  readonly version?: string | null;
  readonly answer?: string | null;
  readonly counter?: string | null;
  readonly volumes?: readonly VolumeDraft[];
  readonly typed?: readonly string[];
  readonly other?: string | null;
  readonly settlement?: string | null;
  readonly words?: string;
}

/**
 * A file of notices: `kind` "geojson", "csv" or "cot". The rest is said of all that does not say it itself.
 *
 * `datum` "amsl": of altitudes; `reach` "1 NM": of points and lines; `fields`: of the form. `try_only`: file nothing.
 */
export interface ImportRequest {
  readonly kind: string;
  readonly text: string;
  readonly form?: number | null;
  readonly fields?: readonly FieldDraft[];
  readonly movement?: string;
  readonly datum?: string;
  readonly reach?: string;
  readonly try_only?: boolean;
}

/** What a device is to sign, for which name, and with which keys; none: any that it holds for that name. */
export interface ChallengeValues {
  readonly challenge: string;
  readonly rp_id: string;
  readonly keys: readonly string[];
}

/** What a browser makes a new passkey of. `holder`: a random handle, which names nobody; `name`: what it shows. */
export interface NewKeyValues {
  readonly challenge: string;
  readonly rp_id: string;
  readonly holder: string;
  readonly name: string;
  readonly algorithms: readonly number[];
  readonly known: readonly string[];
}

/** Why a key counts no longer, as its party says. */
export interface KeyEndValues {
  readonly number: string;
  readonly reason: string;
  readonly since_ms: number | null;
  readonly replaced_by: string | null;
  readonly words: string;
  readonly post: string;
  readonly officer: string;
  readonly arrived_ms: number;
}

/** A personal key on record. `name`: the SHA-256 by which people compare it; `here`: it signs at this console. */
export interface KeyValues {
  readonly number: string;
  readonly party: string;
  readonly ours: boolean;
  readonly post: string;
  readonly officer: string;
  readonly admitted_by: string;
  readonly algorithm: string;
  readonly name: string;
  readonly origin: string;
  readonly here: boolean;
  readonly arrived_ms: number;
  readonly claimed_ms: number;
  readonly ended: KeyEndValues | null;
}

/** The keys of all parties, the newest first; `truncated`: there are more. `address`: of this console. */
export interface KeyPage {
  readonly keys: readonly KeyValues[];
  readonly truncated: boolean;
  readonly address: string;
}

/**
 * What a person signed about an entry. `effect`: why it has none ("" when it has); `text` is safe to show.
 *
 * `counter_back`: the device may have been copied.
 */
export interface PersonStatementValues {
  readonly number: string;
  readonly party: string;
  readonly ours: boolean;
  readonly post: string;
  readonly officer: string;
  readonly language: string;
  readonly text: string;
  readonly key: KeyValues | null;
  readonly arrived_ms: number;
  readonly claimed_ms: number;
  readonly effect: string;
  readonly counter_back: boolean;
}

/** What a person is to sign about an entry: exactly this text, in this language, by one of these keys. */
export interface StatementOffer {
  readonly text: string;
  readonly language: string;
  readonly challenge: ChallengeValues;
}

/** What a device signed, as the browser gave it. */
export interface AssertionRequest {
  readonly credential_id: string;
  readonly authenticator_data: string;
  readonly client_data: string;
  readonly signature: string;
}

/** Sign in by passkey. `language`: which the page speaks. */
export interface PasskeySessionRequest {
  readonly assertion: AssertionRequest;
  readonly language: string;
}

/** What the browser gave for a new passkey. */
export interface NewKeyRequest {
  readonly attestation_object: string;
  readonly client_data: string;
}

/** The new key's own assertion over its enrolment. */
export interface EnrolRequest {
  readonly assertion: AssertionRequest;
}

/** End a key of ours. `since_ms`: it was out of its holder's hands; `replaced_by`: US/14, with `replaced` alone. */
export interface EndKeyRequest {
  readonly reason: EndName;
  readonly since_ms?: number | null;
  readonly replaced_by?: string | null;
  readonly words?: string;
}

/** Stand by an entry: `text` is what was on the screen, in `language`, as the node gave it to be signed. */
export interface StatementRequest {
  readonly assertion: AssertionRequest;
  readonly language: string;
  readonly text: string;
}

/**
 * One report that a unit has a notice. `proof`: "link" and "reply" are the unit's own act, "voice" its desk's word.
 *
 * `version`, `orders`: exactly what it is about. `spoken_to`, `officer`: of a report by voice.
 */
export interface ReachedValues {
  readonly number: string;
  readonly proof: string;
  readonly at_ms: number;
  readonly arrived_ms: number;
  readonly post: string;
  readonly officer: string;
  readonly spoken_to: string;
  readonly words: string;
  readonly version: string;
  readonly orders: readonly string[];
}

/**
 * A command (`level` 1) or unit (2) that a party lists. `why`: what it lacks, "" when nothing (`passing-why-*`).
 *
 * `reached`: what counts now; `earlier`: the newest of all, where none counts. `has_key`: it may sign its replies.
 */
export interface PassedUnitValues {
  readonly party: string;
  readonly ours: boolean;
  readonly name: string;
  readonly level: number;
  readonly has_key: boolean;
  readonly listed: string;
  readonly listed_ms: number;
  readonly reached: ReachedValues | null;
  readonly earlier: ReachedValues | null;
  readonly why: string;
  readonly telephone: readonly string[];
}

/**
 * A unit that has not what it must have. `next`: whom to telephone first, "" where we know nobody.
 *
 * `party` "": the author asks for it, and no desk lists it; then `level` is null.
 */
export interface GapValues {
  readonly notice: string;
  readonly party: string;
  readonly ours: boolean;
  readonly unit: string;
  readonly level: number | null;
  readonly why: string;
  readonly since_ms: number | null;
  readonly next: string;
  readonly telephone: readonly string[];
}

/** A STOP (`stop`), or what took one back. `in_force`: a STOP that its party has not taken back. */
export interface OrderValues {
  readonly number: string;
  readonly party: string;
  readonly ours: boolean;
  readonly stop: boolean;
  readonly in_force: boolean;
  readonly post: string;
  readonly officer: string;
  readonly words: string;
  readonly said_ms: number;
  readonly arrived_ms: number;
}

/** A check point: `check_in` 1 passed, 2 held, 3 released, 4 impeded. `overdue_ms`: so long nothing came of it. */
export interface PointValues {
  readonly name: string;
  readonly planned_ms: number | null;
  readonly check_in: number | null;
  readonly at_ms: number | null;
  readonly overdue_ms: number | null;
}

/** A time in which a movement stood, as `party` reported it; `ended_ms` null: it stands now. */
export interface HoldValues {
  readonly point: string;
  readonly party: string;
  readonly reason: string;
  readonly began_ms: number;
  readonly ended_ms: number | null;
  readonly ended_by: number | null;
  readonly lasted_ms: number;
}

/** Of the holds of one movement, or of several. */
export interface HoldStatisticsValues {
  readonly holds: number;
  readonly running: number;
  readonly total_ms: number;
  readonly longest_ms: number;
  readonly median_ms: number;
  readonly impeded: number;
}

/**
 * One act in the thread, an entry of a person. `effect`: why it changes nothing ("" when it does).
 *
 * `at_ms`: when it happened, as its author says; `said_ms`: when it was written, by the author's clock.
 */
export interface PassingStep {
  readonly number: string;
  readonly kind: string;
  readonly party: string;
  readonly ours: boolean;
  readonly post: string;
  readonly officer: string;
  readonly words: string;
  readonly at_ms: number;
  readonly said_ms: number;
  readonly arrived_ms: number;
  readonly units: readonly string[];
  readonly proof: string;
  readonly spoken_to: string;
  readonly check_in: number | null;
  readonly point: string;
  readonly effect: string;
}

/**
 * How one notice stands below the desks. `alarm`: somebody is not reached, and its lead time has begun or it stops.
 *
 * `lead_begins_ms`: from when a gap is an alarm; `stopped`: a STOP is in force; `held`, `impeded`: the movement.
 */
export interface PassingValues {
  readonly number: string;
  readonly version: string;
  readonly ours: boolean;
  readonly title: string;
  readonly state: string;
  readonly live: boolean;
  readonly as_of_ms: number;
  readonly start_ms: number | null;
  readonly end_ms: number | null;
  readonly lead_begins_ms: number | null;
  readonly alarm: boolean;
  readonly stopped: boolean;
  readonly held: boolean;
  readonly impeded: boolean;
  readonly orders: readonly OrderValues[];
  readonly units: readonly PassedUnitValues[];
  readonly gaps: readonly GapValues[];
  readonly points: readonly PointValues[];
  readonly holds: readonly HoldValues[];
  readonly statistics: HoldStatisticsValues;
  readonly steps: readonly PassingStep[];
}

/** The link of a unit that is out, without its key; `expires_ms`: until then it opens. */
export interface UnitLinkValues {
  readonly unit: string;
  readonly expires_ms: number;
}

/** A notice as it stands below the desks, and the links that our units have. `officer`: the session's label. */
export interface PassingPage {
  readonly passing: PassingValues;
  readonly links: readonly UnitLinkValues[];
  readonly officer: string;
}

/** A link that was made: it is given once. `link` "": it was ended. */
export interface MadeLink {
  readonly unit: string;
  readonly link: string;
  readonly expires_ms: number | null;
}

/** Whom this node telephones for a unit, in this order. */
export interface NotedTelephone {
  readonly unit: string;
  readonly telephone: readonly string[];
}

/** A notice whose lead time has begun, or that is `stopped`, and of which so many units are `missing`. */
export interface GapAlarm {
  readonly number: string;
  readonly title: string;
  readonly stopped: boolean;
  readonly start_ms: number | null;
  readonly missing: number;
}

/** Other units are missing than before: what is raised now, the next to begin first. */
export interface GapEvent {
  readonly what: 'gap';
  readonly alarms: readonly GapAlarm[];
}

/** One notice on one line of the gap list. `overdue`: check points at which nothing was heard in time. */
export interface PassingLine {
  readonly number: string;
  readonly title: string;
  readonly ours: boolean;
  readonly alarm: boolean;
  readonly stopped: boolean;
  readonly held: boolean;
  readonly impeded: boolean;
  readonly start_ms: number | null;
  readonly lead_begins_ms: number | null;
  readonly overdue: number;
  readonly gaps: readonly GapValues[];
}

/**
 * Every live notice with gaps, a STOP, a hold or an overdue check-in, the next to begin first.
 *
 * `alarms`: on how many of them somebody is not reached though the lead time has begun, or a STOP stands.
 */
export interface GapPage {
  readonly rows: readonly PassingLine[];
  readonly alarms: number;
  readonly statistics: HoldStatisticsValues;
  readonly as_of_ms: number;
}

/**
 * A unit to pass down to. `level` "command", "unit", or "none": listed no longer.
 *
 * `telephone`: whom to ring, in this order; it stays with this node. null: as it is noted.
 */
export interface UnitRequest {
  readonly name: string;
  readonly level?: string;
  readonly telephone?: readonly string[] | null;
}

/**
 * An act about a notice. `at` is text, UTC: "0312Z", "240312Z MAR 22", "now".
 *
 * `officer`, `spoken_to`: of a report by voice; "" is the label of the session. `check_in`: "passed", "held",
 * "released" or "impeded".
 */
export interface PassingActRequest {
  readonly act: PassingActName;
  readonly units?: readonly UnitRequest[];
  readonly unit?: string;
  readonly at?: string;
  readonly spoken_to?: string;
  readonly officer?: string;
  readonly point?: string;
  readonly check_in?: string;
  readonly words?: string;
}

/** Make the link of a unit, or `end` the one that there is. */
export interface UnitLinkRequest {
  readonly unit: string;
  readonly end?: boolean;
}

/** Note whom to telephone for a unit, in this order; it stays with this node. */
export interface TelephoneRequest {
  readonly unit: string;
  readonly telephone: readonly string[];
}

/**
 * An entry that proves a reason: its party, its index there and its number, with the times that it has.
 *
 * `claimed`: what its author wrote; `counted`: what counts; `arrived`: when it was stored here. `mark`: why the two
 * first differ, "before-bracket" or "after-bracket"; "" when they do not.
 */
export interface ProvedByValues {
  readonly party: string;
  readonly index: number;
  readonly number: string;
  readonly claimed: string;
  readonly counted: string;
  readonly arrived: string;
  readonly mark: string;
}

/** What the agreement offers next: with which posts, about which entry; `text`: of a mediator, in its own words. */
export interface NextActValues {
  readonly what: What;
  readonly posts: readonly string[];
  readonly entry: string | null;
  readonly text: string;
}

/**
 * One reason: the rule, whom it concerns, since when, how long by both clocks, and the entries that prove it.
 *
 * `subject`: two posts ("us.secdef/ru.mod"), a post, a party, or what was opened. `sentence`: the rule's own, in the
 * asked language. `age_s` by the counted times of both records, `age_here_s` by arrival here. `is_absence`: nothing
 * came, and `entries` are the last before the silence. `marks`: those of the entries, each once.
 */
export interface FirebreakReasonValues {
  readonly rule: string;
  readonly level: Level;
  readonly topic: Topic;
  readonly subject: string;
  readonly posts: readonly string[];
  readonly party: string;
  readonly sentence: string;
  readonly since: string;
  readonly age_s: number;
  readonly age_here_s: number;
  readonly count: number;
  readonly is_absence: boolean;
  readonly entries: readonly ProvedByValues[];
  readonly marks: readonly string[];
  readonly acts: readonly NextActValues[];
}

/** How far the record of a party goes here: its newest entry, and how many there are; "" while there is none. */
export interface RecordSizeValues {
  readonly party: string;
  readonly number: string;
  readonly entries: number;
}

/**
 * The level as of an instant, and all that it rests on: so many rules over so many pairs of posts.
 *
 * `as_of`: up to then something of every party is held; `looked`: the instant of our clock that is judged. `at`: the
 * instant asked for, by the counted times of both records; `known_at`: by what had arrived here; both null: now.
 * `since`: from when it is at least as grave; null while it holds, and where that is younger than `as_of`. `held`: of
 * an unknown level, what held at `as_of`.
 * `same_entries`: whether both sides hold the same; null: that cannot be said. `skew_s`: how far the other side's
 * clock seems ahead of ours; null: unknown. `marked`: how many times were counted at a bound. `version`: of the
 * agreement whose rules were judged by. `begun`: the line's first instant. `left_out`: so many reasons more;
 * `beyond`: so much more is late, or in conflict, and was not looked at one by one.
 */
export interface FirebreakValues {
  readonly level: Level;
  readonly as_of: string;
  readonly looked: string;
  readonly at: string | null;
  readonly known_at: string | null;
  readonly since: string | null;
  readonly held: Level | null;
  readonly same_entries: boolean | null;
  readonly skew_s: number | null;
  readonly marked: number;
  readonly version: number;
  readonly rules: number;
  readonly pairs: number;
  readonly sizes: readonly RecordSizeValues[];
  readonly begun: string;
  readonly reasons: readonly FirebreakReasonValues[];
  readonly left_out: number;
  readonly beyond: number;
}

/** From when to when a level stood, by which rules, and the entries that prove it. */
export interface LevelSpanValues {
  readonly level: Level;
  readonly start: string;
  readonly end: string;
  readonly rules: readonly string[];
  readonly entries: readonly string[];
}

/** A rule that was judged, by its sentence in the three languages. */
export interface FirebreakRuleValues {
  readonly id: string;
  readonly level: Level;
  readonly en: string;
  readonly fr: string;
  readonly ru: string;
}

/**
 * The level from `start` to `end`; `known`: by what had arrived here, else by counted times.
 *
 * `complete_from`: `spans` have no gap from then on; before it nothing is said, for more came than is read at once.
 * `rules`: those that it was judged by, to say the causes in words.
 */
export interface FirebreakHistory {
  readonly start: string;
  readonly end: string;
  readonly known: boolean;
  readonly complete_from: string;
  readonly as_of: string;
  readonly spans: readonly LevelSpanValues[];
  readonly rules: readonly FirebreakRuleValues[];
}

/**
 * A pair of posts: its last direct contact on this record, null: none; `contact_every_s` null: none is agreed.
 *
 * `attempts`: calls of ours to the other post since then. `truncated`: more was there than the newest, judged alone.
 */
export interface FirebreakPairValues {
  readonly ours: string;
  readonly theirs: string;
  readonly contact_every_s: number | null;
  readonly last: ContactValues | null;
  readonly attempts: readonly AttemptsValues[];
  readonly truncated: boolean;
}

/** Every pair of posts of ours, in the agreement's order; `as_of_ms`: now, or the instant that was asked for. */
export interface FirebreakPairs {
  readonly pairs: readonly FirebreakPairValues[];
  readonly as_of_ms: number;
}

/** What raises the level: a rule, and whom it concerns. */
export interface FirebreakCause {
  readonly rule: string;
  readonly level: Level;
  readonly subject: string;
}

/**
 * The level as it is now: what stands at the top of every page; `looked_ms` null: nobody has looked yet.
 *
 * `as_of_ms`: up to then something of every party is held.
 */
export interface FirebreakEvent {
  readonly what: 'firebreak';
  readonly level: Level;
  readonly as_of_ms: number | null;
  readonly looked_ms: number | null;
  readonly same_entries: boolean | null;
  readonly causes: readonly FirebreakCause[];
}

/**
 * Entries of a party by kind, by the name of `Kind`, or `KIND_250` where it is not known here.
 *
 * None: the head cannot be read, so that they are counted by their arrival.
 */
export interface KindCount {
  readonly party: string;
  readonly kind: string | null;
  readonly count: number;
}

/** Messages of a party, by the names of `Form`, `Subject`, `Precedence`; None: not readable, or erased. */
export interface MessageCount {
  readonly party: string;
  readonly form: string | null;
  readonly subject: string | null;
  readonly precedence: string;
  readonly count: number;
}

/**
 * Line tests that a party owed by the agreed schedule: `due` slots are over.
 *
 * `held`: tested and answered in time; `without_test`: the slot went by; `without_answer`: no answer, or too late.
 * `at_bound`: slots with a test that counts at a bound, or of which an answer does.
 */
export interface LineTestCount {
  readonly party: string;
  readonly due: number;
  readonly held: number;
  readonly without_test: number;
  readonly without_answer: number;
  readonly at_bound: number;
}

/** Attempts of a party by what became of them, in the words of `model.calls.Outcome`; "open": nothing yet. */
export interface CallCount {
  readonly party: string;
  readonly outcome: string;
  readonly count: number;
}

/**
 * How fast a party answered. `post` "": all its posts; `precedence` None: all.
 *
 * `asked`: how many there were to be answered, where that is known, and so how many never were. Of an even number
 * the lower of the two in the middle is the median.
 */
export interface AnswerTime {
  readonly what: AnswerWhat;
  readonly party: string;
  readonly post: string;
  readonly precedence: string | null;
  readonly asked: number | null;
  readonly answered: number;
  readonly median_ms: number | null;
  readonly worst_ms: number | null;
  readonly at_bound: number;
}

/** Notices of a party by form (None: not readable, or erased) and outcome. */
export interface NoticeCount {
  readonly party: string;
  readonly form: number | null;
  readonly outcome: NoticeOutcome;
  readonly count: number;
}

/** How often and how long movements of a party's notices stood, and how often one was impeded. */
export interface HoldCount {
  readonly party: string;
  readonly holds: number;
  readonly running: number;
  readonly impeded: number;
  readonly total_ms: number;
  readonly median_ms: number;
  readonly longest_ms: number;
}

/**
 * Incidents that a party reported, by the name of `IncidentForm` (None: not readable, or erased); `closed` of them.
 *
 * `notices`: of STRUCK AFTER NOTICE, how many notices of that party there were: what happened to what was notified.
 */
export interface IncidentCount {
  readonly party: string;
  readonly form: string | null;
  readonly count: number;
  readonly closed: number;
  readonly notices: number | null;
}

/** Entries of a party that count at a bound, as `services.firebreak.marks.Bound` names it, not when they claim. */
export interface BoundCount {
  readonly party: string;
  readonly bound: string;
  readonly count: number;
}

/**
 * The figures of [from_ms, to_ms) of one party, or of all where `party` is "".
 *
 * `before_asked`: answers that count before what they answer, as within the agreed skew they may; they are counted as
 * at once.
 */
export interface Usage {
  readonly from_ms: number;
  readonly to_ms: number;
  readonly as_of_ms: number;
  readonly party: string;
  readonly parties: readonly string[];
  readonly entries: number;
  readonly kinds: readonly KindCount[];
  readonly messages: readonly MessageCount[];
  readonly line_tests: readonly LineTestCount[];
  readonly calls: readonly CallCount[];
  readonly answers: readonly AnswerTime[];
  readonly notices: readonly NoticeCount[];
  readonly holds: readonly HoldCount[];
  readonly incidents: readonly IncidentCount[];
  readonly before_asked: number;
  readonly bounds: readonly BoundCount[];
}

/** One field of a version, `incident-field-*`; "": not stated. `coordinated` is "yes" or "no". */
export interface IncidentField {
  readonly field: string;
  readonly value: string;
}

/** One field of both versions side by side, "" not stated. `how`: `incident-compared-*`. */
export interface IncidentComparedValues {
  readonly field: string;
  readonly ours: string;
  readonly theirs: string;
  readonly how: string;
  readonly distance_m: number | null;
}

/** One version. `changed`: fields that read otherwise than in the one before; `effect`: why it changes nothing. */
export interface IncidentVersionValues {
  readonly number: string;
  readonly post: string;
  readonly officer: string;
  readonly said_ms: number;
  readonly arrived_ms: number;
  readonly changed: readonly string[];
  readonly effect: string;
}

/** One answer. `fields`: `incident-reply-*`; `accepted`: whether its author comes to the meeting, null: not said. */
export interface IncidentReplyValues {
  readonly number: string;
  readonly party: string;
  readonly ours: boolean;
  readonly post: string;
  readonly officer: string;
  readonly fields: readonly IncidentField[];
  readonly end_ms: number | null;
  readonly accepted: boolean | null;
  readonly at_ms: number | null;
  readonly words: string;
  readonly replied_ms: number;
  readonly said_ms: number;
  readonly arrived_ms: number;
  readonly late: boolean;
}

/**
 * One request. `asks`: "explanation" or "meeting". `default`: nothing came in time, whatever came later.
 *
 * `due_ms`: of the reply; `meeting_due_ms`: null where no meeting is due. `open`: nothing came of it.
 */
export interface IncidentQueryValues {
  readonly number: string;
  readonly party: string;
  readonly ours: boolean;
  readonly of: string;
  readonly asks: string;
  readonly at_ms: number | null;
  readonly words: string;
  readonly post: string;
  readonly officer: string;
  readonly asked_ms: number;
  readonly said_ms: number;
  readonly arrived_ms: number;
  readonly due_ms: number;
  readonly open: boolean;
  readonly overdue: boolean;
  readonly default: boolean;
  readonly replies: readonly IncidentReplyValues[];
  readonly about: string;
  readonly meeting: string;
  readonly meeting_due_ms: number | null;
  readonly met_ms: number | null;
  readonly meeting_overdue: boolean;
}

/** One entry in the thread, of a person. `step`, `closure`: of what was done and why it was closed, "" else. */
export interface IncidentStepValues {
  readonly number: string;
  readonly kind: string;
  readonly party: string;
  readonly ours: boolean;
  readonly post: string;
  readonly officer: string;
  readonly words: string;
  readonly step: string;
  readonly closure: string;
  readonly at_ms: number | null;
  readonly said_ms: number;
  readonly arrived_ms: number;
  readonly effect: string;
}

/** What one side says of two incidents being the same event. `counts`: it is that party's last word of the two. */
export interface PairingValues {
  readonly number: string;
  readonly party: string;
  readonly ours: boolean;
  readonly incident: string;
  readonly other: string;
  readonly same: boolean;
  readonly counts: boolean;
  readonly post: string;
  readonly officer: string;
  readonly words: string;
  readonly said_ms: number;
  readonly arrived_ms: number;
  readonly effect: string;
}

/** What the other side says of the same event. */
export interface PairedValues {
  readonly number: string;
  readonly party: string;
  readonly ours: boolean;
  readonly form: string;
  readonly state: string;
  readonly post: string;
  readonly officer: string;
  readonly words: string;
  readonly said_ms: number;
  readonly arrived_ms: number;
  readonly fields: readonly IncidentField[];
}

/**
 * What was said about one side's version of an incident, beside what it states: requests, steps, pairs, versions.
 *
 * `notice`: the number that it names, `notice_effect` what is wrong with it; `held`: acknowledgements of it that are
 * named. `beyond`: entries about it that are on the record and were not looked at.
 */
export interface IncidentThread {
  readonly open: boolean;
  readonly post: string;
  readonly to_posts: readonly string[];
  readonly officer: string;
  readonly said_ms: number;
  readonly notice: string;
  readonly notice_effect: string;
  readonly held: readonly string[];
  readonly versions: readonly IncidentVersionValues[];
  readonly queries: readonly IncidentQueryValues[];
  readonly closed_by: IncidentStepValues | null;
  readonly steps: readonly IncidentStepValues[];
  readonly pairings: readonly PairingValues[];
  readonly pairing_disputed: boolean;
  readonly beyond: number;
}

/**
 * One side's version of an incident, and what the other says. `form` "": erased, or not readable.
 *
 * `state`: open, queried, replied, followed, closed. `fields`: all of the form, also what is not stated.
 * `acknowledgements`: how many of the notice there were, those in `held` included.
 */
export interface IncidentValues {
  readonly open: boolean;
  readonly post: string;
  readonly to_posts: readonly string[];
  readonly officer: string;
  readonly said_ms: number;
  readonly notice: string;
  readonly notice_effect: string;
  readonly held: readonly string[];
  readonly versions: readonly IncidentVersionValues[];
  readonly queries: readonly IncidentQueryValues[];
  readonly closed_by: IncidentStepValues | null;
  readonly steps: readonly IncidentStepValues[];
  readonly pairings: readonly PairingValues[];
  readonly pairing_disputed: boolean;
  readonly beyond: number;
  readonly number: string;
  readonly party: string;
  readonly ours: boolean;
  readonly form: string;
  readonly state: string;
  readonly effect: string;
  readonly precedence: string;
  readonly words: string;
  readonly reported_ms: number;
  readonly arrived_ms: number;
  readonly fields: readonly IncidentField[];
  readonly acknowledgements: number | null;
  readonly paired: PairedValues | null;
  readonly compared: readonly IncidentComparedValues[];
}

/** An incident of the other side that may be the same event. `distance_m` null: not stated by both. */
export interface CandidateValues {
  readonly number: string;
  readonly party: string;
  readonly form: string;
  readonly state: string;
  readonly said_ms: number;
  readonly distance_m: number | null;
  readonly gap_ms: number;
  readonly by_report: boolean;
}

/** An event agreed in advance; its form opens in one press. `to` empty: the duty desks of the others. */
export interface TriggerValues {
  readonly id: string;
  readonly form: string;
  readonly precedence: string;
  readonly to: readonly string[];
  readonly en: string;
  readonly fr: string;
  readonly ru: string;
}

/** One declaration. `state`: open, degraded, suspended, closed; `begins_ms`: from when it holds. */
export interface DeclaredValues {
  readonly number: string;
  readonly state: string;
  readonly from_ms: number | null;
  readonly begins_ms: number;
  readonly back_dated: boolean;
  readonly said_ms: number;
  readonly arrived_ms: number;
  readonly post: string;
  readonly officer: string;
  readonly words: string;
  readonly effect: string;
}

/** How one party holds the line. `declared` null: it has declared nothing; `next`: announced, and not begun. */
export interface LineStateValues {
  readonly party: string;
  readonly ours: boolean;
  readonly state: string;
  readonly since_ms: number | null;
  readonly declared: DeclaredValues | null;
  readonly next: DeclaredValues | null;
}

/** The state of the line: the gravest that a party declares; apart from whether the line is up. */
export interface LineStatesValues {
  readonly state: string;
  readonly parties: readonly LineStateValues[];
}

/**
 * What one side states in a field; by `how` one of the others is there.
 *
 * `text`: also the name of a form. `end_ms` is `start_ms` for an instant; `about`: only
 * about then.
 */
export interface StatedValues {
  readonly how: StatedAs;
  readonly text: string;
  readonly start_ms: number | null;
  readonly end_ms: number | null;
  readonly about: boolean;
  readonly position: PositionValues | null;
  readonly altitude: AltitudeValues | null;
  readonly yes: boolean | null;
  readonly count: number | null;
}

/** One field of one version; null: not stated. */
export interface FieldSaid {
  readonly field: string;
  readonly said: StatedValues | null;
}

/**
 * One field of both versions, named from our side. `how`: "agreed", "disputed", "not-stated-by-us"...
 *
 * `distance_m`: between two positions.
 */
export interface FieldBeside {
  readonly field: string;
  readonly ours: StatedValues | null;
  readonly theirs: StatedValues | null;
  readonly how: string;
  readonly distance_m: number | null;
}

/** Something that a party owes: a reply to a request, or a meeting. `due_ms`: by when. */
export interface OwedValues {
  readonly query: string;
  readonly asks: string;
  readonly of: string;
  readonly due_ms: number;
  readonly overdue: boolean;
}

/**
 * An incident on one line. `form` "": it cannot be read. `paired`: the other side's version of the same event.
 *
 * `disputed`: fields that both state, not the same. `effect`: why the report has none ("": it has).
 */
export interface IncidentLine {
  readonly number: string;
  readonly party: string;
  readonly ours: boolean;
  readonly form: string;
  readonly state: string;
  readonly precedence: string;
  readonly when: StatedValues | null;
  readonly place: string;
  readonly position: PositionValues | null;
  readonly said: string;
  readonly reported_ms: number;
  readonly arrived_ms: number;
  readonly paired: string | null;
  readonly disputed: number;
  readonly owed: readonly OwedValues[];
  readonly effect: string;
}

/** A window of the list, newest first; `total` are in the list. */
export interface IncidentPage {
  readonly rows: readonly IncidentLine[];
  readonly offset: number;
  readonly total: number;
  readonly looked_at: number;
  readonly as_of_ms: number;
  readonly truncated: boolean;
}

/**
 * An incident of the other side that may be the same event; null: a distance that cannot be said.
 *
 * `by_report`: of one of both only the time of the report is known.
 */
export interface CandidateLine {
  readonly line: IncidentLine;
  readonly distance_m: number | null;
  readonly gap_ms: number;
  readonly by_report: boolean;
}

/**
 * One incident as its page shows it. `fields`: every one of its own version; `compared`: beside the other side's.
 *
 * `thread`: what was said about it. `mentions`: messages written beside it. `not_compared`: so many more lie
 * near it than `candidates`.
 */
export interface IncidentSheet {
  readonly line: IncidentLine;
  readonly thread: IncidentThread;
  readonly fields: readonly FieldSaid[];
  readonly paired: IncidentLine | null;
  readonly compared: readonly FieldBeside[];
  readonly candidates: readonly CandidateLine[];
  readonly not_compared: number;
  readonly mentions: readonly string[];
  readonly as_of_ms: number;
}

/** The agreed events, every form, and the agreed times for a reply and for a meeting (seconds). */
export interface TriggersValues {
  readonly triggers: readonly TriggerValues[];
  readonly forms: readonly string[];
  readonly reply_s: number;
  readonly meeting_s: number;
  readonly match_distance_m: number;
  readonly match_time_s: number;
}

/** Acknowledgements that are held here of a notice. */
export interface HeldValues {
  readonly notice: string;
  readonly count: number;
  readonly numbers: readonly string[];
}

/**
 * A version of an incident as typed; empty is not stated. `amends`: the incident of ours that is said anew.
 *
 * `start`, `end`: text, UTC; `uncertainty`: "300 m", "2 NM". `coordinated`: "yes", "no" or "". `notice`: the notice
 * that was struck; the acknowledgements that are held of it are named with it. `to_posts`: none: the others' desks.
 */
export interface IncidentDraft {
  readonly form: string;
  readonly precedence?: string;
  readonly to_posts?: readonly string[];
  readonly start?: string;
  readonly end?: string;
  readonly about?: boolean;
  readonly position?: string;
  readonly uncertainty?: string;
  readonly place?: string;
  readonly altitude?: AltitudeDraft;
  readonly our_platform?: string;
  readonly other_platform?: string;
  readonly forces?: string;
  readonly damage?: string;
  readonly casualties?: string;
  readonly coordinated?: string;
  readonly measures?: string;
  readonly contact_point?: string;
  readonly provision?: string;
  readonly words?: string;
  readonly notice?: string | null;
  readonly amends?: string | null;
}

/**
 * An act about an incident; `act` says which of the rest counts.
 *
 * `other`: the incident of the other side. `query`: the request that is answered, or that a meeting is about. `of`:
 * the party that is asked. `at`, `end`: text, UTC. `step`, `closure`: which.
 */
export interface IncidentActRequest {
  readonly act: IncidentActName;
  readonly other?: string | null;
  readonly query?: string | null;
  readonly of?: string;
  readonly at?: string;
  readonly end?: string;
  readonly objectives?: string;
  readonly location?: string;
  readonly designation?: string;
  readonly subordination?: string;
  readonly formations?: string;
  readonly equipment?: string;
  readonly accepted?: boolean | null;
  readonly step?: string;
  readonly closure?: string;
  readonly words?: string;
}

/**
 * The line as it is declared, and what passes by the agreement while it is suspended or closed.
 *
 * `next_ms`: when an announced state begins; null: none is.
 */
export interface LineStatePage {
  readonly declared: LineStatesValues;
  readonly calls_pass: boolean;
  readonly flash_passes: boolean;
  readonly messages_pass: boolean;
  readonly next_ms: number | null;
  readonly as_of_ms: number;
}

/** Declare the line `state` "open", "degraded", "suspended" or "closed". `begins`: text, UTC; "": at once. */
export interface LineStateRequest {
  readonly state: string;
  readonly begins: string;
  readonly words: string;
}

export type FeedEvent = DeskEvent | LockedEvent | MessageEvent | CallEvent | SignalEvent | NoticeEvent | ConflictEvent | GapEvent | FirebreakEvent | EntryEvent | TroubleEvent | ProgressEvent | DemoEvent | BeatEvent;
