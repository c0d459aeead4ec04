import type { ReactNode } from 'react';
import { text } from '../messages';
import { navigate } from '../router';
import { Icon } from './Icon';

/** The frame of every page beside the chat itself. */
export function PageFrame({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="page">
      <header className="page-head">
        <button
          type="button"
          className="icon-button"
          aria-label={text.nav.backToChat}
          onClick={() => navigate('/chat')}
        >
          <Icon name="back" />
        </button>
        <h1>{title}</h1>
      </header>
      <main className="page-body">{children}</main>
    </div>
  );
}
