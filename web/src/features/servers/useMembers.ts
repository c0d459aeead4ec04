import { useEffect, useState } from 'react';
import { explain } from '../../api/client';
import { listMembers, MEMBER_PAGE } from '../../api/servers';
import { membersLoaded } from '../../store/servers';
import type { Member } from '../../store/serverTypes';
import { current, update, useChatter } from '../../store/store';

interface Members {
  /** Null until they are known. */
  members: Member[] | null;
  hasMore: boolean;
  error: string | null;
  loadMore: () => Promise<void>;
  /** One of them has just been changed here. */
  replace: (member: Member) => void;
  remove: (userId: number) => void;
}

/** The members of a server: the first page as everybody's names need it, the rest on demand. */
export function useMembers(server: number): Members {
  const known = useChatter((state) => state.servers.members[server]);
  const changes = useChatter((state) => state.servers.changes[server] ?? 0);
  const [error, setError] = useState<string | null>(null);
  const members = known === undefined ? null : Object.values(known);

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when something changed
  useEffect(() => {
    let gone = false;
    listMembers(server).then(
      (listed) => {
        if (gone) return;
        setError(null);
        put(server, listed);
      },
      (reason) => {
        if (!gone) setError(explain(reason));
      },
    );
    return () => {
      gone = true;
    };
  }, [server, changes]);

  async function loadMore() {
    const last = Math.max(0, ...(members ?? []).map(({ userId }) => userId));
    try {
      put(server, [...(members ?? []), ...(await listMembers(server, last))]);
    } catch (reason) {
      setError(explain(reason));
    }
  }

  return {
    members,
    hasMore: members !== null && members.length > 0 && members.length % MEMBER_PAGE === 0,
    error,
    loadMore,
    replace: (member) => put(server, [...withoutOne(server, member.userId), member]),
    remove: (userId) => put(server, withoutOne(server, userId)),
  };
}

function withoutOne(server: number, userId: number): Member[] {
  return Object.values(current().servers.members[server] ?? {}).filter((other) => other.userId !== userId);
}

function put(server: number, members: Member[]): void {
  update((state) => membersLoaded(state, server, members));
}
