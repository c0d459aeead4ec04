import { useEffect, useRef } from 'react';
import { text } from '../../messages';
import { Icon } from '../../ui/Icon';
import { PersonAvatar } from '../presence/PersonAvatar';

interface Props {
  name: string;
  status: string;
  waiting: boolean;
  muted: boolean;
  video: boolean;
  stream: MediaStream | null;
  /** Whoever sits here: seen as in a mirror, and not heard. */
  own?: boolean;
}

/** One person in a call: their camera, or their picture. */
export function CallTile({ name, status, waiting, muted, video, stream, own = false }: Props) {
  const element = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const { current } = element;
    if (current === null || current.srcObject === stream) return;
    current.srcObject = stream;
    // Without a touch of the page some browsers stay silent until the next one.
    if (stream !== null) current.play().catch(() => undefined);
  }, [stream]);
  const shown = own ? text.calls.you : name;
  return (
    <li className="call-tile" data-waiting={waiting} data-video={video} data-own={own}>
      <video
        ref={element}
        autoPlay
        playsInline
        muted={own}
        aria-label={text.calls.tile(shown, status, muted)}
      />
      {video ? null : <PersonAvatar name={name} size={64} />}
      <div className="call-tile-name">
        {muted ? <Icon name="microphoneOff" size={16} /> : null}
        <span>{shown}</span>
        {waiting ? <span className="call-tile-status">{status}</span> : null}
      </div>
    </li>
  );
}
