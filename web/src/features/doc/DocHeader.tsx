import { useState } from 'react';
import { words } from '../../messages/docs';
import { documentPath, documentsPath, navigate } from '../../router';
import { useChatter } from '../../store/store';
import type { DocEntry } from '../../store/types';
import { Icon, type IconName } from '../../ui/Icon';
import { part } from '../../ui/part';
import { DocMenu } from './DocMenu';
import { DocTitle } from './DocTitle';

const ShareDialog = part(() => import('./ShareDialog'));

interface Props {
  entry: DocEntry;
  lost: boolean;
}

export function DocHeader({ entry, lost }: Props) {
  const me = useChatter((state) => state.me?.name ?? '');
  const [renaming, setRenaming] = useState(false);
  const [sharing, setSharing] = useState(false);
  const creator = entry.createdBy === me ? words.you : entry.createdBy;
  return (
    <header className="conversation-head doc-head">
      <button
        type="button"
        className="icon-button"
        aria-label={words.toList}
        title={words.toList}
        onClick={() => navigate(documentsPath)}
      >
        <Icon name="back" />
      </button>
      <DocTitle entry={entry} renaming={renaming && !lost} onRename={setRenaming}>
        {lost ? null : <span className="chip">{words.roles[entry.role]}</span>}
        <span className="doc-creator">{words.createdBy(creator)}</span>
      </DocTitle>
      {lost || renaming ? null : (
        <>
          <HeadButton icon="share" label={words.share.action} onClick={() => setSharing(true)} />
          <HeadButton
            icon="history"
            label={words.history.action}
            onClick={() => navigate(`${documentPath(entry.id)}?history`)}
          />
          <DocMenu entry={entry} label={words.more} onGone={() => navigate(documentsPath)} />
        </>
      )}
      {sharing && !lost ? <ShareDialog entry={entry} onClose={() => setSharing(false)} /> : null}
    </header>
  );
}

/** Its label is beside the icon where there is room, and for screen readers everywhere. */
function HeadButton({ icon, label, onClick }: { icon: IconName; label: string; onClick: () => void }) {
  return (
    <button
      type="button"
      className="button doc-head-button"
      aria-label={label}
      title={label}
      onClick={onClick}
    >
      <Icon name={icon} size={18} />
      <span className="not-narrow" aria-hidden="true">
        {label}
      </span>
    </button>
  );
}
