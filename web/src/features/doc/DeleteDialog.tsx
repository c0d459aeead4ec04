import { type FormEvent, useState } from 'react';
import { deleteDoc } from '../../api/doc';
import { words } from '../../messages/docs';
import { docGone } from '../../store/docs';
import { update } from '../../store/store';
import type { DocEntry } from '../../store/types';
import { Dialog } from '../../ui/Dialog';
import { DialogActions } from '../../ui/DialogActions';
import { Field, FormError } from '../../ui/Field';
import { notify } from '../../ui/notify';
import { explainDoc } from './explain';

interface Props {
  entry: DocEntry;
  onClose: () => void;
  onDeleted: () => void;
}

/** Gone for everyone and for good: its name has to be typed. */
export function DeleteDialog({ entry, onClose, onDeleted }: Props) {
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const meant = simplified(typed) === simplified(entry.name);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!meant) return;
    setBusy(true);
    setError(null);
    try {
      await deleteDoc(entry.id);
      onClose();
      onDeleted();
      update((state) => docGone(state, entry.id, 'deleted'));
      notify(words.remove.done(entry.name));
    } catch (reason) {
      setError(explainDoc(reason));
      setBusy(false);
    }
  }

  return (
    <Dialog title={words.remove.title(entry.name)} onClose={onClose} className="dialog-small">
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <p className="dialog-text">{words.remove.body}</p>
        <Field
          label={words.remove.type(entry.name)}
          value={typed}
          data-autofocus
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => setTyped(event.target.value)}
        />
        <FormError message={error} />
        <DialogActions action={words.remove.confirm} danger disabled={!meant || busy} onCancel={onClose} />
      </form>
    </Dialog>
  );
}

/** What cannot be seen should not stop anybody: spaces around and between, and how an accent is composed. */
function simplified(name: string): string {
  return name.normalize('NFC').trim().replace(/\s+/g, ' ');
}
