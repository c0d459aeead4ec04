import { useMemo } from 'react';
import { unsavedDocs } from '../../live/unsavedDocs';
import { useChatter } from '../../store/store';
import { part } from '../../ui/part';

const KeptTexts = part(() => import('./KeptTexts'));

interface Props {
  /** Of this document alone. */
  only?: number;
}

/** Offers the unsaved words of documents that are not listed any more. Shows nothing where there are none. */
export function LostTexts({ only }: Props) {
  const me = useChatter((state) => state.me);
  const { listed, entries } = useChatter((state) => state.docs);
  const refs = useMemo(() => {
    if (me === null || !listed) return [];
    return unsavedDocs(me).filter(
      ({ id, createdAt }) => entries[id]?.createdAt !== createdAt && (only === undefined || only === id),
    );
  }, [me, listed, entries, only]);
  return refs.length === 0 ? null : <KeptTexts refs={refs} />;
}
