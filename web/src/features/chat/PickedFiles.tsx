import { words } from '../../messages/files';
import { Icon } from '../../ui/Icon';
import type { Picked } from './useUploads';

interface Props {
  picked: Picked[];
  onRemove: (id: number) => void;
}

/** The files that go with the next message, and how far they have come. */
export function PickedFiles({ picked, onRemove }: Props) {
  if (picked.length === 0) return null;
  return (
    <ul className="picked-files">
      {picked.map((item) => (
        <li key={item.id} className="picked-file" data-failed={item.error !== null}>
          <Icon name={item.error === null ? 'document' : 'warning'} size={18} />
          <span className="picked-name">
            <span>{item.name}</span>
            {item.error === null ? <Progress item={item} /> : <small role="alert">{item.error}</small>}
          </span>
          <button
            type="button"
            className="icon-button"
            aria-label={words.remove(item.name)}
            onClick={() => onRemove(item.id)}
          >
            <Icon name="close" size={16} />
          </button>
        </li>
      ))}
    </ul>
  );
}

function Progress({ item }: { item: Picked }) {
  const percent = Math.round(item.part * 100);
  if (item.stored !== null) {
    return (
      <span className="visually-hidden" role="status">
        {words.ready(item.name)}
      </span>
    );
  }
  return <progress value={percent} max={100} aria-label={words.uploading(item.name, percent)} />;
}
