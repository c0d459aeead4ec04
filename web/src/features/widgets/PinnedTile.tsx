import { words } from '../../messages/widgets';
import type { Widget } from '../../store/serverTypes';
import { Icon } from '../../ui/Icon';
import { Tile } from './Tile';
import { useStaleness } from './useStaleness';

interface Props {
  widget: Widget;
  onOpen: () => void;
}

/** The one tile under the server's name. */
export default function PinnedTile({ widget, onOpen }: Props) {
  const now = useStaleness([widget.snapshot]);
  return (
    <section className="tile-frame pinned-tile" aria-label={widget.name}>
      <button type="button" className="tile-head" aria-label={words.openAll(widget.name)} onClick={onOpen}>
        <Icon name="pin" size={14} />
        <span>{widget.name}</span>
      </button>
      <Tile snapshot={widget.snapshot} now={now} />
    </section>
  );
}
