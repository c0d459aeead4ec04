/**
 * The live link. Owns the Socket.IO client; knows nothing of messages or state.
 * Reconnecting is decided by `live/connection.ts`, so that people can be told
 * when the next attempt comes and can ask for it at once.
 */

import { io } from 'socket.io-client';
import type { CallClientEvent, CallEvents } from './api/call-events';
import type { DocClientEvent, DocEvents } from './api/doc-events';
import { type Ack, type ClientEvent, type ServerEvent, type ServerEvents, serverEvents } from './api/events';

export interface LinkListener {
  up(): void;
  down(reason: 'unauthorized' | 'lost'): void;
  event<E extends ServerEvent>(event: E, payload: ServerEvents[E]): void;
}

/** The request was not answered: it may or may not have been carried out. */
export class Unanswered extends Error {}

const socket = io({
  autoConnect: false,
  reconnection: false,
  withCredentials: true,
  transports: ['websocket', 'polling'],
  // A socket that cannot be opened tries polling before it gives up.
  tryAllTransports: true,
  timeout: 10_000,
});

export function listen(listener: LinkListener): void {
  socket.on('connect', () => listener.up());
  socket.on('connect_error', (error) =>
    listener.down(error.message === 'unauthorized' ? 'unauthorized' : 'lost'),
  );
  socket.on('disconnect', (reason) => {
    // Our own disconnect is not a loss.
    if (reason !== 'io client disconnect') listener.down('lost');
  });
  for (const event of Object.keys(serverEvents) as ServerEvent[]) {
    socket.on(event, (payload) => listener.event(event, payload));
  }
}

type RoomEvents = DocEvents & CallEvents;

/** Hears what concerns one open document or call, and not the state of the whole client. Ends with the returned function. */
export function hear<E extends keyof RoomEvents>(
  event: E,
  handler: (payload: RoomEvents[E]) => void,
): () => void {
  const name: string = event;
  socket.on(name, handler);
  return () => {
    socket.off(name, handler);
  };
}

/** Hears any event at all: for what is passed on to custom channels. Ends with the returned function. */
export function relay(event: string, handler: (payload: unknown) => void): () => void {
  socket.on(event, handler);
  return () => {
    socket.off(event, handler);
  };
}

/** Hears of the link itself, of how it is now first. Ends with the returned function. */
export function onLink(handler: (connected: boolean) => void): () => void {
  const up = () => handler(true);
  const down = () => handler(false);
  socket.on('connect', up);
  socket.on('disconnect', down);
  if (!socket.connected) down();
  return () => {
    socket.off('connect', up);
    socket.off('disconnect', down);
  };
}

/** The link itself, for scripts that an admin lets run in this page. */
export const trustedSocket = () => socket;

export function connect(): void {
  if (!socket.connected) socket.connect();
}

export function disconnect(): void {
  socket.disconnect();
}

export function isConnected(): boolean {
  return socket.connected;
}

/** Which connection this is: another one after every reconnect; null while there is none. */
export function connectionId(): string | null {
  return socket.connected ? (socket.id ?? null) : null;
}

/** Sends and waits for the answer. Throws `Unanswered` when the link breaks or time runs out. */
export async function request<T>(
  event: ClientEvent | DocClientEvent | CallClientEvent,
  payload: object,
  timeoutMs = 10_000,
): Promise<Ack<T>> {
  if (!socket.connected) throw new Unanswered();
  try {
    return (await socket.timeout(timeoutMs).emitWithAck(event, payload)) as Ack<T>;
  } catch {
    throw new Unanswered();
  }
}

/** Sends what may be lost: typing signs. */
export function signal(event: ClientEvent, payload: object): void {
  if (socket.connected) socket.volatile.emit(event, payload);
}

/** Sends what needs no answer, but should not be lost while the link stands: goodbyes. */
export function tell(event: DocClientEvent | CallClientEvent, payload: object): void {
  if (socket.connected) socket.emit(event, payload);
}
