/**
 * The media of the call that this page is in. It lives outside of all components: an officer may look at any page.
 *
 *     prepare -> POST calls (placed) or answer -> hold(number, prepared, media, path) -> Session, until the call ends
 *
 * The other console's description is asked of our node, which has judged it; here its certificate is compared once more
 * with the one in the signed entry, before the browser takes it.
 */

import type { CallValues, DeskValues, HeardValues, MediaRequest, SignalRequest, ToldValues } from '../../generated/types';
import { ApiError, get, numberPath, post } from '../../lib/api';
import { live } from '../../lib/live.svelte';
import { session as signedIn } from '../../lib/session.svelte';
import { consoleName } from '../../lib/shown';
import type { Prepared } from './certificate';
import { devices, type Device } from './devices.svelte';
import { OtherFingerprint, Peer, type Kind, type Way } from './peer';
import { askRelay, askWay, ordinaryWay } from './way';

export { prepare } from './certificate';

/**
 * `undecided`: there is neither relay nor one network, so the officer must choose; `no-way`: nothing connected;
 * `stalled`: it did, and nothing comes; `refused`: somebody is between the consoles; `text`: they answered without voice.
 */
export type Stage = 'undecided' | 'waiting' | 'connecting' | 'connected' | 'stalled' | 'lost' | 'refused' | 'no-way' | 'text' | 'over';

const ANEW_AFTER_MS = 2_000;
const LOST_AFTER_MS = 15_000;
const NO_WAY_AFTER_MS = 20_000;
const LOOK_MS = 1_000;
const NO_WAY = 'node.media_policy.no_way';
/** So often our node is told that media flows on: whoever speaks presses no key, and his console must not lock. */
const SPEAKS_MS = 30_000;

export class Session {
  readonly number: string;
  readonly media: 'voice' | 'video';
  stage = $state<Stage>('waiting');
  sinceMs = $state(live.nowMs);
  /** By which way it may go. */
  path = $state<Way | null>(null);
  /** By which way media goes, once it does. */
  way = $state<Way | null>(null);
  /** The code of what was refused, by our node or by theirs. */
  refused = $state('');
  /** What the browser refused a microphone or a camera with. */
  failed = $state<Partial<Record<Device, string>>>({});
  error = $state.raw<unknown>(null);
  microphone = $state.raw<MediaStreamTrack | null>(null);
  camera = $state.raw<MediaStreamTrack | null>(null);
  received = $state.raw<MediaStream | null>(null);
  /** The addresses of ours that the other side was told. */
  told = $state.raw<readonly string[]>([]);
  checkedMs = $state<number | null>(null);
  isPushToTalk = $state(false);
  isHeld = $state(false);
  isMuted = $state(false);
  isThin = $state(false);
  loss = $state.raw<{ readonly lost: number; readonly received: number; readonly roundTripMs: number | null } | null>(null);

  #prepared: Prepared;
  #peer: Peer | null = null;
  #sound = new Audio();
  #taken = 0;
  #turn: Promise<void> = Promise.resolve();
  #anew: ReturnType<typeof setTimeout> | undefined;
  #lost: ReturnType<typeof setTimeout> | undefined;
  #looking: ReturnType<typeof setInterval> | undefined;
  #speaking: ReturnType<typeof setInterval> | undefined;
  #ends: (() => void)[] = [];

  constructor(number: string, prepared: Prepared, media: 'voice' | 'video', path: Way | null) {
    this.number = number;
    this.media = media;
    this.path = path;
    this.#prepared = prepared;
  }

  get isOver(): boolean {
    return ['over', 'text', 'lost', 'refused'].includes(this.stage);
  }

  /** Whether what the officer says now is sent. */
  get isSent(): boolean {
    return this.stage === 'connected' && this.isSpeaking;
  }

  /** Whether it is to be sent, once there is a way. */
  get isSpeaking(): boolean {
    return this.microphone !== null && !this.isMuted && (!this.isPushToTalk || this.isHeld);
  }

