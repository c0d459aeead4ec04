import type { CSSProperties } from 'react';
import { text } from '../../messages';
import { words as all } from '../../messages/servers';
import { colourOf, highestRole } from '../../store/permissions';
import type { Member, Role } from '../../store/serverTypes';
import { useChatter } from '../../store/store';
import { Avatar } from '../../ui/Avatar';
import { Icon } from '../../ui/Icon';
import { displayName } from './memberList';

const words = all.members;

interface Props {
  title: string;
  members: Member[];
  roles: Role[];
  onPick: (member: Member) => void;
}

/** Some of the members under a heading. */
export function MemberRows({ title, members, roles, onPick }: Props) {
  const online = useChatter((state) => state.online);
  const me = useChatter((state) => state.me?.id ?? 0);
  if (members.length === 0) return null;
  return (
    <section className="stack" aria-label={title}>
      <h3 className="member-heading">{title}</h3>
      <ul className="member-list">
        {members.map((member) => {
          const colour = colourOf(member, roles);
          const style = colour === null ? undefined : ({ '--role': colour } as CSSProperties);
          const about = [
            displayName(member) === member.username ? null : member.username,
            highestRole(member, roles)?.name,
          ]
            .filter(Boolean)
            .join(' · ');
          const timedOut = member.timedOutUntil !== null && Date.parse(member.timedOutUntil) > Date.now();
          return (
            <li key={member.userId}>
              <button
                type="button"
                className="member-row"
                aria-label={words.open(displayName(member))}
                onClick={() => onPick(member)}
              >
                <Avatar name={member.username} size={36} online={online[member.username] === true} />
                <span className="member-row-text">
                  <strong style={style} data-coloured={colour !== null}>
                    {displayName(member)}
                    {member.userId === me ? ` (${text.chat.you})` : ''}
                  </strong>
                  {about === '' ? null : <small className="hint">{about}</small>}
                </span>
                {timedOut ? (
                  <span className="chip chip-quiet">
                    <Icon name="clock" size={14} />
                    {words.timedOut}
                  </span>
                ) : null}
                {member.isOwner ? (
                  <span className="chip">
                    <Icon name="crown" size={14} />
                    {words.owner}
                  </span>
                ) : null}
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
