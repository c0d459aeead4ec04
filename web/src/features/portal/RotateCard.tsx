import { useState } from 'react';
import type { App } from '../../api/apps';
import { words as all } from '../../messages/portal';
import { Icon } from '../../ui/Icon';
import { RotateDialog } from './RotateDialog';

export function RotateCard({ app }: { app: App }) {
  const [open, setOpen] = useState(false);
  return (
    <div>
      <button type="button" className="button" onClick={() => setOpen(true)}>
        <Icon name="sync" size={18} />
        {all.secret.rotate}
      </button>
      {open ? <RotateDialog app={app} onClose={() => setOpen(false)} /> : null}
    </div>
  );
}
