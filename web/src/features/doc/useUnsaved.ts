import { useMemo, useSyncExternalStore } from 'react';
import { docKey } from '../../doc-sync/ref';
import { unsavedDocs, whenMarked } from '../../live/unsavedDocs';
import { current } from '../../store/store';

/** Which documents have changes that are kept on this device and not saved yet, by `docKey`. */
export function useUnsaved(): ReadonlySet<string> {
  const keys = useSyncExternalStore(whenMarked, () => {
    const { me } = current();
    return me === null ? '' : unsavedDocs(me).map(docKey).join(' ');
  });
  return useMemo(() => new Set(keys.split(' ')), [keys]);
}
