import { useEffect, useId, useState } from 'react';
import { flushSync } from 'react-dom';
import { type App, listDeliveries, rotateApp } from '../../api/apps';
import { explain } from '../../api/client';
import { words as all } from '../../messages/portal';
import { Dialog } from '../../ui/Dialog';
import { DialogActions } from '../../ui/DialogActions';
import { FormError } from '../../ui/Field';
import { notify } from '../../ui/notify';
import { ago } from '../../ui/relative';
import { exact } from '../../ui/time';
import { reveal } from './secrets';

const words = all.rotate;
const graces = { minutes: 600, hour: 3600, day: 86_400 };
type Grace = keyof typeof graces;

interface Props {
  app: App;
  onClose: () => void;
}

/** A new secret. Whether the old one may live on for a while depends on why; that of a widget never does. */
export function RotateDialog({ app, onClose }: Props) {
  const [why, setWhy] = useState<'leaked' | 'planned'>('leaked');
  const [grace, setGrace] = useState<Grace>('hour');
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const id = useId();

  async function rotate() {
    setBusy(true);
    setError(null);
    try {
      const { url, clientSecret } = await rotateApp(
        app.id,
        why === 'leaked' ? { leaked: true } : { graceSeconds: graces[grace] },
      );
      // Gone first: a closing dialog gives the focus back, and the banner is to have it.
      flushSync(onClose);
      if (url != null) reveal(app.id, 'url', url);
      if (clientSecret != null) reveal(app.id, 'clientSecret', clientSecret);
      notify(words.done);
    } catch (reason) {
      setError(explain(reason));
      setBusy(false);
    }
  }

  return (
    <Dialog title={words.title} onClose={onClose} className="dialog-small">
      {app.kind === 'widget' ? (
        <p className="dialog-text">{words.atOnce}</p>
      ) : (
        <fieldset className="choices">
          <legend>{words.why}</legend>
          {(['leaked', 'planned'] as const).map((choice) => (
            <label key={choice} className="choice">
              <input type="radio" name="why" checked={why === choice} onChange={() => setWhy(choice)} />
              <span className="switch-text">
                <strong>{words[choice].name}</strong>
                <small className="hint">{words[choice].hint}</small>
              </span>
            </label>
          ))}
        </fieldset>
      )}
      {why === 'planned' ? (
        <div className="field">
          <label htmlFor={id}>{words.grace}</label>
          <select id={id} value={grace} onChange={(event) => setGrace(event.target.value as Grace)}>
            {(Object.keys(graces) as Grace[]).map((key) => (
              <option key={key} value={key}>
                {words.graces[key]}
              </option>
            ))}
          </select>
        </div>
      ) : null}
      <Impact app={app} />
      <FormError message={error} />
      <DialogActions
        action={words.action}
        danger
        disabled={busy}
        onConfirm={() => void rotate()}
        onCancel={onClose}
      />
    </Dialog>
  );
}

/** Who will notice: when the old secret was last used, and from where. */
function Impact({ app: { id, kind, lastUsedAt } }: { app: App }) {
  const [address, setAddress] = useState<string | null>(null);
  // Of OAuth apps nothing is written down.
  const isLogged = kind !== 'oauth';
  useEffect(() => {
    if (!isLogged || lastUsedAt === null) return;
    let gone = false;
    listDeliveries(id).then(
      (deliveries) => {
        const taken = deliveries.find(({ status }) => status < 400);
        if (!gone && taken !== undefined) setAddress(taken.remote);
      },
      // The time alone says enough.
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [id, isLogged, lastUsedAt]);

  if (lastUsedAt === null) return <p className="hint">{words.unused}</p>;
  const when = ago(lastUsedAt, Date.now());
  return (
    <p className="dialog-text" title={exact(lastUsedAt)}>
      {address === null ? words.impact(when) : words.impactFrom(when, address)}
    </p>
  );
}