  async begin(): Promise<void> {
    this.#ends = [
      live.on('signal', (event) => event.call === this.number && this.#queue()),
      live.on('call', () => this.#queue()),
      // An event may have been missed while the stream was cut: the desk is told whole when it is back.
      live.on('desk', ({ desk }) => this.#mayHaveMissed(desk) && this.#queue()),
      // Behind a lock, or where nobody is signed in, no microphone is open: our node says that the console is gone.
      $effect.root(() => {
        $effect(() => {
          if (isShut()) this.leave('lost');
        });
      }),
    ];
    addEventListener('beforeunload', warn);
    this.#queue();
    const opened = this.#open();
    try {
      this.path ??= await this.#ordinaryPath();
      if (this.path === null) this.#go('undecided');
      else await this.#goBy(this.path, opened);
    } catch (error) {
      this.error = error;
    }
  }

  /** The officer chooses to go directly, and to show the addresses of this desk. */
  async choose(path: Way): Promise<void> {
    if (this.stage !== 'undecided') return;
    this.path = path;
    this.#go('waiting');
    await this.#goBy(path, Promise.resolve()).catch((error: unknown) => this.#fail(error));
  }

  async #ordinaryPath(): Promise<Way | null> {
    return ordinaryWay(await askWay());
  }

  async #goBy(path: Way, opened: Promise<void>): Promise<void> {
    // Without a microphone that was opened a browser hides its addresses behind names, which no node takes.
    if (path === 'direct') await opened;
    const relay = path === 'relay' ? await askRelay() : null;
    if (this.isOver) return;
    this.#connect(new Peer({ prepared: this.#prepared, way: path, relay, withVideo: this.media === 'video' }));
    this.#queue();
  }

  /** End the media; that the call ends is said by whoever hangs up. */
  leave(stage: Stage = 'over'): void {
    if (this.isOver) return;
    this.#go(stage);
    for (const end of this.#ends.splice(0)) end();
    removeEventListener('beforeunload', warn);
    clearTimeout(this.#anew);
    clearTimeout(this.#lost);
    clearInterval(this.#looking);
    clearInterval(this.#speaking);
    this.#peer?.close();
    this.microphone?.stop();
    this.camera?.stop();
    this.microphone = this.camera = this.received = null;
    this.#sound.srcObject = null;
  }

  mute(isMuted: boolean): void {
    this.isMuted = isMuted;
    this.#speak();
  }

  pushToTalk(isOn: boolean): void {
    this.isPushToTalk = isOn;
    this.#speak();
  }

  hold(isHeld: boolean): void {
    this.isHeld = isHeld;
    this.#speak();
  }

  async thin(isThin: boolean): Promise<void> {
    this.isThin = isThin;
    if (isThin && this.camera !== null) await this.change('camera', false);
    await this.#peer?.thin(isThin);
  }

  /** Open another microphone or camera, or close the camera. */
  async change(device: Device, isOn = true): Promise<void> {
    const before = device === 'camera' ? this.camera : this.microphone;
    before?.stop();
    if (device === 'camera') this.camera = null;
    else this.microphone = null;
    if (isOn) await this.#openOne(device);
    if (device === 'camera') await this.#peer?.show(this.camera);
    else this.#speak();
  }

  async #open(): Promise<void> {
    await this.#openOne('microphone');
    if (this.media === 'video') await this.#openOne('camera');
    this.#speak();
    await this.#peer?.show(this.camera);
  }

  async #openOne(device: Device): Promise<void> {
    try {
      const track = await devices.open(device);
      if (this.isOver) return track.stop();
      if (device === 'camera') this.camera = track;
      else this.microphone = track;
      this.failed = { ...this.failed, [device]: undefined };
    } catch (error) {
      this.failed = { ...this.failed, [device]: error instanceof DOMException ? error.name : String(error) };
    }
  }

  #speak(): void {
    void this.#peer?.speak(this.isSpeaking ? this.microphone : null);
  }

  #connect(peer: Peer): void {
    this.#peer = peer;
    this.received = peer.received;
    this.#sound.srcObject = peer.received;
    this.#sound.autoplay = true;
    peer.connection.onconnectionstatechange = () => this.#turned(peer.connection.connectionState);
    this.#looking = setInterval(() => void this.#look(), LOOK_MS);
    this.#speaking = setInterval(() => this.stage === 'connected' && void this.#tell('connected').catch(() => undefined), SPEAKS_MS);
  }

  #mayHaveMissed(desk: DeskValues): boolean {
    return this.stage === 'waiting' || !desk.calls.some((call) => call.number === this.number);
  }

