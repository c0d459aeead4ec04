import { useState } from 'react';
import { joinVoice } from '../../live/calling';
import { text } from '../../messages';
import { Dialog } from '../../ui/Dialog';
import { DialogActions } from '../../ui/DialogActions';
import { Field } from '../../ui/Field';

const MAX_NAME_CHARS = 64;

export default function JoinVoice({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  return (
    <Dialog title={text.calls.openVoice} onClose={onClose} className="dialog-small">
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          onClose();
          void joinVoice(name);
        }}
      >
        <Field
          label={text.calls.voiceName}
          hint={text.calls.voiceHint}
          value={name}
          maxLength={MAX_NAME_CHARS}
          data-autofocus
          onChange={(event) => setName(event.target.value)}
        />
        <DialogActions action={text.calls.joinVoice} disabled={name.trim() === ''} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
