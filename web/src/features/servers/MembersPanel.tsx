import { useMemo, useState } from 'react';
import { words as all } from '../../messages/servers';
import type { Role } from '../../store/serverTypes';
import { useChatter } from '../../store/store';
import { Field, FormError } from '../../ui/Field';
import { Skeleton } from '../../ui/Skeleton';
import '../../ui/styles/members.css';
import { MemberCard } from './MemberCard';
import { MemberRows } from './MemberRows';
import { groupMembers } from './memberList';
import { useMembers } from './useMembers';

const words = all.members;
const NO_ROLES: Role[] = [];

/** Everybody in a server, and what can be done with each of them. */
export function MembersPanel({ server }: { server: number }) {
  const { members, hasMore, error, loadMore, replace, remove } = useMembers(server);
  const online = useChatter((state) => state.online);
  const roles = useChatter((state) => state.servers.details[server]?.roles ?? NO_ROLES);
  const [query, setQuery] = useState('');
  const [picked, setPicked] = useState<number | null>(null);
  const groups = useMemo(
    () => groupMembers(members ?? [], online, roles, query),
    [members, online, roles, query],
  );
  const member = members?.find(({ userId }) => userId === picked);
  const nobody = groups.online.length + groups.offline.length === 0;
  return (
    <div className="stack">
      <Field
        label={words.find}
        type="search"
        value={query}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setQuery(event.target.value)}
      />
      <FormError message={error} />
      {members === null && error === null ? <Skeleton rows={6} /> : null}
      {members !== null && nobody ? <p className="hint">{words.none}</p> : null}
      <MemberRows
        title={words.online(groups.online.length)}
        members={groups.online}
        roles={roles}
        onPick={({ userId }) => setPicked(userId)}
      />
      <MemberRows
        title={words.offline(groups.offline.length)}
        members={groups.offline}
        roles={roles}
        onPick={({ userId }) => setPicked(userId)}
      />
      {hasMore ? (
        <button type="button" className="button button-wide" onClick={() => void loadMore()}>
          {words.more}
        </button>
      ) : null}
      {member === undefined ? null : (
        <MemberCard
          key={member.userId}
          server={server}
          member={member}
          onChanged={replace}
          onRemoved={() => {
            setPicked(null);
            remove(member.userId);
          }}
          onClose={() => setPicked(null)}
        />
      )}
    </div>
  );
}
