/**
 * One connection to the other console: descriptions with every way in them, made and taken whole (RFC 8829).
 *
 * It knows nothing of nodes and pages: what it makes is handed over, what is handed to it was judged by our node, and is
 * compared once more with the signed entry before the browser sees it.
 */

import { hasFingerprint, type Prepared } from './certificate';

export type Way = 'relay' | 'direct';
export type Kind = 'offer' | 'answer';

/** What our relay takes for this call. */
export interface RelayServer {
  readonly urls: readonly string[];
  readonly username: string;
  readonly password: string;
}

export interface Wanted {
  readonly prepared: Prepared;
  readonly way: Way;
  readonly relay: RelayServer | null;
  readonly withVideo: boolean;
}

/** Gathering ends by itself; behind a relay that does not answer it would take long. */
const GATHER_MS = 4_000;
const VOICE_CODECS = ['audio/opus'];
const VIDEO_CODECS = ['video/VP8', 'video/rtx'];
const THIN_BITS_PER_S = 16_000;

/** The certificate in a description is not the one in the signed entry. */
export class OtherFingerprint extends Error {}

export class Peer {
  readonly connection: RTCPeerConnection;
  readonly received = new MediaStream();
  #audio: RTCRtpTransceiver | null = null;
  #video: RTCRtpTransceiver | null = null;
  #wanted: Wanted;

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
    this.connection = new RTCPeerConnection({
      certificates: [wanted.prepared.certificate],
      iceServers: wanted.relay === null ? [] : [serverOf(wanted.relay)],
      iceTransportPolicy: wanted.way === 'relay' ? 'relay' : 'all',
      bundlePolicy: 'max-bundle',
      rtcpMuxPolicy: 'require',
      iceCandidatePoolSize: 1,
    });
    this.connection.ontrack = ({ track }) => this.received.addTrack(track);
  }

  /** Offer, or offer anew after the way was lost. */
  async offer(anew = false): Promise<string> {
    if (this.#audio === null) this.#add();
    return this.#describe(await this.connection.createOffer({ iceRestart: anew }));
  }

  /** Answer an offer of theirs. Throws OtherFingerprint. */
  async answer(offer: string, fingerprint: string): Promise<string> {
    await this.#take('offer', offer, fingerprint);
    this.#find();
    return this.#describe(await this.connection.createAnswer());
  }

  /** Take their answer to our newest offer. Throws OtherFingerprint. */
  async accept(answer: string, fingerprint: string): Promise<void> {
    if (this.connection.signalingState === 'have-local-offer') await this.#take('answer', answer, fingerprint);
  }

  /** Send a microphone from now on, or nothing. */
  async speak(track: MediaStreamTrack | null): Promise<void> {
    await this.#audio?.sender.replaceTrack(track);
  }

  /** Send a camera from now on, or nothing. */
  async show(track: MediaStreamTrack | null): Promise<void> {
    await this.#video?.sender.replaceTrack(track);
  }

  /** Spare a thin line: a voice in sixteen kilobits a second. */
  async thin(isThin: boolean): Promise<void> {
    const sender = this.#audio?.sender;
    if (!sender) return;
    const parameters = sender.getParameters();
    for (const encoding of parameters.encodings) {
      if (isThin) encoding.maxBitrate = THIN_BITS_PER_S;
      else delete encoding.maxBitrate;
    }
    await sender.setParameters(parameters);
  }

  close(): void {
    this.connection.close();
  }

  #add(): void {
    this.#audio = this.connection.addTransceiver('audio', { direction: 'sendrecv' });
    preferCodecs(this.#audio, VOICE_CODECS);
    if (!this.#wanted.withVideo) return;
    this.#video = this.connection.addTransceiver('video', { direction: 'sendrecv' });
    preferCodecs(this.#video, VIDEO_CODECS);
  }

  /** Answer each medium that was offered and that our officer wants; the others stay closed. */
  #find(): void {
    for (const transceiver of this.connection.getTransceivers()) {
      const isVideo = transceiver.receiver.track.kind === 'video';
      const isWanted = !isVideo || this.#wanted.withVideo;
      transceiver.direction = isWanted ? 'sendrecv' : 'inactive';
      if (isVideo && isWanted) this.#video = transceiver;
      if (!isVideo) this.#audio = transceiver;
    }
  }

  async #take(type: Kind, sdp: string, fingerprint: string): Promise<void> {
    if (!hasFingerprint(sdp, fingerprint)) throw new OtherFingerprint(type);
    await this.connection.setRemoteDescription({ type, sdp });
  }

  async #describe(description: RTCLocalSessionDescriptionInit): Promise<string> {
    const gathered = allGathered(this.connection);
    await this.connection.setLocalDescription(description);
    await gathered;
    return this.connection.localDescription?.sdp ?? '';
  }
}

function serverOf({ urls, username, password }: RelayServer): RTCIceServer {
  return { urls: [...urls], username, credential: password };
}

function preferCodecs(transceiver: RTCRtpTransceiver, wanted: readonly string[]): void {
  const known = RTCRtpReceiver.getCapabilities(transceiver.receiver.track.kind)?.codecs ?? [];
  const found = known.filter((codec) => wanted.includes(codec.mimeType));
  if (found.length > 0) transceiver.setCodecPreferences(found);
}

/** Wait until every way was found; begun before the description is set, for a pool may be done at once. */
export function allGathered(connection: RTCPeerConnection): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, GATHER_MS);
    connection.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate !== null) return;
      clearTimeout(timer);
      done();
    });
  });
}
