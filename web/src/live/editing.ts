/** Edits and deletions. Both wait for the server's word; the change itself arrives as an event. */

import type { ClientEvent } from '../api/events';
import { text } from '../messages';
import * as socket from '../socket';
import { kindOf } from '../store/parse';
import type { ConversationKind, Message } from '../store/types';

const edits: Record<ConversationKind, ClientEvent> = {
  public: 'edit_message',
  dm: 'dm_edit',
  gdm: 'gdm_edit',
  channel: 'channel_edit',
};

const deletions: Record<ConversationKind, ClientEvent> = {
  public: 'delete_message',
  dm: 'dm_delete',
  gdm: 'gdm_delete',
  channel: 'channel_delete',
};

/** Null when done, otherwise what went wrong in words. */
export const editMessage = (message: Message, source: string) =>
  carryOut(edits[kindOf(message.conversation)], { id: message.id, text: source });

export const deleteMessage = (message: Message) =>
  carryOut(deletions[kindOf(message.conversation)], { id: message.id });

async function carryOut(event: ClientEvent, payload: object): Promise<string | null> {
  try {
    const answer = await socket.request(event, payload);
    return answer.ok ? null : (answer.message ?? text.errors.unexpected);
  } catch {
    return text.errors.unreachable;
  }
}
