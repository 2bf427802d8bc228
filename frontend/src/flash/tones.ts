/**
 * What the alarms sound like, as samples: nothing is fetched when it matters, and no timer of the page keeps them going.
 *
 *     flash     two tones in turn, four times a second, without a pause
 *     ring      a bell of two low tones for a second, then two seconds of silence
 *     outcome   three short high tones, then a pause
 */

export type Pattern = 'flash' | 'ring' | 'outcome';

interface Tone {
  readonly hertz: number;
  readonly seconds: number;
}

const PAUSE = 0;
const BELL: readonly Tone[] = [
  { hertz: 523, seconds: 0.05 },
  { hertz: 659, seconds: 0.05 },
];
const PATTERNS: Readonly<Record<Pattern, readonly Tone[]>> = {
  flash: [
    { hertz: 988, seconds: 0.25 },
    { hertz: 740, seconds: 0.25 },
  ],
  ring: [...Array.from({ length: 10 }, () => BELL).flat(), { hertz: PAUSE, seconds: 2 }],
  outcome: [
    { hertz: 1319, seconds: 0.14 },
    { hertz: PAUSE, seconds: 0.1 },
    { hertz: 1319, seconds: 0.14 },
    { hertz: PAUSE, seconds: 0.1 },
    { hertz: 1319, seconds: 0.14 },
    { hertz: PAUSE, seconds: 0.88 },
  ],
};
/** Odd harmonics as of a square wave: heard through small loudspeakers and through noise. */
const HARMONICS = [1, 3, 5, 7] as const;
const EDGE_SECONDS = 0.004;
const LOUDNESS = 0.98;

/** One turn of a pattern, to be played in a loop; samples from -1 to 1. */
export function renderTones(pattern: Pattern, samplesPerSecond: number): Float32Array<ArrayBuffer> {
  const tones = PATTERNS[pattern].map((tone) => renderTone(tone, samplesPerSecond));
  const whole = new Float32Array(tones.reduce((length, tone) => length + tone.length, 0));
  let at = 0;
  for (const tone of tones) {
    whole.set(tone, at);
    at += tone.length;
  }
  return loudest(whole);
}

function renderTone({ hertz, seconds }: Tone, samplesPerSecond: number): Float32Array {
  const tone = new Float32Array(Math.round(seconds * samplesPerSecond));
  if (hertz === PAUSE) return tone;
  const edge = EDGE_SECONDS * samplesPerSecond;
  for (let at = 0; at < tone.length; at += 1) {
    const phase = (2 * Math.PI * hertz * at) / samplesPerSecond;
    const wave = HARMONICS.reduce((sum, harmonic) => sum + Math.sin(harmonic * phase) / harmonic, 0);
    tone[at] = wave * Math.min(1, at / edge, (tone.length - at) / edge);
  }
  return tone;
}

function loudest(samples: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const peak = samples.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0);
  return samples.map((sample) => (sample / peak) * LOUDNESS);
}
