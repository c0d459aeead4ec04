import { useEffect, useId } from 'react';
import type { CallState } from '../../api/call-events';
import { answerCall, declineCall } from '../../live/calling';
import { text } from '../../messages';
import { ringing } from '../../store/calls';
import { useChatter } from '../../store/store';
import { Icon } from '../../ui/Icon';
import { PersonAvatar } from '../presence/PersonAvatar';
import { startRinging } from './ring';

/** Everybody who calls, with what can be answered. It neither takes the focus nor hides what is being written. */
export function IncomingCalls() {
  const all = useChatter((state) => state.calls);
  const me = useChatter((state) => state.me);
  const calls = ringing({ me, calls: all });
  const rings = calls.length > 0;
  useEffect(() => (rings ? startRinging() : undefined), [rings]);
  if (!rings) return null;
  return (
    <div className="incoming-calls" role="alert">
      {calls.map((call) => (
        <IncomingCall key={call.call_id} call={call} />
      ))}
    </div>
  );
}

function IncomingCall({ call }: { call: CallState }) {
  const label = useId();
  const video = call.call_type === 'video';
  return (
    <section className="incoming-call" aria-labelledby={label}>
      <PersonAvatar name={call.started_by} size={48} />
      <div className="incoming-call-who">
        <h2 id={label}>{text.calls.incoming(call.started_by, video)}</h2>
        {call.group_name === undefined ? null : <p>{text.calls.incomingIn(call.group_name)}</p>}
      </div>
      <div className="incoming-call-actions">
        <button type="button" className="button button-danger" onClick={() => void declineCall(call)}>
          <Icon name="phoneOff" size={18} />
          {text.calls.decline}
        </button>
        <button type="button" className="button button-primary" onClick={() => void answerCall(call, false)}>
          <Icon name="phone" size={18} />
          {text.calls.answer}
        </button>
        {video ? (
          <button type="button" className="button button-primary" onClick={() => void answerCall(call, true)}>
            <Icon name="camera" size={18} />
            {text.calls.answerVideo}
          </button>
        ) : null}
      </div>
    </section>
  );
}
