import type { AnchorHTMLAttributes } from 'react';
import { navigate } from '../router';

interface Props extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href' | 'onClick'> {
  to: string;
  current?: boolean;
}

/** A link to a page of this client: a plain click stays in it, any other does what it does with links. */
export function PageLink({ to, current = false, ...link }: Props) {
  return (
    <a
      {...link}
      href={to}
      aria-current={current ? 'page' : undefined}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        navigate(to);
      }}
    />
  );
}
