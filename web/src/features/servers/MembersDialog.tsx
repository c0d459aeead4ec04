import { words } from '../../messages/servers';
import { Dialog } from '../../ui/Dialog';
import { MembersPanel } from './MembersPanel';

export default function MembersDialog({ server, onClose }: { server: number; onClose: () => void }) {
  return (
    <Dialog title={words.members.title} onClose={onClose} className="dialog-side">
      <MembersPanel server={server} />
    </Dialog>
  );
}
