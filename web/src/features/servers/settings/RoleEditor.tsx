import { type CSSProperties, type FormEvent, useState } from 'react';
import { changeRole, deleteRole } from '../../../api/servers';
import { words as all } from '../../../messages/servers';
import { mayGrant, outranksRole, type Permission, permissions } from '../../../store/permissions';
import type { Role } from '../../../store/serverTypes';
import { useChatter } from '../../../store/store';
import { Confirm } from '../../../ui/Confirm';
import { Dialog } from '../../../ui/Dialog';
import { Field, FormError, Switch } from '../../../ui/Field';
import { Icon } from '../../../ui/Icon';
import type { SectionProps } from './ServerSettings';
import { useWork } from './useWork';

const words = all.roles;
/** Offered; any other can be picked, too. */
const COLOURS = [
  { value: null, name: words.noColour },
  { value: '#e11d48', name: words.colours.red },
  { value: '#ea580c', name: words.colours.orange },
  { value: '#ca8a04', name: words.colours.yellow },
  { value: '#16a34a', name: words.colours.green },
  { value: '#0891b2', name: words.colours.cyan },
  { value: '#2563eb', name: words.colours.blue },
  { value: '#7c3aed', name: words.colours.violet },
  { value: '#c026d3', name: words.colours.pink },
];

interface Props extends SectionProps {
  role: Role;
  onClose: () => void;
}

/** What a role is called, how it looks, and what it lets its members do. */
export function RoleEditor({ details, role, onClose }: Props) {
  const { id } = details.server;
  const me = useChatter((state) => state.me?.id ?? 0);
  const { error, busy, carryOut } = useWork(id);
  const [colour, setColour] = useState(role.color);
  const [held, setHeld] = useState<Permission[]>(role.permissions);
  const [deleting, setDeleting] = useState(false);
  const below = outranksRole(details, me, role);
  const fixedName = role.isDefault || role.managed;

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get('name') ?? '').trim();
    const look = role.isDefault ? {} : { color: colour };
    const changed = await carryOut(() =>
      changeRole(id, role.id, { ...(fixedName ? {} : { name }), ...look, permissions: held }),
    );
    if (changed) onClose();
  }

  return (
    <Dialog title={words.edit(role.isDefault ? words.everyone : role.name)} onClose={onClose}>
      {below ? null : <p className="panel">{words.tooHigh}</p>}
      <FormError message={error} />
      <form className="stack" onSubmit={(event) => void submit(event)}>
        {fixedName ? null : (
          <Field
            label={words.name}
            name="name"
            defaultValue={role.name}
            maxLength={100}
            required
            disabled={!below}
            autoComplete="off"
          />
        )}
        {role.isDefault ? null : <Colours colour={colour} disabled={!below} onChange={setColour} />}
        <fieldset className="setting-group" disabled={!below}>
          <legend>{words.permissions}</legend>
          {permissions.map((permission) => {
            const { name, hint } = all.permissions[permission];
            const grantable = mayGrant(details, me, permission);
            return (
              <Switch
                key={permission}
                label={name}
                hint={grantable ? hint : `${hint} ${words.notHeld}`}
                checked={held.includes(permission)}
                disabled={!grantable}
                onChange={(on) =>
                  setHeld((known) =>
                    on ? [...known, permission] : known.filter((one) => one !== permission),
                  )
                }
              />
            );
          })}
        </fieldset>
        <div className="dialog-actions">
          {fixedName || !below ? null : (
            <button type="button" className="button button-danger-quiet" onClick={() => setDeleting(true)}>
              {words.delete}
            </button>
          )}
          <button type="submit" className="button button-primary" disabled={busy || !below}>
            {all.settings.save}
          </button>
        </div>
      </form>
      {deleting ? (
        <Confirm
          title={words.deleteTitle(role.name)}
          body={words.deleteBody}
          action={words.delete}
          onClose={() => setDeleting(false)}
          onConfirm={async () => {
            await deleteRole(id, role.id);
            onClose();
            void carryOut(async () => undefined);
          }}
        />
      ) : null}
    </Dialog>
  );
}

interface ColoursProps {
  colour: string | null;
  disabled: boolean;
  onChange: (colour: string | null) => void;
}

function Colours({ colour, disabled, onChange }: ColoursProps) {
  return (
    <fieldset className="colours" disabled={disabled}>
      <legend>{words.colour}</legend>
      {COLOURS.map(({ value, name }) => (
        <label
          key={name}
          className="colour"
          style={value === null ? undefined : ({ '--colour': value } as CSSProperties)}
          title={name}
        >
          <input
            type="radio"
            name="colour"
            aria-label={name}
            checked={colour === value}
            onChange={() => onChange(value)}
          />
          {colour === value ? <Icon name="check" size={18} /> : value === null ? <Icon name="ban" /> : null}
        </label>
      ))}
      <input
        type="color"
        aria-label={words.ownColour}
        title={words.ownColour}
        value={colour ?? '#888888'}
        onChange={(event) => onChange(event.target.value)}
      />
    </fieldset>
  );
}
