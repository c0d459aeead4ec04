import { useEffect, useState } from 'react';
import { explain } from '../../api/client';
import { searchPeople } from '../../api/presence';
import { useChatter } from '../../store/store';

const PAUSE_MS = 180;
/** The server answers nothing to less. */
const FEWEST_LETTERS = 2;

interface People {
  names: string[];
  searched: boolean;
  error: string | null;
}

/** Who is online until one types; then who is called that. Oneself is never among them. */
export function usePeople(query: string): People {
  const online = useChatter((state) => state.online);
  const me = useChatter((state) => state.me?.name ?? '');
  const [found, setFound] = useState<{ for: string; names: string[] } | null>(null);
  const [error, setError] = useState<string | null>(null);
  const wanted = query.trim();
  const searching = wanted.length >= FEWEST_LETTERS;

  useEffect(() => {
    if (!searching) return;
    let stale = false;
    const timer = setTimeout(() => {
      searchPeople(wanted).then(
        (names) => {
          if (stale) return;
          setFound({ for: wanted, names });
          setError(null);
        },
        (reason) => {
          if (!stale) setError(explain(reason));
        },
      );
    }, PAUSE_MS);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [wanted, searching]);

  const here = Object.keys(online).filter((name) =>
    name.toLocaleLowerCase().startsWith(wanted.toLocaleLowerCase()),
  );
  const names = searching && found !== null ? found.names : here.sort((a, b) => a.localeCompare(b));
  return {
    names: names.filter((name) => name !== me && name !== 'System'),
    searched: searching && found?.for === wanted,
    error,
  };
}
