/**
 * The connection to one other browser. Both sides may change what they send at any time; when they
 * do so at once, the polite one takes its offer back ("perfect negotiation", as W3C's WebRTC has it).
 */

export type PeerLink = 'connecting' | 'connected' | 'reconnecting' | 'failed';

export type Signal =
  | { kind: 'description'; description: RTCSessionDescriptionInit }
  | { kind: 'candidate'; candidate: RTCIceCandidateInit | null };

export interface PeerOptions {
  configuration: RTCConfiguration;
  /** The polite side gives way, and waits for the other one's first offer. */
  polite: boolean;
  /** What this side sends, each time it is asked. */
  tracks: () => MediaStreamTrack[];
  /** The stream they belong to, the same for all of them. */
  stream: MediaStream;
  send: (signal: Signal) => void;
  onLink: (link: PeerLink) => void;
  onStream: (stream: MediaStream | null) => void;
}

/** How long a connection may be interrupted before another way is looked for. */
const PATIENCE_MS = 2500;
/** How often another way is looked for, before it is said that there is none. */
const ATTEMPTS = 4;
const ATTEMPT_MS = 8000;

export class Peer {
  private readonly pc: RTCPeerConnection;
  private readonly options: PeerOptions;
  private makingOffer = false;
  private ignoresOffer = false;
  private settlesAnswer = false;
  /** The polite side sends nothing of its own before it was spoken to. */
  private started: boolean;
  private closed = false;
  private attempts = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Signals are worked off one after the other. */
  private queue: Promise<void> = Promise.resolve();

  constructor(options: PeerOptions) {
    this.options = options;
    this.started = !options.polite;
    this.pc = new RTCPeerConnection(options.configuration);
    this.pc.onnegotiationneeded = () => void this.offer();
    this.pc.onicecandidate = ({ candidate }) =>
      options.send({ kind: 'candidate', candidate: candidate?.toJSON() ?? null });
    this.pc.onconnectionstatechange = () => this.followLink();
    this.pc.ontrack = ({ streams: [stream], track }) => options.onStream(stream ?? new MediaStream([track]));
    if (this.started) this.sendTracks();
  }

  /** Sends what is to be sent by now: a camera went on or off. */
  sendTracks(): void {
    if (this.closed || !this.started) return;
    const wanted = this.options.tracks();
    const senders = this.pc.getSenders();
    for (const sender of senders) {
      if (sender.track !== null && !wanted.includes(sender.track)) this.pc.removeTrack(sender);
    }
    for (const track of wanted) {
      if (!senders.some((sender) => sender.track === track)) this.pc.addTrack(track, this.options.stream);
    }
    // Even without a microphone one wants to hear.
    if (wanted.length === 0 && this.pc.getTransceivers().length === 0) {
      this.pc.addTransceiver('audio', { direction: 'recvonly' });
    }
  }

  receive(signal: Signal): void {
    this.queue = this.queue.then(() => this.take(signal)).catch(() => this.lookForAnotherWay());
  }

  /** Signals may have been lost meanwhile: says again what is not answered, or finds another way. */
  refresh(): void {
    const { pc } = this;
    if (this.closed) return;
    if (pc.signalingState === 'have-local-offer' && pc.localDescription !== null) {
      this.options.send({ kind: 'description', description: pc.localDescription });
    } else if (pc.connectionState !== 'connected' && this.started) {
      pc.restartIce();
    }
  }

  /** After it has failed, when somebody wants to try once more. */
  retry(): void {
    this.attempts = 0;
    this.lookForAnotherWay();
  }

  isConnected(): boolean {
    return this.pc.connectionState === 'connected';
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.pc.close();
    this.options.onStream(null);
  }

  private async offer(): Promise<void> {
    if (!this.started || this.closed) return;
    try {
      this.makingOffer = true;
      await this.pc.setLocalDescription();
      this.sendDescription();
    } catch {
      this.lookForAnotherWay();
    } finally {
      this.makingOffer = false;
    }
  }

  private async take(signal: Signal): Promise<void> {
    if (this.closed) return;
    if (signal.kind === 'candidate') return this.takeCandidate(signal.candidate);
    const { pc } = this;
    const { description } = signal;
    const ready = !this.makingOffer && (pc.signalingState === 'stable' || this.settlesAnswer);
    this.ignoresOffer = !this.options.polite && description.type === 'offer' && !ready;
    if (this.ignoresOffer) return;
    // An answer to what was taken back, or was answered before.
    if (description.type === 'answer' && pc.signalingState !== 'have-local-offer') return;
    this.settlesAnswer = description.type === 'answer';
    try {
      await pc.setRemoteDescription(description);
    } finally {
      this.settlesAnswer = false;
    }
    if (description.type !== 'offer') return;
    if (!this.started) {
      this.started = true;
      this.sendTracks();
    }
    await pc.setLocalDescription();
    this.sendDescription();
  }

  private async takeCandidate(candidate: RTCIceCandidateInit | null): Promise<void> {
    try {
      await this.pc.addIceCandidate(candidate ?? undefined);
    } catch (error) {
      if (!this.ignoresOffer) throw error;
    }
  }

  private sendDescription(): void {
    const description = this.pc.localDescription;
    if (description !== null && !this.closed) this.options.send({ kind: 'description', description });
  }

  private followLink(): void {
    clearTimeout(this.timer);
    switch (this.pc.connectionState) {
      case 'connected':
        this.attempts = 0;
        this.options.onLink('connected');
        break;
      case 'disconnected':
        this.options.onLink('reconnecting');
        this.timer = setTimeout(() => this.lookForAnotherWay(), PATIENCE_MS);
        break;
      case 'failed':
        this.lookForAnotherWay();
        break;
      default:
        break;
    }
  }

  private lookForAnotherWay(): void {
    if (this.closed || this.pc.connectionState === 'connected') return;
    clearTimeout(this.timer);
    if (this.attempts >= ATTEMPTS) {
      this.options.onLink('failed');
      return;
    }
    this.attempts += 1;
    this.options.onLink('reconnecting');
    if (this.started) this.pc.restartIce();
    this.timer = setTimeout(() => this.lookForAnotherWay(), ATTEMPT_MS);
  }
}
