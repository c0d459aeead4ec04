import { answerCall, callConversation } from '../../live/calling';
import { text } from '../../messages';
import { callOf } from '../../store/calls';
import { useChatter } from '../../store/store';
import type { Conversation } from '../../store/types';
import { Icon } from '../../ui/Icon';

/** Calls whom the conversation is with, or joins the call it has. */
export function CallButtons({ conversation }: { conversation: Conversation }) {
  const { id, name } = conversation;
  const call = useChatter((state) => callOf(state, id));
  const active = useChatter((state) => state.calls.active?.conversation === id);
  if (active) return null;
  if (call !== null && call.participants.length > 0) {
    return (
      <button type="button" className="button button-primary" onClick={() => void answerCall(call, false)}>
        <Icon name="phone" size={18} />
        {text.calls.join(call.participants.length)}
      </button>
    );
  }
  return (
    <>
      <button
        type="button"
        className="icon-button"
        aria-label={text.calls.call}
        title={text.calls.call}
        onClick={() => void callConversation(id, name, false)}
      >
        <Icon name="phone" />
      </button>
      <button
        type="button"
        className="icon-button call-video"
        data-kind={conversation.kind}
        aria-label={text.calls.callVideo}
        title={text.calls.callVideo}
        onClick={() => void callConversation(id, name, true)}
      >
        <Icon name="camera" />
      </button>
    </>
  );
}
