import { words as all } from '../../messages/portalDocs';
import { portalPath } from '../../router';
import { PageLink } from '../../ui/PageLink';

const words = all.nav;
const pages = ['docs', 'errors', 'changelog', 'status'] as const;

export type ReferencePage = (typeof pages)[number];

/** The page of the reference that a part of an address names. */
export function referencePage(part: string | undefined): ReferencePage | null {
  return pages.find((page) => page === part) ?? null;
}

/** The portal's own pages, which are beside each other on all of them. */
export function PortalNav({ current }: { current: ReferencePage | 'apps' | null }) {
  return (
    <nav className="portal-nav" aria-label={words.label}>
      <PageLink to={portalPath} current={current === 'apps'}>
        {words.apps}
      </PageLink>
      {pages.map((page) => (
        <PageLink key={page} to={`${portalPath}/${page}`} current={current === page}>
          {words[page]}
        </PageLink>
      ))}
    </nav>
  );
}
