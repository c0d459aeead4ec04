import { type FormEvent, useState } from 'react';
import { keepRevision } from '../../api/doc-history';
import { words } from '../../messages/docs';
import { Field, FormError } from '../../ui/Field';
import { notify } from '../../ui/notify';
import { explainDoc } from './explain';
import { MAX_NAME } from './limits';

interface Props {
  docId: number;
  onKept: () => Promise<void>;
}

/** Keeps the present text under a name. */
export function KeepForm({ docId, onKept }: Props) {
  const [name, setName] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await keepRevision(docId, name.trim());
      setName('');
      notify(words.history.kept);
      await onKept();
    } catch (reason) {
      setError(explainDoc(reason));
    }
    setBusy(false);
  }

  return (
    <form className="inline-form" onSubmit={(event) => void submit(event)}>
      <Field
        label={words.history.keep}
        placeholder={words.name}
        value={name}
        maxLength={MAX_NAME}
        autoComplete="off"
        required
        onChange={(event) => setName(event.target.value)}
      />
      <button type="submit" className="button" disabled={busy || name.trim() === ''}>
        {words.history.keepAction}
      </button>
      <FormError message={error} />
    </form>
  );
}
