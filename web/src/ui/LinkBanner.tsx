import { useEffect, useState } from 'react';
import { tryNow } from '../live/connection';
import { text } from '../messages';
import { useChatter } from '../store/store';
import { Icon } from './Icon';

/** A short break heals unseen; only a longer one is worth a word. */
const SILENCE_MS = 2000;

export function LinkBanner() {
  const link = useChatter((state) => state.link);
  const session = useChatter((state) => state.session);
  const [now, setNow] = useState(Date.now);
  const { downSince } = link;

  useEffect(() => {
    if (downSince === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [downSince]);

  const shown = session === 'active' && downSince !== null && now - downSince >= SILENCE_MS;
  const seconds = link.retryAt === null ? null : Math.max(0, Math.ceil((link.retryAt - now) / 1000));
  return (
    <div className="link-banner" data-shown={shown} hidden={!shown}>
      <Icon name="warning" size={18} />
      <span role="status">{shown ? text.link.reconnecting : ''}</span>
      {seconds === null || seconds === 0 ? null : <span aria-hidden="true">{text.link.next(seconds)}</span>}
      <button type="button" className="link-banner-button" onClick={tryNow}>
        {text.link.tryNow}
      </button>
    </div>
  );
}
