import { type DragEvent, type ReactNode, useState } from 'react';
import { words } from '../../messages/docs';
import { Icon } from '../../ui/Icon';

interface Props {
  onFiles: (files: File[]) => void;
  children: ReactNode;
}

/** Takes files that are dropped; the button beside it does the same without a mouse. */
export function DropZone({ onFiles, children }: Props) {
  // Every element the mouse crosses says that it is entered and left.
  const [depth, setDepth] = useState(0);
  const holdsFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files');
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: nothing to be pressed here
    <div
      className="drop-zone"
      onDragEnter={(event) => {
        if (holdsFiles(event)) setDepth((before) => before + 1);
      }}
      onDragLeave={(event) => {
        if (holdsFiles(event)) setDepth((before) => before - 1);
      }}
      onDragOver={(event) => {
        if (holdsFiles(event)) event.preventDefault();
      }}
      onDrop={(event) => {
        if (!holdsFiles(event)) return;
        event.preventDefault();
        setDepth(0);
        onFiles(Array.from(event.dataTransfer.files));
      }}
    >
      {children}
      {depth > 0 ? (
        <div className="drop-hint" aria-hidden="true">
          <Icon name="upload" size={40} />
          {words.list.drop}
        </div>
      ) : null}
    </div>
  );
}
