import { type FormEvent, useState } from 'react';
import { renameDoc } from '../../api/doc';
import { words } from '../../messages/docs';
import { docRenamed } from '../../store/docs';
import { update } from '../../store/store';
import type { DocEntry } from '../../store/types';
import { Dialog } from '../../ui/Dialog';
import { DialogActions } from '../../ui/DialogActions';
import { Field, FormError } from '../../ui/Field';
import { explainDoc } from './explain';
import { MAX_NAME } from './limits';

export function RenameDialog({ entry, onClose }: { entry: DocEntry; onClose: () => void }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const wanted = String(new FormData(event.currentTarget).get('name') ?? '').trim();
    setBusy(true);
    setError(null);
    try {
      await renameDoc(entry.id, wanted);
      update((state) => docRenamed(state, entry.id, wanted));
      onClose();
    } catch (reason) {
      setError(explainDoc(reason));
      setBusy(false);
    }
  }

  return (
    <Dialog title={words.rename.title} onClose={onClose} className="dialog-small">
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <Field
          label={words.name}
          name="name"
          defaultValue={entry.name}
          maxLength={MAX_NAME}
          autoComplete="off"
          required
          data-autofocus
        />
        <FormError message={error} />
        <DialogActions action={words.rename.action} disabled={busy} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
