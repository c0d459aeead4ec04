import type { ReactNode } from 'react';
import { exact, short } from './time';

interface Props {
  at: string;
  /** In other words than a short date and time. */
  children?: ReactNode;
}

/** When something was; to the second for whoever points at it. */
export function Moment({ at, children = short(at) }: Props) {
  return (
    <time dateTime={at} title={exact(at)}>
      {children}
    </time>
  );
}
