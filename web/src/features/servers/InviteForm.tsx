import { useId, useState } from 'react';
import { explain } from '../../api/client';
import { createInvite, type NewInvite } from '../../api/servers';
import { words as all } from '../../messages/servers';
import { FormError } from '../../ui/Field';
import { Icon } from '../../ui/Icon';
import { LinkToCopy } from '../../ui/LinkToCopy';
import { short } from '../../ui/time';

const words = all.invite;
const HOUR_S = 3600;
const lifetimes = { hour: HOUR_S, day: 24 * HOUR_S, week: 7 * 24 * HOUR_S };
const useCounts = { one: 1, ten: 10, hundred: 100 };

interface Props {
  server: number;
  onCreated?: () => void;
}

export function InviteForm({ server, onCreated }: Props) {
  const [lifetime, setLifetime] = useState<keyof typeof lifetimes>('day');
  const [uses, setUses] = useState<keyof typeof useCounts>('one');
  const [invite, setInvite] = useState<NewInvite | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const id = useId();

  async function create() {
    setBusy(true);
    setError(null);
    try {
      setInvite(await createInvite(server, { expiresIn: lifetimes[lifetime], maxUses: useCounts[uses] }));
      onCreated?.();
    } catch (reason) {
      setError(explain(reason));
    }
    setBusy(false);
  }

  return (
    <div className="stack">
      <p className="hint">{words.hint}</p>
      <div className="inline-form">
        <div className="field">
          <label htmlFor={`${id}-lifetime`}>{words.lifetime}</label>
          <select
            id={`${id}-lifetime`}
            value={lifetime}
            onChange={(event) => setLifetime(event.target.value as keyof typeof lifetimes)}
          >
            {(Object.keys(lifetimes) as (keyof typeof lifetimes)[]).map((key) => (
              <option key={key} value={key}>
                {words.lifetimes[key]}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor={`${id}-uses`}>{words.uses}</label>
          <select
            id={`${id}-uses`}
            value={uses}
            onChange={(event) => setUses(event.target.value as keyof typeof useCounts)}
          >
            {(Object.keys(useCounts) as (keyof typeof useCounts)[]).map((key) => (
              <option key={key} value={key}>
                {words.useCounts[key]}
              </option>
            ))}
          </select>
        </div>
        <button type="button" className="button button-primary" disabled={busy} onClick={() => void create()}>
          <Icon name="link" size={18} />
          {words.create}
        </button>
      </div>
      <FormError message={error} />
      {invite === null ? null : (
        <LinkToCopy
          label={words.link}
          url={invite.url}
          action={words.copy}
          copied={words.copied}
          hint={words.expires(short(invite.expiresAt))}
        />
      )}
    </div>
  );
}
