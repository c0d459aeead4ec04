import type { DocEntry } from '../../store/types';

export type Whose = 'all' | 'mine' | 'shared';

/** By name or creator, whatever the case; the order stays. */
export function filterDocs(entries: DocEntry[], whose: Whose, query: string): DocEntry[] {
  const wanted = query.trim().toLocaleLowerCase();
  return entries.filter(
    ({ name, createdBy, role }) =>
      (whose === 'all' || (role === 'creator') === (whose === 'mine')) &&
      (name.toLocaleLowerCase().includes(wanted) || createdBy.toLocaleLowerCase().includes(wanted)),
  );
}
