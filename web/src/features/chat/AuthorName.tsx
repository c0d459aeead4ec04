import type { CSSProperties } from 'react';
import { text } from '../../messages';
import { colourOf } from '../../store/permissions';
import { useChatter } from '../../store/store';
import type { Message } from '../../store/types';

/** Who wrote it: in a server under their nickname and in the colour of their role; an app never without its badge. */
export function AuthorName({ message }: { message: Message }) {
  const server = useChatter((state) => state.conversations[message.conversation]?.serverId ?? null);
  const member = useChatter((state) =>
    server === null || message.app !== null ? undefined : state.servers.members[server]?.[message.authorId],
  );
  const colour = useChatter((state) => {
    const roles = server === null ? undefined : state.servers.details[server]?.roles;
    return member === undefined || roles === undefined ? null : colourOf(member, roles);
  });
  const style = colour === null ? undefined : ({ '--role': colour } as CSSProperties);
  return (
    <>
      <strong
        style={style}
        data-coloured={colour !== null}
        title={member?.nickname ? message.author : undefined}
      >
        {member?.nickname || message.author}
      </strong>
      {message.app === null ? null : <span className="chip chip-app">{text.servers.webhook}</span>}
    </>
  );
}
