import { useState } from 'react';
import { hangUp, retryConnections, setCamera, setMuted } from '../../live/calling';
import { text } from '../../messages';
import { useChatter } from '../../store/store';
import type { ActiveCall } from '../../store/types';
import { Icon } from '../../ui/Icon';
import { CallTile } from './CallTile';

/** The call this tab is in: everybody who is there, and what can be done. It stays while one reads on. */
export default function CallPanel() {
  const call = useChatter((state) => state.calls.active);
  const me = useChatter((state) => state.me?.name ?? '');
  const rings = useChatter(({ calls }) => (calls.known[calls.active?.room ?? '']?.ringing.length ?? 0) > 0);
  const [large, setLarge] = useState(false);
  if (call === null) return null;
  const failed = call.peers.some(({ link }) => link === 'failed');
  return (
    <section className="call-panel" data-large={large} aria-label={text.calls.panel(call.title)}>
      <header className="call-head">
        <div>
          <h2>{call.title}</h2>
          <p role="status">{statusOf(call, rings)}</p>
        </div>
        <button
          type="button"
          className="icon-button"
          aria-label={large ? text.calls.smaller : text.calls.larger}
          aria-pressed={large}
          onClick={() => setLarge(!large)}
        >
          <Icon name={large ? 'down' : 'up'} />
        </button>
      </header>
      {call.problem === null ? null : (
        <p className="call-problem" role="alert">
          <Icon name="warning" size={18} />
          {text.calls.problem(call.problem.device, call.problem.problem)}
        </p>
      )}
      <ul className="call-tiles" data-count={Math.min(call.peers.length + 1, 9)}>
        {call.peers.map((peer) => (
          <CallTile
            key={peer.id}
            name={peer.name}
            status={text.calls.link[peer.link]}
            waiting={peer.link !== 'connected'}
            muted={peer.muted}
            video={peer.video}
            stream={peer.stream}
          />
        ))}
        <CallTile
          own
          name={me}
          status={text.calls.you}
          waiting={false}
          muted={call.muted}
          video={call.camera}
          stream={call.local}
        />
      </ul>
      <div className="call-controls">
        <Toggle
          on={!call.muted}
          icon={call.muted ? 'microphoneOff' : 'microphone'}
          label={call.muted ? text.calls.unmute : text.calls.mute}
          onClick={() => void setMuted(!call.muted)}
        />
        <Toggle
          on={call.camera}
          icon={call.camera ? 'camera' : 'cameraOff'}
          label={call.camera ? text.calls.cameraOff : text.calls.cameraOn}
          onClick={() => void setCamera(!call.camera)}
        />
        {failed ? (
          <button type="button" className="button" onClick={retryConnections}>
            {text.calls.retry}
          </button>
        ) : null}
        <button type="button" className="button button-danger call-hang-up" onClick={hangUp}>
          <Icon name="phoneOff" size={20} />
          {text.calls.hangUp}
        </button>
      </div>
    </section>
  );
}

interface ToggleProps {
  on: boolean;
  icon: 'microphone' | 'microphoneOff' | 'camera' | 'cameraOff';
  label: string;
  onClick: () => void;
}

function Toggle({ on, icon, label, onClick }: ToggleProps) {
  return (
    <button
      type="button"
      className="icon-button call-toggle"
      data-on={on}
      aria-label={label}
      title={label}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

function statusOf({ phase, peers, conversation }: ActiveCall, rings: boolean): string {
  if (phase === 'entering') return text.calls.entering;
  if (phase === 'returning') return text.calls.returning;
  if (peers.length > 0) return text.calls.with(peers.length + 1);
  return rings && conversation !== null ? text.calls.calling : text.calls.waiting;
}
