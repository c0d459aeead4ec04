import { useState } from 'react';
import { explain } from '../api/client';
import { Dialog } from './Dialog';
import { DialogActions } from './DialogActions';
import { FormError } from './Field';

interface Props {
  title: string;
  body: string;
  action: string;
  /** Nothing is lost by it. */
  harmless?: boolean;
  /** Throws to keep the dialog open and show why. */
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
}

export function Confirm({ title, body, action, harmless = false, onConfirm, onClose }: Props) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  async function confirm() {
    setBusy(true);
    setError(null);
    try {
      await onConfirm();
      onClose();
    } catch (reason) {
      setError(explain(reason));
      setBusy(false);
    }
  }

  return (
    <Dialog title={title} onClose={onClose} className="dialog-small">
      <p className="dialog-text">{body}</p>
      <FormError message={error} />
      <DialogActions
        action={action}
        danger={!harmless}
        disabled={busy}
        onConfirm={() => void confirm()}
        onCancel={onClose}
        cancelFocused
      />
    </Dialog>
  );
}
