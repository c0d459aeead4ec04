import { type FormEvent, useState } from 'react';
import { type Revision, renameRevision } from '../../api/doc-history';
import { text } from '../../messages';
import { words } from '../../messages/docs';
import { Dialog } from '../../ui/Dialog';
import { DialogActions } from '../../ui/DialogActions';
import { Field, FormError } from '../../ui/Field';
import { explainDoc } from './explain';
import { MAX_NAME } from './limits';

interface Props {
  docId: number;
  revision: Revision;
  onRenamed: (revision: Revision) => void;
  onClose: () => void;
}

export function RevisionName({ docId, revision, onRenamed, onClose }: Props) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const wanted = String(new FormData(event.currentTarget).get('name') ?? '').trim();
    setBusy(true);
    setError(null);
    try {
      onRenamed(await renameRevision(docId, revision.id, wanted === '' ? null : wanted));
      onClose();
    } catch (reason) {
      setError(explainDoc(reason));
      setBusy(false);
    }
  }

  return (
    <Dialog title={words.history.renameTitle} onClose={onClose} className="dialog-small">
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <Field
          label={words.name}
          hint={words.history.renameHint}
          name="name"
          defaultValue={revision.name ?? ''}
          maxLength={MAX_NAME}
          autoComplete="off"
          data-autofocus
        />
        <FormError message={error} />
        <DialogActions action={text.save} disabled={busy} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
