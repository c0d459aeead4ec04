import { useState } from 'react';
import * as gdm from '../../api/gdm';
import { relist } from '../../live/listing';
import { text } from '../../messages';
import { navigate } from '../../router';
import { conversationRemoved } from '../../store/events';
import { ownsGroup } from '../../store/selectors';
import { update, useChatter } from '../../store/store';
import type { Conversation } from '../../store/types';
import { Confirm } from '../../ui/Confirm';
import { Dialog } from '../../ui/Dialog';
import { Icon } from '../../ui/Icon';
import { notifyError } from '../../ui/notify';
import { AddMembers } from './AddMembers';
import { InviteLink } from './InviteLink';
import { MemberList } from './MemberList';
import { RenameForm } from './RenameForm';

const words = text.gdm;

interface Props {
  conversation: Conversation;
  onClose: () => void;
}

export default function GroupDetails({ conversation, onClose }: Props) {
  const me = useChatter((state) => state.me);
  const ownersMayLock = useChatter((state) => state.settings.GD_OWNER_CONTROLS === '1');
  const [ending, setEnding] = useState<'leave' | 'delete' | null>(null);
  const tid = conversation.tid ?? 0;
  const owns = ownsGroup(conversation, me);
  const manages = owns || me?.isSuperadmin === true;
  const controls = me?.isAdmin === true || (owns && ownersMayLock);

  function gone() {
    onClose();
    update((state) => conversationRemoved(state, conversation.id));
    navigate('/chat', 'replace');
  }

  return (
    <Dialog title={words.details} onClose={onClose} className="dialog-side">
      <RenameForm tid={tid} name={conversation.name} editable={manages} />
      <section className="stack" aria-label={words.members}>
        <h3>{text.chat.members(conversation.members.length)}</h3>
        <MemberList conversation={conversation} manages={manages} />
        {manages ? <AddMembers tid={tid} members={conversation.members} /> : null}
      </section>
      {owns ? <InviteLink tid={tid} /> : null}
      <section className="stack">
        {controls ? (
          <button
            type="button"
            className="button button-wide"
            onClick={() => {
              const change = conversation.locked ? gdm.unlockGroup : gdm.lockGroup;
              change(tid).then(relist, notifyError);
            }}
          >
            <Icon name="lock" size={18} />
            {conversation.locked ? words.unlock : words.lock}
          </button>
        ) : null}
        <button type="button" className="button button-wide" onClick={() => setEnding('leave')}>
          <Icon name="signOut" size={18} />
          {words.leave}
        </button>
        {controls ? (
          <button
            type="button"
            className="button button-wide button-danger-quiet"
            onClick={() => setEnding('delete')}
          >
            <Icon name="delete" size={18} />
            {words.delete}
          </button>
        ) : null}
      </section>
      {ending === null ? null : (
        <Confirm
          title={ending === 'leave' ? words.leaveTitle : words.deleteTitle}
          body={ending === 'leave' ? words.leaveBody : words.deleteBody}
          action={ending === 'leave' ? words.leave : words.delete}
          onClose={() => setEnding(null)}
          onConfirm={async () => {
            await (ending === 'leave' ? gdm.leaveGroup(tid) : gdm.deleteGroup(tid));
            gone();
          }}
        />
      )}
    </Dialog>
  );
}
