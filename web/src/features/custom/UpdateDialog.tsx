import { type FormEvent, useState } from 'react';
import { explain } from '../../api/client';
import { type CustomChannel, updateCustom } from '../../api/custom';
import { listCustomChannels } from '../../live/custom';
import { words } from '../../messages/custom';
import { Dialog } from '../../ui/Dialog';
import { DialogActions } from '../../ui/DialogActions';
import { FormError } from '../../ui/Field';
import { notify } from '../../ui/notify';
import { Hash } from './Hash';

interface Props {
  channel: CustomChannel;
  found: string;
  onClose: () => void;
}

/** The script at the source is another one: both can be read before it is taken over. */
export function UpdateDialog({ channel, found, onClose }: Props) {
  const [{ id, name, sha256, taken }] = useState({ ...channel, taken: found });
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await updateCustom(id, taken);
      await listCustomChannels();
      onClose();
      notify(words.updated);
    } catch (reason) {
      setError(explain(reason));
      setBusy(false);
    }
  }

  return (
    <Dialog title={words.update.title(name)} onClose={onClose}>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <p className="dialog-text">{words.update.body}</p>
        <Hash label={words.oldHash} channel={id} sha256={sha256} />
        <Hash label={words.newHash} channel={id} sha256={taken} />
        <FormError message={error} />
        <DialogActions action={words.update.action} disabled={busy} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
