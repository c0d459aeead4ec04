import type { ReactNode } from 'react';
import { text } from '../../messages';

/** The pages before one is signed in: a card with a title. */
export function Welcome({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="welcome">
      <div className="welcome-card">
        <img src="/favicon.svg" alt="" width={48} height={48} />
        <h1>{title}</h1>
        <p className="welcome-tagline">{text.tagline}</p>
        {children}
      </div>
    </main>
  );
}
