import { text } from '../../messages';
import { Dialog } from '../../ui/Dialog';

export default function ShortcutList({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={text.shortcuts.title} onClose={onClose}>
      <dl className="shortcuts">
        {text.shortcuts.list.map((shortcut) => (
          <div key={shortcut.does}>
            <dt>
              <kbd>{shortcut.keys}</kbd>
            </dt>
            <dd>{shortcut.does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
