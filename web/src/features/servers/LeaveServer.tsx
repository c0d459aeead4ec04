import { removeMember } from '../../api/servers';
import { text } from '../../messages';
import { navigate } from '../../router';
import { serverGone } from '../../store/servers';
import { current, update } from '../../store/store';
import { Confirm } from '../../ui/Confirm';
import { notify } from '../../ui/notify';

const words = text.servers;

interface Props {
  server: number;
  name: string;
  onClose: () => void;
}

export default function LeaveServer({ server, name, onClose }: Props) {
  return (
    <Confirm
      title={words.leaveTitle(name)}
      body={words.leaveBody}
      action={words.leave}
      onClose={onClose}
      onConfirm={async () => {
        await removeMember(server, current().me?.id ?? 0);
        navigate('/chat', 'replace');
        update((state) => serverGone(state, server));
        notify(words.left(name));
      }}
    />
  );
}
