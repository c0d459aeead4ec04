import type { ReactNode } from 'react';
import { text } from '../../messages';

interface Props {
  title: string;
  tagline?: string;
  children: ReactNode;
}

/** The pages before one is signed in: a card with a title. */
export function Welcome({ title, tagline = text.tagline, children }: Props) {
  return (
    <main className="welcome">
      <div className="welcome-card">
        <img src="/favicon.svg" alt="" width={48} height={48} />
        <h1>{title}</h1>
        <p className="welcome-tagline">{tagline}</p>
        {children}
      </div>
    </main>
  );
}
