import { useState } from 'react';
import { addMember, type Grant } from '../../api/doc';
import { words } from '../../messages/docs';
import { DialogActions } from '../../ui/DialogActions';
import { FormError } from '../../ui/Field';
import { Icon } from '../../ui/Icon';
import { notify } from '../../ui/notify';
import { explainDoc } from './explain';
import { GrantPicker } from './GrantPicker';

interface Props {
  docId: number;
  members: string[];
  onChanged: () => Promise<void>;
}

export function ShareWith({ docId, members, onChanged }: Props) {
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState<Grant[]>([]);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  // Whoever has been let in is in the list above from then on.
  const grants = chosen.filter(({ username }) => !members.includes(username));

  async function add() {
    setBusy(true);
    setError(null);
    const refused: Grant[] = [];
    const reasons: string[] = [];
    for (const grant of grants) {
      try {
        await addMember(docId, grant);
      } catch (reason) {
        refused.push(grant);
        reasons.push(words.share.notAdded(grant.username, explainDoc(reason)));
      }
    }
    const added = grants.length - refused.length;
    if (added > 0) notify(words.share.added(added));
    setChosen(refused);
    setOpen(refused.length > 0);
    setError(reasons.length > 0 ? reasons.join(' ') : null);
    await onChanged();
    setBusy(false);
  }

  if (!open) {
    return (
      <button type="button" className="button button-wide" onClick={() => setOpen(true)}>
        <Icon name="add" size={18} />
        {words.share.add}
      </button>
    );
  }
  return (
    <div className="stack panel">
      <GrantPicker grants={grants} onChange={setChosen} without={members} />
      <FormError message={error} />
      <DialogActions
        action={words.share.addSelected(grants.length)}
        disabled={grants.length === 0 || busy}
        onConfirm={() => void add()}
        onCancel={() => setOpen(false)}
      />
    </div>
  );
}
