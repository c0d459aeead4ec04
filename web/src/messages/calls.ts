/** Words of calls and voice channels. */

import type { CallEnd } from '../api/call-events';
import type { MediaProblem } from '../call/media';
import { count } from './plural';

const people = new Intl.ListFormat('en', { type: 'conjunction' });

const ended: Record<CallEnd, (by: string, title: string) => string> = {
  hung_up: (by) => `${by} hung up.`,
  declined: (by) => `${by} cannot talk now.`,
  unanswered: (_, title) => `${title} did not answer.`,
  left: () => 'The call is over: nobody else is there.',
  moved: () => 'You went on with the call in another tab.',
  removed: () => 'You may not be in this call any more.',
  answered_elsewhere: () => '',
  declined_elsewhere: () => '',
};

const problems: Record<MediaProblem, (device: string) => string> = {
  denied: (device) => `The browser does not let Chatter use your ${device}. Allow it in the address bar.`,
  missing: (device) => `No ${device} was found.`,
  busy: (device) => `Your ${device} is in use by another program.`,
  insecure: (device) => `Browsers give the ${device} only to pages with https.`,
  failed: (device) => `Your ${device} could not be started.`,
};

export const calls = {
  call: 'Call',
  callVideo: 'Video call',
  join: (number: number) => `Join call (${number})`,
  incoming: (from: string, video: boolean) =>
    video ? `${from} is calling with video` : `${from} is calling`,
  incomingIn: (group: string) => `in ${group}`,
  incomingLabel: 'Incoming call',
  answer: 'Answer',
  answerVideo: 'Answer with video',
  decline: 'Decline',
  panel: (title: string) => `Call: ${title}`,
  entering: 'Connecting…',
  calling: 'Ringing…',
  waiting: 'Waiting for others',
  returning: 'Reconnecting…',
  with: (number: number) => count(number, 'person', 'people'),
  link: {
    connecting: 'Connecting…',
    connected: 'Connected',
    reconnecting: 'Reconnecting…',
    failed: 'No connection',
  },
  retry: 'Try again',
  mute: 'Mute microphone',
  unmute: 'Unmute microphone',
  cameraOn: 'Turn camera on',
  cameraOff: 'Turn camera off',
  hangUp: 'Hang up',
  larger: 'Larger',
  smaller: 'Smaller',
  muted: 'muted',
  you: 'You',
  tile: (name: string, link: string, muted: boolean) => `${name}, ${muted ? `${link}, muted` : link}`,
  problem: (device: 'microphone' | 'camera', problem: MediaProblem) => problems[problem](device),
  ended,
  lost: 'The call went on without you while the connection was down.',
  over: 'This call is over.',
  unanswered: 'The server did not answer. Please try again.',
  voice: 'Voice channels',
  openVoice: 'Join a voice channel',
  voiceName: 'Name of the channel',
  voiceHint: 'Everybody here can join it by its name. It is gone when the last one leaves.',
  joinVoice: 'Join',
  inVoice: (channel: string, names: string[]) => `${channel}: ${people.format(names)}`,
};
