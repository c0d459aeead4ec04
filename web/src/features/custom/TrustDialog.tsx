import { type FormEvent, useState } from 'react';
import { explain } from '../../api/client';
import { type CustomChannel, trustCustom } from '../../api/custom';
import { listCustomChannels } from '../../live/custom';
import { words } from '../../messages/custom';
import { Dialog } from '../../ui/Dialog';
import { DialogActions } from '../../ui/DialogActions';
import { FormError } from '../../ui/Field';
import { notify } from '../../ui/notify';
import { Hash } from './Hash';

/** An admin lets a script run in the page: this one, by its hash, and having read it. */
export function TrustDialog({ channel, onClose }: { channel: CustomChannel; onClose: () => void }) {
  // What was read is what is trusted, even if the list says something else meanwhile.
  const [{ id, name, sha256 }] = useState(channel);
  const [hasRead, setHasRead] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await trustCustom(id, sha256);
      await listCustomChannels();
      onClose();
      notify(words.trust.done(name));
    } catch (reason) {
      setError(explain(reason));
      setBusy(false);
    }
  }

  return (
    <Dialog title={words.trust.title(name)} onClose={onClose}>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <p className="dialog-text">{words.trust.body}</p>
        <Hash label={words.hash} channel={id} sha256={sha256} />
        <p className="hint">{words.trust.pinned}</p>
        <label className="custom-check">
          <input type="checkbox" checked={hasRead} onChange={(event) => setHasRead(event.target.checked)} />
          {words.trust.read}
        </label>
        <FormError message={error} />
        <DialogActions action={words.trust.action} danger disabled={busy || !hasRead} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
