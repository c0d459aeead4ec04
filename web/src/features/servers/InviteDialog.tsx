import { words } from '../../messages/servers';
import { Dialog } from '../../ui/Dialog';
import { InviteForm } from './InviteForm';

export default function InviteDialog({ server, onClose }: { server: number; onClose: () => void }) {
  return (
    <Dialog title={words.invite.title} onClose={onClose}>
      <InviteForm server={server} />
    </Dialog>
  );
}
