import type { CSSProperties } from 'react';
import { words as all } from '../../messages/servers';
import { may, outranksRole } from '../../store/permissions';
import type { Member, Role, ServerDetails } from '../../store/serverTypes';
import { useChatter } from '../../store/store';

const words = all.member;

interface Props {
  details: ServerDetails;
  member: Member;
  busy: boolean;
  onChange: (roleIds: number[]) => void;
}

/** The roles of a member: to be changed by those who may, and where they may; for everybody else to be read. */
export function RolePicker({ details, member, busy, onChange }: Props) {
  const me = useChatter((state) => state.me?.id ?? 0);
  const roles = details.roles.filter((role) => !role.isDefault).sort((a, b) => b.position - a.position);
  const held = (role: Role) => member.roleIds.includes(role.id);
  if (!may(details.me, 'manage_members')) {
    const mine = roles.filter(held);
    return (
      <section className="stack" aria-label={words.roles}>
        <h3>{words.roles}</h3>
        {mine.length === 0 ? <p className="hint">{words.noRoles}</p> : null}
        <ul className="chips">
          {mine.map((role) => (
            <li key={role.id} className="role-chip" style={roleColour(role)}>
              {role.name}
            </li>
          ))}
        </ul>
      </section>
    );
  }

  function toggle(role: Role) {
    onChange(held(role) ? member.roleIds.filter((id) => id !== role.id) : [...member.roleIds, role.id]);
  }

  // Nobody gives those of integrations: where they are not held there is nothing to see.
  const offered = roles.filter((role) => !role.managed || held(role));
  return (
    <fieldset className="role-picker" disabled={busy}>
      <legend>{words.roles}</legend>
      {offered.length === 0 ? <p className="hint">{words.noRoles}</p> : null}
      {offered.map((role) => {
        const why = role.managed ? words.managed : outranksRole(details, me, role) ? undefined : words.above;
        return (
          <label key={role.id} className="role-option" style={roleColour(role)} title={why}>
            <input
              type="checkbox"
              checked={held(role)}
              disabled={why !== undefined}
              onChange={() => toggle(role)}
            />
            <span className="role-chip">{role.name}</span>
            {why === undefined ? null : <small className="hint">{why}</small>}
          </label>
        );
      })}
    </fieldset>
  );
}

export function roleColour(role: Role): CSSProperties {
  return { '--role': role.color ?? 'var(--ink-faint)' } as CSSProperties;
}
