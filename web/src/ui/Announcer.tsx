import { useEffect, useState } from 'react';
import { onAnnouncement } from '../live/announce';

/** The only live region for messages: the list itself is silent, so that scrolling reads nothing out. */
export function Announcer() {
  const [sentence, setSentence] = useState('');
  useEffect(() => {
    onAnnouncement(setSentence);
    return () => onAnnouncement(() => {});
  }, []);
  return (
    <div className="visually-hidden" aria-live="polite">
      {sentence}
    </div>
  );
}
