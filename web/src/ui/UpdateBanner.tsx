import { useState } from 'react';
import { useOutdated } from '../live/version';
import { text } from '../messages';
import { Icon } from './Icon';

/** Offers the newer client, when it suits: what one has written is kept either way. */
export function UpdateBanner() {
  const outdated = useOutdated();
  const [later, setLater] = useState(false);
  if (!outdated || later) return null;
  return (
    <div className="update-banner">
      <Icon name="info" size={18} />
      <span role="status">{text.update.there}</span>
      <button type="button" className="link-banner-button" onClick={() => window.location.reload()}>
        {text.update.reload}
      </button>
      <button type="button" className="link-banner-button" onClick={() => setLater(true)}>
        {text.update.later}
      </button>
    </div>
  );
}
