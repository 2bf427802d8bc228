/** Which microphone and which camera: chosen by the officer, remembered by this browser, opened only for a call. */

import { keepChoice, readChoice } from '../../lib/kept';

export type Device = 'microphone' | 'camera';
const KINDS: Readonly<Record<Device, MediaDeviceKind>> = { microphone: 'audioinput', camera: 'videoinput' };

class Devices {
  microphones = $state.raw<readonly MediaDeviceInfo[]>([]);
  cameras = $state.raw<readonly MediaDeviceInfo[]>([]);

  /** List what there is; names are told only once one was opened. */
  async look(): Promise<void> {
    const all = await navigator.mediaDevices.enumerateDevices();
    this.microphones = all.filter((each) => each.kind === KINDS.microphone);
    this.cameras = all.filter((each) => each.kind === KINDS.camera);
  }

  chosen(device: Device): string {
    return readChoice(device) ?? '';
  }

  choose(device: Device, id: string): void {
    keepChoice(device, id === '' ? null : id);
  }

  /** Open one: the browser asks the officer the first time. Throws what the browser refuses it with. */
  async open(device: Device): Promise<MediaStreamTrack> {
    const constraints = { ...(device === 'camera' ? { width: { ideal: 640 }, height: { ideal: 480 } } : {}), ...this.#exact(device) };
    const stream = await navigator.mediaDevices.getUserMedia(
      device === 'camera' ? { video: constraints } : { audio: { echoCancellation: true, noiseSuppression: true, ...constraints } },
    );
    void this.look();
    const [track] = stream.getTracks();
    if (!track) throw new DOMException('no track', 'NotFoundError');
    return track;
  }

  /** A device that has gone is no reason for silence: then any other is taken. */
  #exact(device: Device): MediaTrackConstraints {
    const id = this.chosen(device);
    return id === '' ? {} : { deviceId: { ideal: id } };
  }
}

export const devices = new Devices();
