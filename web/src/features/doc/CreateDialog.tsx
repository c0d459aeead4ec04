import { type FormEvent, useState } from 'react';
import { createDoc, type Grant } from '../../api/doc';
import { listDocuments } from '../../live/documents';
import { words } from '../../messages/docs';
import { documentPath, navigate } from '../../router';
import { Dialog } from '../../ui/Dialog';
import { DialogActions } from '../../ui/DialogActions';
import { Field, FormError } from '../../ui/Field';
import { Icon } from '../../ui/Icon';
import { explainDoc } from './explain';
import { GrantPicker } from './GrantPicker';
import { MAX_NAME } from './limits';

export default function CreateDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [grants, setGrants] = useState<Grant[]>([]);
  const [sharing, setSharing] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const id = await createDoc(name.trim(), grants);
      await listDocuments();
      onClose();
      navigate(documentPath(id));
    } catch (reason) {
      setError(explainDoc(reason));
      setBusy(false);
    }
  }

  return (
    <Dialog title={words.create.title} onClose={onClose}>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <Field
          label={words.name}
          value={name}
          maxLength={MAX_NAME}
          autoComplete="off"
          required
          data-autofocus
          onChange={(event) => setName(event.target.value)}
        />
        {sharing ? (
          <div className="panel">
            <GrantPicker grants={grants} onChange={setGrants} />
          </div>
        ) : (
          <button type="button" className="button button-wide" onClick={() => setSharing(true)}>
            <Icon name="group" size={18} />
            {words.create.addPeople}
          </button>
        )}
        <FormError message={error} />
        <DialogActions
          action={words.create.create}
          disabled={busy || name.trim() === ''}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}
