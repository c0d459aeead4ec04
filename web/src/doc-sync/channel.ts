import type { DocClientEvent, DocEvent, DocEvents } from '../api/doc-events';
import type { Ack } from '../api/events';

/** How a session reaches the server. */
export interface Channel {
  /** Rejects when nobody answers in time or the link breaks. */
  request<T>(event: DocClientEvent, payload: object, timeoutMs: number): Promise<Ack<T>>;
  tell(event: DocClientEvent, payload: object): void;
  /** Ends with the returned function. */
  hear<E extends DocEvent>(event: E, handler: (payload: DocEvents[E]) => void): () => void;
}
