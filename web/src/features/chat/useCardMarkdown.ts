import { useEffect, useState } from 'react';

type Render = (source: string) => string;

let known: Render | null = null;

/** Loaded with the first card, since most people never see one; null until then. */
export function useCardMarkdown(): Render | null {
  const [render, setRender] = useState(() => known);
  useEffect(() => {
    if (known !== null) return;
    let gone = false;
    import('./cardMarkdown').then(
      (module) => {
        known = module.cardToHtml;
        if (!gone) setRender(() => module.cardToHtml);
      },
      // Plain text says the same.
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, []);
  return render;
}