  /** One thing after the other: what is asked meanwhile is done once more behind it. */
  #queue(): void {
    this.#turn = this.#turn.then(() => this.#follow()).catch((error: unknown) => this.#fail(error));
  }

  #fail(error: unknown): void {
    if (error instanceof OtherFingerprint) {
      this.refused = 'room.other_fingerprint';
      void this.#tell('fingerprint');
      this.leave('refused');
    } else if (!(error instanceof ApiError && error.isUnreachable)) {
      this.error = error;
      if (error instanceof ApiError && error.code === NO_WAY && this.stage !== 'connected') this.#go('no-way');
    }
  }

  async #follow(): Promise<void> {
    if (this.isOver) return;
    const call = await get<CallValues>(`/calls/${numberPath(this.number)}`);
    if (call.state === 'ended') return this.#ended(call);
    if (call.state === 'in_call' && call.their_fingerprint === null) return this.leave('text');
    if (call.state === 'in_call') this.#expect();
    const peer = this.#peer;
    if (peer === null) return;
    const heard = await get<HeardValues>(`/calls/${numberPath(this.number)}/signal`);
    this.refused = heard.refused_here || heard.refused_there;
    if (call.ours && peer.connection.localDescription === null) await this.#offer();
    if (heard.kind === null || heard.number <= this.#taken || call.their_fingerprint === null) return;
    if (call.ours) await peer.accept(heard.sdp, call.their_fingerprint);
    else await this.#say('answer', await peer.answer(heard.sdp, call.their_fingerprint));
    this.#taken = heard.number;
    this.checkedMs = live.nowMs;
    if (this.stage === 'waiting' || this.stage === 'no-way') this.#begun();
    this.#speak();
    await peer.show(this.camera);
  }

  /** Both records say why: the reason stands on the page of the call too. */
  #ended(call: CallValues): void {
    const lost = call.steps.find((step) => step.kind === 'CALL_LOST');
    if (lost === undefined) return this.leave();
    if (lost.cause === 'fingerprint') this.refused ||= 'node.signalling.other_fingerprint';
    this.leave(lost.cause === 'fingerprint' ? 'refused' : 'lost');
  }

  /** The call was answered: if the other console says nothing of its media for long, say that there is no way. */
  #expect(): void {
    if (this.stage !== 'waiting' || this.#lost !== undefined) return;
    this.#lost = setTimeout(() => this.stage === 'waiting' && this.#go('no-way'), NO_WAY_AFTER_MS);
  }

  #begun(): void {
    this.#go('connecting');
    clearTimeout(this.#lost);
    this.#lost = setTimeout(() => this.stage === 'connecting' && this.#go('no-way'), NO_WAY_AFTER_MS);
  }

  async #offer(anew = false): Promise<void> {
    if (this.#peer !== null) await this.#say('offer', await this.#peer.offer(anew));
  }

  async #say(kind: Kind, sdp: string): Promise<void> {
    const body: SignalRequest = { kind, sdp, direct: this.path === 'direct', console: consoleName };
    const { addresses } = await post<ToldValues>(`/calls/${numberPath(this.number)}/signal`, body);
    this.told = addresses;
  }

  #turned(state: RTCPeerConnectionState): void {
    if (this.isOver) return;
    if (state === 'connected') void this.#connected();
    if (state === 'disconnected' || state === 'failed') this.#stalled(state === 'failed');
  }

  async #connected(): Promise<void> {
    clearTimeout(this.#anew);
    clearTimeout(this.#lost);
    this.way = await this.#wayNow();
    this.#go('connected');
    await this.#tell('connected').catch((error: unknown) => this.#fail(error));
  }

  /** Nothing comes: the caller looks for another way, and after a while the call is lost. */
  #stalled(isFailed: boolean): void {
    const isCaller = this.#peer?.connection.localDescription?.type === 'offer';
    if (isCaller) {
      clearTimeout(this.#anew);
      this.#anew = setTimeout(() => this.#tryAnew(), isFailed ? 0 : ANEW_AFTER_MS);
    }
    if (this.stage !== 'connected') return;
    this.#go('stalled');
    this.#lost = setTimeout(() => this.#lose(), LOST_AFTER_MS);
  }

  #tryAnew(): void {
    this.#turn = this.#turn.then(() => this.#offer(true)).catch((error: unknown) => this.#fail(error));
  }

  #lose(): void {
    void this.#tell('lost').catch(() => undefined);
    this.leave('lost');
  }

  async #tell(state: MediaRequest['state']): Promise<void> {
    const body: MediaRequest = { state, way: this.way, console: consoleName };
    await post(`/calls/${numberPath(this.number)}/media`, body);
  }

  #go(stage: Stage): void {
    this.stage = stage;
    this.sinceMs = live.nowMs;
  }

  /** A page that may use its relay alone goes by it; a direct one may still meet the relay of the other side. */
  async #wayNow(): Promise<Way> {
    if (this.path === 'relay') return 'relay';
    const report = await this.#report();
    const pair = report.find((each) => each['type'] === 'candidate-pair' && each['nominated'] === true && each['state'] === 'succeeded');
    const ends = report.filter((each) => each['id'] === pair?.['localCandidateId'] || each['id'] === pair?.['remoteCandidateId']);
    return ends.some((each) => each['candidateType'] === 'relay') ? 'relay' : 'direct';
  }

  async #look(): Promise<void> {
    const report = await this.#report();
    const inbound = report.filter((each) => each['type'] === 'inbound-rtp');
    const pair = report.find((each) => each['type'] === 'candidate-pair' && each['nominated'] === true);
    const sum = (name: string): number => inbound.reduce((all, each) => all + Number(each[name] ?? 0), 0);
    const roundTripS = pair?.['currentRoundTripTime'];
    this.loss = {
      lost: sum('packetsLost'),
      received: sum('packetsReceived'),
      roundTripMs: typeof roundTripS === 'number' ? Math.round(roundTripS * 1000) : null,
    };
  }

  async #report(): Promise<Record<string, unknown>[]> {
    return this.#peer === null ? [] : [...(await this.#peer.connection.getStats()).values()] as Record<string, unknown>[];
  }
}

/** Whether nobody may speak at this console: it is locked, or its session has ended. */
function isShut(): boolean {
  return live.locked !== null || (signedIn.isKnown && signedIn.values === null);
}

/** A page that goes ends its call: the browser asks before. */
function warn(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

class Rooms {
  session = $state.raw<Session | null>(null);

  /** The number of the call whose media this page holds. */
  get current(): string | null {
    return this.session === null || this.session.isOver ? null : this.session.number;
  }

  find(number: string): Session | null {
    return this.session?.number === number ? this.session : null;
  }
}

export const rooms = new Rooms();

/** Begin the media of a call that this page has placed or answered; a page is in one call. */
export function hold(number: string, prepared: Prepared, media: 'voice' | 'video', path: Way | null = null): Session {
  rooms.session?.leave();
  const session = new Session(number, prepared, media, path);
  rooms.session = session;
  void session.begin();
  return session;
}
