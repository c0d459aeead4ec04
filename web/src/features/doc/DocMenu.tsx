import { useState } from 'react';
import { exportPath, removeMember } from '../../api/doc';
import { words } from '../../messages/docs';
import { docGone } from '../../store/docs';
import { current, update } from '../../store/store';
import type { DocEntry } from '../../store/types';
import { Confirm } from '../../ui/Confirm';
import { Icon, type IconName } from '../../ui/Icon';
import { Menu } from '../../ui/Menu';
import { notify } from '../../ui/notify';
import { part } from '../../ui/part';
import { DeleteDialog } from './DeleteDialog';
import { RenameDialog } from './RenameDialog';

const ShareDialog = part(() => import('./ShareDialog'));

type Step = 'share' | 'rename' | 'leave' | 'delete';

interface Props {
  entry: DocEntry;
  label: string;
  /** Also offers to share, which the page of a document has a button for. */
  inList?: boolean;
  onGone?: () => void;
}

/** What can be done to a document, by role. */
export function DocMenu({ entry, label, inList = false, onGone = () => {} }: Props) {
  const [step, setStep] = useState<Step | null>(null);
  const owns = entry.role === 'creator';

  async function leave() {
    await removeMember(entry.id, current().me?.name ?? '');
    onGone();
    update((state) => docGone(state, entry.id, 'removed'));
    notify(words.leave.done(entry.name));
  }

  return (
    <>
      <Menu label={label}>
        {(close) => {
          const entryOf = (what: Step, icon: IconName, action: string) => (
            <button
              type="button"
              className={what === 'delete' ? 'menu-item button-danger-quiet' : 'menu-item'}
              onClick={() => {
                close();
                setStep(what);
              }}
            >
              <Icon name={icon} size={18} />
              {action}
            </button>
          );
          return (
            <>
              {inList ? entryOf('share', 'share', words.share.action) : null}
              {owns ? entryOf('rename', 'edit', words.rename.action) : null}
              {(['markdown', 'html'] as const).map((format) => (
                <a
                  key={format}
                  className="menu-item"
                  href={exportPath(entry.id, format)}
                  download
                  onClick={close}
                >
                  <Icon name="download" size={18} />
                  {words.export[format]}
                </a>
              ))}
              {owns
                ? entryOf('delete', 'delete', words.remove.action)
                : entryOf('leave', 'signOut', words.leave.action)}
            </>
          );
        }}
      </Menu>
      {step === 'rename' ? <RenameDialog entry={entry} onClose={() => setStep(null)} /> : null}
      {step === 'delete' ? (
        <DeleteDialog entry={entry} onClose={() => setStep(null)} onDeleted={onGone} />
      ) : null}
      {step === 'leave' ? (
        <Confirm
          title={words.leave.title(entry.name)}
          body={words.leave.body}
          action={words.leave.confirm}
          onConfirm={leave}
          onClose={() => setStep(null)}
        />
      ) : null}
      {step === 'share' ? <ShareDialog entry={entry} onClose={() => setStep(null)} /> : null}
    </>
  );
}
