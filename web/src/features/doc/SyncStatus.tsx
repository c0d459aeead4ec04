import { useEffect, useState } from 'react';
import type { DocState } from '../../doc-sync/state';
import { Icon, type IconName } from '../../ui/Icon';
import { type SyncState, syncState } from './syncState';

const icons: Record<SyncState['tone'], IconName> = {
  good: 'check',
  busy: 'sync',
  quiet: 'lock',
  warning: 'warning',
};

/** Always on the screen, always in words. Read out when it matters, not at every pause in typing. */
export function SyncStatus({ state }: { state: DocState }) {
  const { tone, words } = syncState(state);
  const [troubled, setTroubled] = useState(false);
  const routine = tone === 'busy' || (tone === 'good' && !troubled);
  useEffect(() => {
    if (tone === 'warning') setTroubled(true);
    if (tone !== 'good') return;
    // "Saved" after trouble is news, once.
    const timer = setTimeout(() => setTroubled(false), 1000);
    return () => clearTimeout(timer);
  }, [tone]);
  const icon = tone === 'warning' && !state.online ? 'offline' : icons[tone];
  return (
    <p className="sync" data-tone={tone} role="status" aria-live={routine ? 'off' : 'polite'}>
      <Icon name={icon} size={16} />
      <span>{words}</span>
    </p>
  );
}
