import { type CSSProperties, useState } from 'react';
import { hueOf } from './hue';
import { Icon, type IconName } from './Icon';

interface Props {
  name: string;
  size?: number;
  icon?: IconName;
  /** Draws the presence dot; undefined for what is not a person. */
  online?: boolean;
  /** Instead of initials. */
  emoji?: string | null;
  /** Where a picture of it is. */
  picture?: string;
  /** For what has a colour of its own instead of its name's. */
  hue?: number;
}

/** Initials on a colour that is always the same for a name. Decoration: the name stands beside it. */
export function Avatar({ name, size = 40, icon, online, emoji, picture, hue = hueOf(name) }: Props) {
  const [broken, setBroken] = useState<string>();
  const style = { '--hue': hue, '--size': `${size}px` } as CSSProperties;
  return (
    <span className="avatar" style={style} aria-hidden="true">
      {picture === undefined || picture === broken ? (
        <Sign name={name} size={size} icon={icon} emoji={emoji} />
      ) : (
        <img src={picture} alt="" loading="lazy" decoding="async" onError={() => setBroken(picture)} />
      )}
      {online === undefined ? null : <span className={online ? 'dot dot-online' : 'dot'} />}
    </span>
  );
}

function Sign({ name, size = 40, icon, emoji }: Pick<Props, 'name' | 'size' | 'icon' | 'emoji'>) {
  return icon === undefined ? emoji || initials(name) : <Icon name={icon} size={Math.round(size * 0.5)} />;
}

function initials(name: string): string {
  const words = name.split(/[\s._-]+/).filter((word) => word !== '');
  const letters = words.length > 1 ? [words[0], words[1]] : [words[0] ?? '?'];
  return letters.map((word) => Array.from(word ?? '')[0]?.toUpperCase() ?? '').join('');
}
