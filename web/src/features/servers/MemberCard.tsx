import { type FormEvent, startTransition, useOptimistic, useState } from 'react';
import { explain } from '../../api/client';
import { changeMember, type MemberChange } from '../../api/servers';
import { words as all } from '../../messages/servers';
import { conversationPath, navigate } from '../../router';
import { may, outranks } from '../../store/permissions';
import type { Member, ServerDetails } from '../../store/serverTypes';
import { useChatter } from '../../store/store';
import { Avatar } from '../../ui/Avatar';
import { Dialog } from '../../ui/Dialog';
import { Field, FormError } from '../../ui/Field';
import { Icon } from '../../ui/Icon';
import { notify } from '../../ui/notify';
import { short } from '../../ui/time';
import { Moderation } from './Moderation';
import { displayName } from './memberList';
import { RolePicker } from './RolePicker';

const words = all.member;

interface Props {
  server: number;
  member: Member;
  onChanged: (member: Member) => void;
  onRemoved: () => void;
  onClose: () => void;
}

/** Who somebody is in a server, and what one may do about it. What one may not do is not shown. */
export function MemberCard({ server, member, onChanged, onRemoved, onClose }: Props) {
  const details = useChatter((state) => state.servers.details[server]);
  const me = useChatter((state) => state.me?.id ?? 0);
  const online = useChatter((state) => state.online[member.username] === true);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [shown, setShown] = useOptimistic(member);
  const isMe = member.userId === me;

  /** Shown at once, and taken back if the server says no. */
  const change = (what: MemberChange) => startTransition(() => carryOut(what));

  async function carryOut(what: MemberChange) {
    setShown({ ...member, ...what });
    setBusy(true);
    setError(null);
    try {
      onChanged(await changeMember(server, member.userId, what));
      notify(words.saved);
    } catch (reason) {
      setError(explain(reason));
    }
    setBusy(false);
  }

  return (
    <Dialog title={displayName(member)} onClose={onClose}>
      <div className="member-head">
        <Avatar name={member.username} size={56} online={online} />
        <div>
          <strong>{member.username}</strong>
          <p className="hint">{words.joined(short(member.joinedAt))}</p>
        </div>
      </div>
      {isMe ? null : (
        <button
          type="button"
          className="button button-wide"
          onClick={() => navigate(conversationPath(`dm:${member.username}`))}
        >
          <Icon name="send" size={18} />
          {words.message}
        </button>
      )}
      <FormError message={error} />
      {details === undefined ? null : (
        <>
          {mayRename(details, me, member) ? (
            <NicknameForm member={member} busy={busy} onSave={(nickname) => change({ nickname })} />
          ) : null}
          <RolePicker
            details={details}
            member={shown}
            busy={busy}
            onChange={(roleIds) => change({ roleIds })}
          />
          {outranks(details, me, member) ? (
            <Moderation
              server={server}
              details={details}
              member={member}
              busy={busy}
              onTimeout={(timedOutUntil) => change({ timedOutUntil })}
              onRemoved={onRemoved}
            />
          ) : null}
        </>
      )}
    </Dialog>
  );
}

function mayRename(details: ServerDetails, me: number, member: Member): boolean {
  if (member.userId === me) return may(details.me, 'change_nickname') || may(details.me, 'manage_members');
  return may(details.me, 'manage_members') && outranks(details, me, member);
}

interface NicknameProps {
  member: Member;
  busy: boolean;
  onSave: (nickname: string | null) => void;
}

function NicknameForm({ member, busy, onSave }: NicknameProps) {
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const nickname = String(new FormData(event.currentTarget).get('nickname') ?? '').trim();
    onSave(nickname === '' ? null : nickname);
  }

  return (
    <form className="stack" onSubmit={submit}>
      <Field
        key={member.nickname}
        label={words.nickname}
        hint={words.nicknameHint}
        name="nickname"
        defaultValue={member.nickname ?? ''}
        maxLength={32}
        autoComplete="off"
      />
      <div>
        <button type="submit" className="button" disabled={busy}>
          {words.saveNickname}
        </button>
      </div>
    </form>
  );
}
