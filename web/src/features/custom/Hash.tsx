import { sourcePath } from '../../api/custom';
import { words } from '../../messages/custom';

interface Props {
  label: string;
  channel: number;
  sha256: string;
}

/** A script by its hash, and the way to read it. */
export function Hash({ label, channel, sha256 }: Props) {
  return (
    <div className="custom-hash">
      <span>{label}</span>
      <code>{sha256}</code>
      <a href={sourcePath(channel, sha256)} target="_blank" rel="noreferrer">
        {words.read}
      </a>
    </div>
  );
}
