/** The microphone and the camera of this device, and why there may be none. */

export type MediaProblem = 'denied' | 'missing' | 'busy' | 'insecure' | 'failed';

export class NoMedia extends Error {
  readonly problem: MediaProblem;

  constructor(problem: MediaProblem) {
    super(problem);
    this.problem = problem;
  }
}

const CAMERA: MediaTrackConstraints = {
  width: { ideal: 640 },
  height: { ideal: 480 },
  frameRate: { ideal: 24, max: 30 },
};

export const openMicrophone = () =>
  open({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } }, 'audio');

export const openCamera = () => open({ video: CAMERA }, 'video');

async function open(constraints: MediaStreamConstraints, kind: 'audio' | 'video'): Promise<MediaStreamTrack> {
  // Browsers give devices to pages of https and of this machine alone.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices === undefined) throw new NoMedia('insecure');
  let stream: MediaStream;
  try {
    stream = await devices.getUserMedia(constraints);
  } catch (error) {
    throw new NoMedia(problemOf(error));
  }
  const [track] = kind === 'audio' ? stream.getAudioTracks() : stream.getVideoTracks();
  if (track === undefined) throw new NoMedia('missing');
  return track;
}

export function problemOf(error: unknown): MediaProblem {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'failed';
  }
}
