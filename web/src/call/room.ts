/** The room this tab is in: a connection to everybody else who is in it. Knows neither the store nor the page. */

import type { CallEvents, JoinedRoom, Participants } from '../api/call-events';
import { hear, request, tell } from '../socket';
import { Peer, type PeerLink, type Signal } from './peer';

export interface RoomPeer {
  id: number;
  name: string;
  muted: boolean;
  video: boolean;
  link: PeerLink;
  stream: MediaStream | null;
}

interface Entry extends RoomPeer {
  connection: Peer;
}

export interface RoomOptions {
  name: string;
  me: string;
  configuration: RTCConfiguration;
  /** What this side sends by now. */
  tracks: () => MediaStreamTrack[];
  onPeers: (peers: RoomPeer[]) => void;
}

/** Thrown with what the server said, in words. */
export class Refused extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export class Room {
  private readonly options: RoomOptions;
  private readonly stream = new MediaStream();
  private readonly entries = new Map<number, Entry>();
  private readonly deaf: Array<() => void>;
  private place: number | null = null;
  private away = new Set<number>();
  private media = { muted: false, video: false };

  constructor(options: RoomOptions) {
    this.options = options;
    this.deaf = [
      this.on('voice_participants', (participants) => this.follow(participants)),
      this.on('voice_offer', ({ from_peer, sdp }) =>
        this.pass(from_peer, { kind: 'description', description: sdp }),
      ),
      this.on('voice_answer', ({ from_peer, sdp }) =>
        this.pass(from_peer, { kind: 'description', description: sdp }),
      ),
      this.on('voice_ice', ({ from_peer, candidate }) =>
        this.pass(from_peer, { kind: 'candidate', candidate }),
      ),
      this.on('voice_mute', ({ peer_id, muted, video }) => {
        const entry = this.entries.get(peer_id);
        if (entry !== undefined) Object.assign(entry, { muted, video });
        this.publish();
      }),
    ];
  }

  /** Comes in; or back, after the link was down, to the place it had. */
  async join(): Promise<void> {
    const { name } = this.options;
    const back = this.place;
    const ack = await request<JoinedRoom>('voice_join', {
      channel: name,
      ...(back === null ? {} : { peer_id: back }),
    });
    if (!ack.ok) throw new Refused(ack.error, ack.message ?? ack.error);
    this.place = ack.peer_id;
    await this.sayMedia();
    if (back === null) return;
    // What was said while nobody listened has to be said again.
    for (const { connection } of this.entries.values()) connection.refresh();
  }

  /** What is sent has changed: a microphone or camera went on or off. */
  async setMedia(muted: boolean, video: boolean): Promise<void> {
    this.media = { muted, video };
    for (const { connection } of this.entries.values()) connection.sendTracks();
    if (this.place !== null) await this.sayMedia().catch(() => undefined);
  }

  retry(): void {
    for (const { connection, link } of this.entries.values()) if (link === 'failed') connection.retry();
  }

  leave(): void {
    tell('voice_leave', { channel: this.options.name });
    this.close();
  }

  close(): void {
    for (const stop of this.deaf) stop();
    for (const { connection } of this.entries.values()) connection.close();
    this.entries.clear();
  }

  private async sayMedia(): Promise<void> {
    await request('voice_mute', { channel: this.options.name, ...this.media });
  }

  private follow({ peers, away }: Participants): void {
    const present = peers.filter(({ username }) => username !== this.options.me);
    const here = new Set(present.map(({ id }) => id));
    const waited = new Set(away);
    for (const [id, entry] of this.entries) {
      if (here.has(id)) continue;
      if (waited.has(id)) {
        entry.link = 'reconnecting';
      } else {
        this.entries.delete(id);
        entry.connection.close();
      }
    }
    for (const { id, username, muted, video } of present) {
      const known = this.entries.get(id);
      if (known === undefined) this.meet(id, { name: username, muted, video });
      else {
        Object.assign(known, { name: username, muted, video });
        if (this.away.has(id)) {
          known.link = known.connection.isConnected() ? 'connected' : 'reconnecting';
          known.connection.refresh();
        }
      }
    }
    this.away = waited;
    this.publish();
  }

  private meet(id: number, person: Pick<RoomPeer, 'name' | 'muted' | 'video'>): void {
    const { configuration, me, tracks } = this.options;
    const change = (what: Partial<RoomPeer>) => {
      const entry = this.entries.get(id);
      if (entry === undefined) return;
      Object.assign(entry, what);
      this.publish();
    };
    const connection = new Peer({
      configuration,
      // Older clients have it the same way: the one whose name is first makes the offer.
      polite: me > person.name,
      tracks,
      stream: this.stream,
      send: (signal) => void this.send(id, signal),
      onLink: (link) => change({ link }),
      onStream: (stream) => change({ stream }),
    });
    this.entries.set(id, { id, ...person, link: 'connecting', stream: null, connection });
  }

  private pass(from: number, signal: Signal): void {
    this.entries.get(from)?.connection.receive(signal);
  }

  /** What does not arrive is said again once both are there. */
  private async send(to: number, signal: Signal): Promise<void> {
    const base = { channel: this.options.name, to };
    const said =
      signal.kind === 'candidate'
        ? request('voice_ice', { ...base, candidate: signal.candidate })
        : request(signal.description.type === 'offer' ? 'voice_offer' : 'voice_answer', {
            ...base,
            sdp: signal.description,
          });
    await said.catch(() => undefined);
  }

  private on<E extends Exclude<keyof CallEvents, 'call_ended'>>(
    event: E,
    handler: (payload: CallEvents[E]) => void,
  ): () => void {
    return hear(event, (payload: CallEvents[E]) => {
      if (payload.channel === this.options.name) handler(payload);
    });
  }

  private publish(): void {
    this.options.onPeers([...this.entries.values()].map(({ connection: _, ...peer }) => ({ ...peer })));
  }
}
