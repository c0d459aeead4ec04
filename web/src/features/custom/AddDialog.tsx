import { type FormEvent, useState } from 'react';
import { explain } from '../../api/client';
import { registerCustom } from '../../api/custom';
import { listCustomChannels } from '../../live/custom';
import { words } from '../../messages/custom';
import { customChannelPath, navigate } from '../../router';
import { Dialog } from '../../ui/Dialog';
import { DialogActions } from '../../ui/DialogActions';
import { Field, FormError } from '../../ui/Field';
import { notify } from '../../ui/notify';

export default function AddDialog({ onClose }: { onClose: () => void }) {
  const [url, setUrl] = useState('');
  const [name, setName] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const id = await registerCustom(url.trim(), name.trim());
      await listCustomChannels();
      onClose();
      notify(words.add.done(name.trim()));
      navigate(customChannelPath(id));
    } catch (reason) {
      setError(explain(reason));
      setBusy(false);
    }
  }

  return (
    <Dialog title={words.add.title} onClose={onClose} className="dialog-small">
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <Field
          label={words.add.url}
          hint={words.add.urlHint}
          type="url"
          value={url}
          maxLength={2048}
          autoComplete="off"
          required
          data-autofocus
          onChange={(event) => setUrl(event.target.value)}
        />
        <Field
          label={words.add.name}
          value={name}
          maxLength={64}
          autoComplete="off"
          required
          onChange={(event) => setName(event.target.value)}
        />
        <FormError message={error} />
        <DialogActions
          action={words.add.action}
          disabled={busy || url.trim() === '' || name.trim() === ''}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}
