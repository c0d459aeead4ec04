import { type ReactNode, useState } from 'react';
import { signOut } from '../../live/session';
import { unsavedDocs } from '../../live/unsavedDocs';
import { text } from '../../messages';
import { current } from '../../store/store';
import { Confirm } from '../../ui/Confirm';
import { notifyError } from '../../ui/notify';

interface Props {
  className: string;
  /** For a button that shows no words. */
  title?: string;
  children: ReactNode;
  onError?: (error: unknown) => void;
}

/** Signing out leaves nothing of one's documents on the device; whoever has unsaved changes there is asked first. */
export function SignOutButton({ className, title, children, onError = notifyError }: Props) {
  const [unsaved, setUnsaved] = useState(0);

  function ask() {
    const { me } = current();
    const number = me === null ? 0 : unsavedDocs(me).length;
    if (number > 0) setUnsaved(number);
    else void signOut().catch(onError);
  }

  return (
    <>
      <button type="button" className={className} aria-label={title} title={title} onClick={ask}>
        {children}
      </button>
      {unsaved > 0 ? (
        <Confirm
          title={text.account.signOutTitle}
          body={text.account.signOutBody(unsaved)}
          action={text.account.signOutAction}
          onConfirm={signOut}
          onClose={() => setUnsaved(0)}
        />
      ) : null}
    </>
  );
}
