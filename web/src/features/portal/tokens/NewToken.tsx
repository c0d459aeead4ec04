import { type FormEvent, useId, useState } from 'react';
import { type AppToken, createToken, type Scope, scopes } from '../../../api/apps';
import { explain } from '../../../api/client';
import { words as all } from '../../../messages/portal';
import { Dialog } from '../../../ui/Dialog';
import { DialogActions } from '../../../ui/DialogActions';
import { Field, FormError } from '../../../ui/Field';

const words = all.tokens;
const lifetimes = [30, 90, 365, 'never'] as const;

interface Props {
  app: number;
  onCreated: (token: AppToken, secret: string) => void;
  onClose: () => void;
}

export function NewToken({ app, onCreated, onClose }: Props) {
  const [chosen, setChosen] = useState<Scope[]>(['read_member_profile']);
  const [lifetime, setLifetime] = useState<(typeof lifetimes)[number]>(365);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const id = useId();

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (chosen.length === 0) {
      setError(words.needScope);
      return;
    }
    const name = String(new FormData(event.currentTarget).get('name') ?? '').trim();
    setBusy(true);
    setError(null);
    try {
      const expiresInDays = lifetime === 'never' ? null : lifetime;
      const { token, secret } = await createToken(app, { name, scopes: chosen, expiresInDays });
      onCreated(token, secret);
    } catch (reason) {
      setError(explain(reason));
      setBusy(false);
    }
  }

  function toggle(scope: Scope) {
    setChosen((known) =>
      scopes.filter((one) => (one === scope ? !known.includes(one) : known.includes(one))),
    );
  }

  return (
    <Dialog title={words.new} onClose={onClose}>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <Field
          label={words.name}
          hint={words.nameHint}
          name="name"
          maxLength={80}
          required
          autoComplete="off"
          data-autofocus
        />
        <fieldset className="choices">
          <legend>{words.scopes}</legend>
          {scopes.map((scope) => (
            <label key={scope} className="choice">
              <input type="checkbox" checked={chosen.includes(scope)} onChange={() => toggle(scope)} />
              <span className="switch-text">
                <strong>{words.scopeNames[scope].name}</strong>
                <small className="hint">
                  {words.scopeNames[scope].hint} <code>{scope}</code>
                </small>
              </span>
            </label>
          ))}
        </fieldset>
        <div className="field">
          <label htmlFor={id}>{words.expiry}</label>
          <select
            id={id}
            value={lifetime}
            onChange={(event) =>
              setLifetime(lifetimes.find((one) => String(one) === event.target.value) ?? 365)
            }
          >
            {lifetimes.map((one) => (
              <option key={one} value={one}>
                {words.expiries[one]}
              </option>
            ))}
          </select>
        </div>
        <FormError message={error} />
        <DialogActions action={words.create} disabled={busy} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
