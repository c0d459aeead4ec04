import { useState } from 'react';
import { changeRole, type DocMember, removeMember } from '../../api/doc';
import { text } from '../../messages';
import { words } from '../../messages/docs';
import { useChatter } from '../../store/store';
import type { DocRole } from '../../store/types';
import { Confirm } from '../../ui/Confirm';
import { Icon } from '../../ui/Icon';
import { notifyError } from '../../ui/notify';
import { PersonAvatar } from '../presence/PersonAvatar';
import { explainDoc } from './explain';
import { RoleSelect } from './RoleSelect';

interface Props {
  docId: number;
  members: DocMember[];
  manages: boolean;
  onChanged: () => Promise<void>;
}

export function DocMembers({ docId, members, manages, onChanged }: Props) {
  const me = useChatter((state) => state.me?.name ?? '');
  const online = useChatter((state) => state.online);
  const [busy, setBusy] = useState<string | null>(null);
  const [removing, setRemoving] = useState<string | null>(null);

  async function change(username: string, role: DocRole) {
    setBusy(username);
    try {
      await changeRole(docId, { username, role });
    } catch (reason) {
      notifyError(explainDoc(reason));
    }
    await onChanged();
    setBusy(null);
  }

  return (
    <>
      <ul className="people doc-people">
        {members.map(({ username, role }) => (
          <li key={username} className="person">
            <PersonAvatar name={username} size={36} online={online[username] === true} />
            <span className="doc-people-name">
              {username === me ? `${username} (${text.chat.you})` : username}
            </span>
            {manages && role !== 'creator' ? (
              <span className="doc-people-controls">
                <RoleSelect
                  name={username}
                  role={role}
                  disabled={busy === username}
                  onChange={(wanted) => void change(username, wanted)}
                />
                <button
                  type="button"
                  className="icon-button"
                  aria-label={words.share.remove(username)}
                  title={words.share.remove(username)}
                  onClick={() => setRemoving(username)}
                >
                  <Icon name="close" size={18} />
                </button>
              </span>
            ) : (
              <span className="chip">
                {role === 'creator' ? <Icon name="crown" size={14} /> : null}
                {words.roles[role]}
              </span>
            )}
          </li>
        ))}
      </ul>
      {removing === null ? null : (
        <Confirm
          title={words.share.removeTitle(removing)}
          body={words.share.removeBody}
          action={words.share.removeAction}
          onClose={() => setRemoving(null)}
          onConfirm={async () => {
            await removeMember(docId, removing);
            await onChanged();
          }}
        />
      )}
    </>
  );
}
