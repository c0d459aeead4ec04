import { type ReactNode, useEffect, useId, useRef } from 'react';
import { text } from '../messages';
import { Icon } from './Icon';

interface Props {
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** Stays open until its work is done: the session has ended, for one. */
  modalOnly?: boolean;
  className?: string;
}

/** The native dialog: focus trap, Esc and inert background come with it. Focus goes back to where it was. */
export function Dialog({ title, onClose, children, modalOnly = false, className = '' }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();

  useEffect(() => {
    const before = document.activeElement;
    const dialog = element.current;
    if (dialog !== null && !dialog.open) dialog.showModal();
    // The dialog would focus its first control, which is the button that closes it.
    dialog?.querySelector<HTMLElement>('[data-autofocus]')?.focus();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click on the backdrop is a shortcut; Esc does the same
    <dialog
      ref={element}
      className={`dialog ${className}`}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        // A dialog on top of this one is the one being closed.
        if (!modalOnly && event.target === element.current) onClose();
      }}
      onClick={(event) => {
        if (!modalOnly && event.target === element.current) onClose();
      }}
    >
      <div className="dialog-body">
        <header className="dialog-head">
          <h2 id={heading}>{title}</h2>
          {modalOnly ? null : (
            <button type="button" className="icon-button" aria-label={text.close} onClick={onClose}>
              <Icon name="close" />
            </button>
          )}
        </header>
        {children}
      </div>
    </dialog>
  );
}
