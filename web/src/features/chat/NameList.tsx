import type { CSSProperties } from 'react';
import { text } from '../../messages';
import type { Suggestion } from './naming';

interface Props {
  id: string;
  found: Suggestion[];
  active: number;
  onChoose: (chosen: Suggestion) => void;
}

/** Whom the name that is being written may mean. The text area keeps the focus. */
export function NameList({ id, found, active, onChoose }: Props) {
  if (found.length === 0) return null;
  return (
    <div className="name-list" id={id} role="listbox" aria-label={text.composer.names}>
      {found.map((one, index) => (
        // biome-ignore lint/a11y/useFocusableInteractive: the text area keeps the focus and names the option
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the text area's
        <div
          key={`${one.kind} ${one.name}`}
          id={optionId(id, index)}
          className="name-option"
          role="option"
          aria-selected={index === active}
          style={one.colour === null ? undefined : ({ '--role': one.colour } as CSSProperties)}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onChoose(one)}
        >
          <strong data-coloured={one.colour !== null}>@{one.name}</strong>
          <small>{one.kind === 'person' ? one.nickname : text.composer.nameKinds[one.kind]}</small>
        </div>
      ))}
    </div>
  );
}

export const optionId = (list: string, index: number) => `${list}-${index}`;
