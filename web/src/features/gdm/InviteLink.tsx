import { useId, useState } from 'react';
import { explain } from '../../api/client';
import { createInvite } from '../../api/gdm';
import type { Invite } from '../../api/types';
import { text } from '../../messages';
import { FormError } from '../../ui/Field';
import { Icon } from '../../ui/Icon';
import { LinkToCopy } from '../../ui/LinkToCopy';
import { short } from '../../ui/time';

const words = text.gdm;
const HOUR_S = 3600;
const lifetimes = { hour: HOUR_S, day: 24 * HOUR_S, week: 7 * 24 * HOUR_S };
type Lifetime = keyof typeof lifetimes;

export function InviteLink({ tid }: { tid: number }) {
  const [lifetime, setLifetime] = useState<Lifetime>('day');
  const [invite, setInvite] = useState<Invite | null>(null);
  const [error, setError] = useState<string | null>(null);
  const id = useId();

  async function create() {
    setError(null);
    try {
      setInvite(await createInvite(tid, lifetimes[lifetime]));
    } catch (reason) {
      setError(explain(reason));
    }
  }

  return (
    <section className="stack" aria-label={words.invite}>
      <h3>{words.invite}</h3>
      <p className="hint">{words.inviteHint}</p>
      <div className="inline-form">
        <div className="field">
          <label htmlFor={id}>{words.inviteExpiry}</label>
          <select id={id} value={lifetime} onChange={(event) => setLifetime(event.target.value as Lifetime)}>
            {(Object.keys(lifetimes) as Lifetime[]).map((key) => (
              <option key={key} value={key}>
                {words.expiries[key]}
              </option>
            ))}
          </select>
        </div>
        <button type="button" className="button" onClick={() => void create()}>
          <Icon name="link" size={18} />
          {words.createInvite}
        </button>
      </div>
      <FormError message={error} />
      {invite === null ? null : (
        <LinkToCopy
          label={words.invite}
          url={invite.invite_url}
          action={words.copyLink}
          copied={words.linkCopied}
          hint={words.expires(short(invite.expires_at))}
        />
      )}
    </section>
  );
}
