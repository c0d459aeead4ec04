import { useState } from 'react';
import { explain } from '../../api/client';
import { addMembers } from '../../api/gdm';
import { relist } from '../../live/listing';
import { text } from '../../messages';
import { DialogActions } from '../../ui/DialogActions';
import { FormError } from '../../ui/Field';
import { Icon } from '../../ui/Icon';
import { PeoplePicker } from '../presence/PeoplePicker';

export function AddMembers({ tid, members }: { tid: number; members: string[] }) {
  const [open, setOpen] = useState(false);
  const [selected, setSelected] = useState<string[]>([]);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function add() {
    setBusy(true);
    setError(null);
    try {
      await addMembers(tid, selected);
      relist();
      setSelected([]);
      setOpen(false);
    } catch (reason) {
      setError(explain(reason));
    }
    setBusy(false);
  }

  if (!open) {
    return (
      <button type="button" className="button button-wide" onClick={() => setOpen(true)}>
        <Icon name="add" size={18} />
        {text.gdm.add}
      </button>
    );
  }
  return (
    <div className="stack panel">
      <PeoplePicker selected={selected} onChange={setSelected} without={members} />
      <FormError message={error} />
      <DialogActions
        action={text.gdm.addSelected(selected.length)}
        disabled={selected.length === 0 || busy}
        onConfirm={() => void add()}
        onCancel={() => setOpen(false)}
      />
    </div>
  );
}
