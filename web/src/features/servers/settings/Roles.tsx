import { useState } from 'react';
import { changeRole, createRole } from '../../../api/servers';
import { words as all } from '../../../messages/servers';
import { outranksRole } from '../../../store/permissions';
import type { Role } from '../../../store/serverTypes';
import { useChatter } from '../../../store/store';
import { FormError } from '../../../ui/Field';
import { Icon } from '../../../ui/Icon';
import '../../../ui/styles/members.css';
import { roleColour } from '../RolePicker';
import { NewNamed } from './NewNamed';
import { RoleEditor } from './RoleEditor';
import type { SectionProps } from './ServerSettings';
import { useWork } from './useWork';

const words = all.roles;

/** The roles, the highest first. */
export default function Roles({ details }: SectionProps) {
  const { id } = details.server;
  const me = useChatter((state) => state.me?.id ?? 0);
  const members = useChatter((state) => state.servers.members[id]);
  const { error, busy, carryOut } = useWork(id);
  const [editing, setEditing] = useState<number | null>(null);
  const roles = [...details.roles].sort((a, b) => b.position - a.position);
  const edited = roles.find((role) => role.id === editing);

  /** Roles one may not move stay where they are, and so does the default one. */
  const mayTrade = (role: Role, neighbour: Role | undefined) =>
    neighbour !== undefined &&
    [role, neighbour].every((one) => !one.isDefault && outranksRole(details, me, one));

  const trade = (role: Role, neighbour: Role | undefined) => {
    if (neighbour !== undefined)
      void carryOut(() => changeRole(id, role.id, { position: neighbour.position }));
  };

  return (
    <>
      <p className="hint">{words.hint}</p>
      <FormError message={error} />
      <NewNamed
        label={words.new}
        action={words.create}
        busy={busy}
        onCreate={(name) => carryOut(() => createRole(id, name))}
      />
      <ul className="rows">
        {roles.map((role, index) => (
          <li key={role.id} className="row">
            <span className="row-text">
              <span className="role-chip" style={roleColour(role)}>
                {role.isDefault ? words.everyone : role.name}
              </span>
              <small className="hint">{about(role, members)}</small>
            </span>
            <span className="row-actions">
              <button
                type="button"
                className="icon-button"
                aria-label={words.up(role.name)}
                disabled={busy || !mayTrade(role, roles[index - 1])}
                onClick={() => trade(role, roles[index - 1])}
              >
                <Icon name="up" size={18} />
              </button>
              <button
                type="button"
                className="icon-button"
                aria-label={words.down(role.name)}
                disabled={busy || !mayTrade(role, roles[index + 1])}
                onClick={() => trade(role, roles[index + 1])}
              >
                <Icon name="down" size={18} />
              </button>
              <button
                type="button"
                className="icon-button"
                aria-label={words.edit(role.isDefault ? words.everyone : role.name)}
                onClick={() => setEditing(role.id)}
              >
                <Icon name="edit" size={18} />
              </button>
            </span>
          </li>
        ))}
      </ul>
      {edited === undefined ? null : (
        <RoleEditor key={edited.id} details={details} role={edited} onClose={() => setEditing(null)} />
      )}
    </>
  );
}

function about(role: Role, members: Record<number, { roleIds: number[] }> | undefined): string {
  if (role.isDefault) return words.everyoneHint;
  if (role.managed) return words.managed;
  if (members === undefined) return '';
  return words.holders(Object.values(members).filter(({ roleIds }) => roleIds.includes(role.id)).length);
}
