import { text } from '../messages';

interface Props {
  /** What the button says that does it. */
  action: string;
  disabled: boolean;
  /** Something is lost by it. */
  danger?: boolean;
  /** Absent in a form, which it submits. */
  onConfirm?: () => void;
  onCancel: () => void;
  /** It is the safe choice, for whoever presses Enter at once. */
  cancelFocused?: boolean;
}

/** The end of a dialog: out of it, or on with it. */
export function DialogActions({
  action,
  disabled,
  danger = false,
  onConfirm,
  onCancel,
  cancelFocused = false,
}: Props) {
  return (
    <div className="dialog-actions">
      <button
        type="button"
        className="button"
        onClick={onCancel}
        data-autofocus={cancelFocused ? true : undefined}
      >
        {text.cancel}
      </button>
      <button
        type={onConfirm === undefined ? 'submit' : 'button'}
        className={danger ? 'button button-danger' : 'button button-primary'}
        disabled={disabled}
        onClick={onConfirm}
      >
        {action}
      </button>
    </div>
  );
}
