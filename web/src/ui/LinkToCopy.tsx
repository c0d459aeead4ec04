import { Icon } from './Icon';
import { copy } from './notify';

interface Props {
  label: string;
  url: string;
  /** On the button, and what is said once it is done. */
  action: string;
  copied: string;
  /** Below it: until when it works. */
  hint: string;
}

/** A link that has just been made, to be sent to somebody. */
export function LinkToCopy({ label, url, action, copied, hint }: Props) {
  return (
    <div className="panel invite">
      <input readOnly aria-label={label} value={url} onFocus={(event) => event.target.select()} />
      <button type="button" className="button" onClick={() => void copy(url, copied)}>
        <Icon name="copy" size={18} />
        {action}
      </button>
      <small className="hint">{hint}</small>
    </div>
  );
}
