/** The sound of somebody calling: two soft notes every two seconds. Browsers that were not touched yet stay silent. */

const EVERY_MS = 2000;
const NOTES = [659, 784];

export function startRinging(): () => void {
  const context = new AudioContext();
  const play = () => {
    for (const [index, hertz] of NOTES.entries()) note(context, hertz, context.currentTime + index * 0.25);
  };
  play();
  const timer = setInterval(play, EVERY_MS);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}

function note(context: AudioContext, hertz: number, at: number): void {
  const tone = new OscillatorNode(context, { frequency: hertz });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.08, at + 0.02);
  volume.gain.linearRampToValueAtTime(0, at + 0.22);
  tone.connect(volume).connect(context.destination);
  tone.start(at);
  tone.stop(at + 0.25);
}
