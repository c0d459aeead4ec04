import { deleteMessage } from '../../live/editing';
import { text } from '../../messages';
import type { Message } from '../../store/types';
import { Confirm } from '../../ui/Confirm';

export function DeleteMessage({ message, onClose }: { message: Message; onClose: () => void }) {
  return (
    <Confirm
      title={text.message.deleteTitle}
      body={text.message.deleteBody}
      action={text.message.delete}
      onClose={onClose}
      onConfirm={async () => {
        const problem = await deleteMessage(message);
        if (problem !== null) throw new Error(problem);
      }}
    />
  );
}
