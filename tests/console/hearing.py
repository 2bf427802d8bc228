"""What a page really plays: samples that reach the loudspeaker's door, measured beside it, not a word that says so."""

from tests.console.desks import wait_until

LOUD = 0.5
FLASH_HERTZ = (740, 988)
RING_HERTZ = (523, 659)
OUTCOME_HERTZ = 1319
BELL_PAUSE_S = 2.3
"""Longer than a call that rings is silent between two bells."""

LISTEN = """(() => {
  const doors = [];
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (to, ...rest) {
    if (to instanceof AudioDestinationNode) {
      const analyser = new AnalyserNode(to.context, { fftSize: 8192, smoothingTimeConstant: 0 });
      connect.call(this, analyser);
      doors.push(analyser);
    }
    return connect.call(this, to, ...rest);
  };
  window.__heard = () => {
    const all = doors.map((analyser) => {
      const samples = new Float32Array(2048);
      analyser.getFloatTimeDomainData(samples);
      const level = samples.reduce((peak, each) => Math.max(peak, Math.abs(each)), 0);
      const spectrum = new Float32Array(analyser.frequencyBinCount);
      analyser.getFloatFrequencyData(spectrum);
      const at = spectrum.indexOf(spectrum.reduce((most, each) => Math.max(most, each), -Infinity));
      return { level, hertz: at * analyser.context.sampleRate / analyser.fftSize, state: analyser.context.state };
    });
    return all.reduce((most, each) => (each.level > most.level ? each : most), { level: 0, hertz: 0, state: '' });
  };
  const contexts = [];
  window.AudioContext = class extends window.AudioContext {
    constructor(...given) {
      super(...given);
      contexts.push(this);
    }
  };
  window.__ready = () => contexts.some((context) => context.state === 'running');
  let loudMs = performance.now();
  setInterval(() => (loudMs = window.__heard().level > 0 ? performance.now() : loudMs), 50);
  window.__silentMs = () => performance.now() - loudMs;
  window.__typed = 0;
  window.addEventListener('keydown', () => (window.__typed += 1), true);
})()"""
"""Put into a page before its own scripts: `__heard()` measures what goes to the destination; `__silentMs()`,
`__ready()`, `__typed`."""


def heard(page):
    """Measure what the page plays now: `level` from 0 to 1, the strongest `hertz`."""
    return page.evaluate("__heard()")


def sounds(page):
    return heard(page)["level"] > LOUD


def wait_for_sound(page):
    return wait_until(lambda: sounds(page), "the page does not sound")


def wait_for_silence(page):
    return wait_until(lambda: heard(page)["level"] == 0, "the page does not fall silent")


def silent_s(page):
    """Give for how many seconds the page has made no sound: a bell that rings is silent between its strokes."""
    return page.evaluate("__silentMs()") / 1000


def pitches(page, count=60):
    """Give the pitches that are heard in many looks, each rounded to the nearest that the siren has, or as it is."""
    known = (*FLASH_HERTZ, *RING_HERTZ, OUTCOME_HERTZ)
    found = set()
    for _ in range(count):
        now = heard(page)
        if now["level"] > LOUD:
            found.add(min(known, key=lambda each: abs(each - now["hertz"])))
        page.wait_for_timeout(30)
    return found
