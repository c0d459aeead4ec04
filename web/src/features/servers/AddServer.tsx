import { type FormEvent, useState } from 'react';
import { acceptInvite, createServer } from '../../api/servers';
import { words as all } from '../../messages/servers';
import { Dialog } from '../../ui/Dialog';
import { Field, FormError } from '../../ui/Field';
import { notify } from '../../ui/notify';
import { enterServer } from './entering';
import { explainServer } from './explain';

const words = all.add;

/** Either a new one, or one that somebody has sent an invite to. */
export default function AddServer({ onClose }: { onClose: () => void }) {
  const creating = useSubmit(async (name) => {
    const id = await createServer(name);
    onClose();
    await enterServer(id);
  });
  const joining = useSubmit(async (typed) => {
    // People paste the whole link as often as the code.
    const server = await acceptInvite(typed.replace(/\/+$/, '').split('/').at(-1) ?? '');
    notify(all.join.joined(server.name));
    onClose();
    await enterServer(server.id);
  });
  return (
    <Dialog title={words.title} onClose={onClose}>
      <p className="hint">{words.hint}</p>
      <form className="stack" onSubmit={creating.submit} aria-label={words.createTitle}>
        <h3>{words.createTitle}</h3>
        <Field label={words.name} name="value" maxLength={100} required autoComplete="off" data-autofocus />
        <FormError message={creating.error} />
        <button type="submit" className="button button-primary button-wide" disabled={creating.busy}>
          {words.create}
        </button>
      </form>
      <hr />
      <form className="stack" onSubmit={joining.submit} aria-label={words.joinTitle}>
        <h3>{words.joinTitle}</h3>
        <Field label={words.code} name="value" required autoComplete="off" spellCheck={false} />
        <FormError message={joining.error} />
        <button type="submit" className="button button-wide" disabled={joining.busy}>
          {words.join}
        </button>
      </form>
    </Dialog>
  );
}

function useSubmit(carryOut: (value: string) => Promise<void>) {
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function run(value: string) {
    setBusy(true);
    setError(null);
    try {
      await carryOut(value);
    } catch (reason) {
      setError(explainServer(reason));
      setBusy(false);
    }
  }

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void run(String(new FormData(event.currentTarget).get('value') ?? '').trim());
  };
  return { error, busy, submit };
}
