import { type FormEvent, useState } from 'react';
import { changeChannel, setOverwrite } from '../../../api/servers';
import { words as all } from '../../../messages/servers';
import { may, mayGrant, outranksRole } from '../../../store/permissions';
import type { Channel, Overwrite, Role } from '../../../store/serverTypes';
import { useChatter } from '../../../store/store';
import { Dialog } from '../../../ui/Dialog';
import { Field, FormError, Switch } from '../../../ui/Field';
import '../../../ui/styles/members.css';
import { Icon } from '../../../ui/Icon';
import { roleColour } from '../RolePicker';
import { channelPermissions, isEmpty, type Ruling, rulingOf, withRuling } from './overwrites';
import type { SectionProps } from './ServerSettings';
import { useWork } from './useWork';

const words = all.channels;
const rulings: Ruling[] = ['allow', 'inherit', 'deny'];

interface Props extends SectionProps {
  channel: Channel;
  onClose: () => void;
}

/** A channel's name and topic, and who may do what in it. */
export function ChannelEditor({ details, channel, onClose }: Props) {
  const { id } = details.server;
  const { error, busy, carryOut } = useWork(id);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const read = (name: string) => String(fields.get(name) ?? '').trim();
    await carryOut(() => changeChannel(id, channel.id, { name: read('name'), topic: read('topic') }));
  }

  return (
    <Dialog title={words.edit(channel.name)} onClose={onClose}>
      <FormError message={error} />
      {may(details.me, 'manage_channels') ? (
        <form className="stack" onSubmit={(event) => void submit(event)}>
          <Field
            label={words.name}
            name="name"
            defaultValue={channel.name}
            maxLength={100}
            required
            autoComplete="off"
          />
          <Field
            label={words.topic}
            hint={words.topicHint}
            name="topic"
            defaultValue={channel.topic ?? ''}
            maxLength={1024}
            autoComplete="off"
          />
          <div>
            <button type="submit" className="button button-primary" disabled={busy}>
              {all.settings.save}
            </button>
          </div>
        </form>
      ) : null}
      {may(details.me, 'manage_channels') ? (
        <Switch
          label={words.locked}
          hint={words.lockedHint}
          checked={channel.locked}
          disabled={busy}
          onChange={(locked) => void carryOut(() => changeChannel(id, channel.id, { locked }))}
        />
      ) : null}
      {channel.overwrites !== undefined && may(details.me, 'manage_roles') ? (
        <Access details={details} channel={channel} overwrites={channel.overwrites} />
      ) : null}
    </Dialog>
  );
}

function Access({
  details,
  channel,
  overwrites,
}: SectionProps & { channel: Channel; overwrites: Overwrite[] }) {
  const { id } = details.server;
  const { error, busy, carryOut } = useWork(id);
  const [added, setAdded] = useState<number[]>([]);
  const roles = [...details.roles].sort((a, b) => b.position - a.position);
  const rules = (role: Role) =>
    overwrites.find((one) => one.kind === 'role' && one.id === role.id) ??
    ({ kind: 'role', id: role.id, allow: [], deny: [] } satisfies Overwrite);
  const shown = roles.filter((role) => role.isDefault || added.includes(role.id) || !isEmpty(rules(role)));
  const others = roles.filter((role) => !shown.includes(role));

  const change = (next: Overwrite) =>
    void carryOut(() => setOverwrite(id, channel.id, next), words.overwritesSaved);

  return (
    <section className="stack" aria-label={words.access}>
      <h3>{words.access}</h3>
      <p className="hint">{words.accessHint}</p>
      <FormError message={error} />
      {shown.map((role) => (
        <RoleRules
          key={role.id}
          details={details}
          role={role}
          overwrite={rules(role)}
          busy={busy}
          onChange={change}
        />
      ))}
      {others.length === 0 ? null : (
        <select
          className="role-select"
          aria-label={words.addRole}
          value=""
          onChange={(event) => setAdded((known) => [...known, Number(event.target.value)])}
        >
          <option value="">{words.addRole}</option>
          {others.map((role) => (
            <option key={role.id} value={role.id}>
              {role.name}
            </option>
          ))}
        </select>
      )}
    </section>
  );
}

interface RulesProps extends SectionProps {
  role: Role;
  overwrite: Overwrite;
  busy: boolean;
  onChange: (overwrite: Overwrite) => void;
}

function RoleRules({ details, role, overwrite, busy, onChange }: RulesProps) {
  const me = useChatter((state) => state.me?.id ?? 0);
  const name = role.isDefault ? all.roles.everyone : role.name;
  return (
    <details className="rules" open={role.isDefault}>
      <summary>
        <span className="role-chip" style={roleColour(role)}>
          {name}
        </span>
        <Icon name="unfold" size={18} />
      </summary>
      <ul className="rows">
        {channelPermissions.map((permission) => (
          <li key={permission} className="row">
            <span className="row-text">{all.permissions[permission].name}</span>
            <select
              className="role-select"
              aria-label={words.accessOf(name, all.permissions[permission].name)}
              value={rulingOf(overwrite, permission)}
              disabled={busy || !outranksRole(details, me, role) || !mayGrant(details, me, permission)}
              onChange={(event) => onChange(withRuling(overwrite, permission, event.target.value as Ruling))}
            >
              {rulings.map((ruling) => (
                <option key={ruling} value={ruling}>
                  {words.states[ruling]}
                </option>
              ))}
            </select>
          </li>
        ))}
      </ul>
    </details>
  );
}
