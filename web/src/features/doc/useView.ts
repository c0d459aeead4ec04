/** Which of the two panes is shown: chosen on this device, as far as there is room for it. */

import { useEffect, useState } from 'react';
import { keep, kept } from '../../live/kept';

export type View = 'write' | 'both' | 'read';

const VIEW = 'chatter.doc-view';

const narrow = matchMedia('(width < 900px)');

interface Choice {
  view: View;
  views: View[];
  choose: (view: View) => void;
}

export function useView(reads: boolean): Choice {
  const [chosen, setChosen] = useState(() => kept(VIEW));
  const [isNarrow, setNarrow] = useState(narrow.matches);
  useEffect(() => {
    const follow = () => setNarrow(narrow.matches);
    narrow.addEventListener('change', follow);
    return () => narrow.removeEventListener('change', follow);
  }, []);

  const views: View[] = isNarrow ? ['write', 'read'] : ['write', 'both', 'read'];
  const fallback = isNarrow ? (reads ? 'read' : 'write') : 'both';
  return {
    view: views.find((view) => view === chosen) ?? fallback,
    views,
    choose: (view) => {
      setChosen(view);
      keep(VIEW, view);
    },
  };
}
