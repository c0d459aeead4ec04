import { useState } from 'react';
import { joinVoice, roomsOf } from '../../live/calling';
import { text } from '../../messages';
import { useChatter } from '../../store/store';
import { Icon } from '../../ui/Icon';
import { part } from '../../ui/part';

const JoinVoice = part(() => import('./JoinVoice'));

/** The voice channels that somebody is in, and who. */
export function VoiceRooms() {
  const rooms = useChatter((state) => state.calls.rooms);
  const here = useChatter(({ calls }) => (calls.active?.conversation === null ? calls.active.room : null));
  const [joining, setJoining] = useState(false);
  return (
    <section className="voice-rooms" aria-label={text.calls.voice}>
      <button type="button" className="sidebar-link voice-open" onClick={() => setJoining(true)}>
        <Icon name="sound" />
        {text.calls.openVoice}
      </button>
      <ul>
        {roomsOf(rooms).map(({ channel, participants }) => (
          <li key={channel}>
            <button
              type="button"
              className="voice-room"
              aria-label={text.calls.inVoice(channel, participants)}
              aria-current={channel === here ? 'true' : undefined}
              onClick={() => {
                if (channel !== here) void joinVoice(channel);
              }}
            >
              <strong>{channel}</strong>
              <span>{participants.join(', ')}</span>
            </button>
          </li>
        ))}
      </ul>
      {joining ? <JoinVoice onClose={() => setJoining(false)} /> : null}
    </section>
  );
}
