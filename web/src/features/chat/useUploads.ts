import { useCallback, useEffect, useRef, useState } from 'react';
import { explain } from '../../api/client';
import { uploadFile } from '../../api/files';
import { words } from '../../messages/files';
import { notifyError } from '../../ui/notify';

/** At a time; the server takes no more of one person either. */
const MOST = 6;

export interface Picked {
  id: number;
  name: string;
  /** From 0 to 1. */
  part: number;
  /** Its stored name once it is there. */
  stored: string | null;
  error: string | null;
}

export interface Uploads {
  picked: Picked[];
  /** Whether some are still on their way. */
  busy: boolean;
  /** While files are held over the page. */
  over: boolean;
  add: (files: Iterable<File>) => void;
  remove: (id: number) => void;
  /** The stored names of all that are there, which are forgotten. */
  take: () => string[];
}

/** Files that go with the next message. They are on their way as soon as they are chosen. */
export function useUploads(enabled: boolean): Uploads {
  const [picked, setPicked] = useState<Picked[]>([]);
  const under = useRef(new Map<number, AbortController>());
  const next = useRef(1);

  const change = useCallback((id: number, fields: Partial<Picked>) => {
    setPicked((before) => before.map((item) => (item.id === id ? { ...item, ...fields } : item)));
  }, []);

  const add = useCallback(
    (files: Iterable<File>) => {
      const room = MOST - under.current.size;
      const chosen = Array.from(files);
      if (chosen.length > room) notifyError(words.tooMany(MOST));
      for (const file of chosen.slice(0, Math.max(0, room))) {
        const id = next.current++;
        const stop = new AbortController();
        under.current.set(id, stop);
        setPicked((before) => [...before, { id, name: file.name, part: 0, stored: null, error: null }]);
        uploadFile({ file, signal: stop.signal, onProgress: (part) => change(id, { part }) }).then(
          (stored) => change(id, { stored, part: 1 }),
          (reason) => change(id, { error: explain(reason) }),
        );
      }
    },
    [change],
  );

  function remove(id: number) {
    under.current.get(id)?.abort();
    under.current.delete(id);
    setPicked((before) => before.filter((item) => item.id !== id));
  }

  function take(): string[] {
    const names = picked.flatMap(({ stored }) => stored ?? []);
    for (const item of picked) if (item.stored !== null) under.current.delete(item.id);
    setPicked((before) => before.filter(({ stored }) => stored === null));
    return names;
  }

  useEffect(() => {
    const all = under.current;
    return () => {
      for (const stop of all.values()) stop.abort();
    };
  }, []);

  const busy = picked.some(({ stored, error }) => stored === null && error === null);
  return { picked, busy, over: useDrops(enabled, add), add, remove, take };
}

/** Takes files that are dropped anywhere on the page; whether some are held over it. */
function useDrops(enabled: boolean, onFiles: (files: Iterable<File>) => void): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    if (!enabled) return;
    const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
    const hold = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      setOver(false);
      onFiles(event.dataTransfer?.files ?? []);
    };
    window.addEventListener('dragover', hold);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', hold);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, [enabled, onFiles]);
  return over;
}
