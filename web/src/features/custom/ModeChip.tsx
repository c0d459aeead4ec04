import type { CustomChannel } from '../../api/custom';
import { words } from '../../messages/custom';
import { Icon } from '../../ui/Icon';

/** Where a channel's script runs, in a word and a sign. */
export function ModeChip({ mode }: { mode: CustomChannel['mode'] }) {
  return (
    <span className="chip custom-mode" data-mode={mode} title={words.modeHints[mode]}>
      <Icon name={mode === 'full' ? 'warning' : 'lock'} size={14} />
      {words.modes[mode]}
    </span>
  );
}
