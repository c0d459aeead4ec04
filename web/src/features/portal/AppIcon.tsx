import type { AppKind } from '../../api/apps';
import { Avatar } from '../../ui/Avatar';
import type { IconName } from '../../ui/Icon';

const icons: Record<AppKind, { icon: IconName; hue: number }> = {
  webhook: { icon: 'link', hue: 276 },
  integration: { icon: 'settings', hue: 30 },
  widget: { icon: 'chart', hue: 150 },
  oauth: { icon: 'key', hue: 230 },
};

/** Each kind has a picture and a colour of its own; the name stands beside it. */
export function AppIcon({ kind, size = 44 }: { kind: AppKind; size?: number }) {
  return <Avatar name="" size={size} {...icons[kind]} />;
}
