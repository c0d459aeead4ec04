/** The list of documents: what listing it and hearing of changes do to it. Pure, like the rest of the store. */

import type { DocMemberChanged, DocRoleGiven } from '../api/events';
import type { DocEntry, DocLoss, Docs, State } from './types';

/** A document one had and is not listed any more has gone; one that is listed again is back. */
export function docsListed(state: State, listed: DocEntry[]): State {
  const entries = Object.fromEntries(listed.map((entry) => [entry.id, entry]));
  const lost = { ...state.docs.lost };
  for (const { id } of Object.values(state.docs.entries)) if (entries[id] === undefined) lost[id] = 'removed';
  for (const { id } of listed) delete lost[id];
  return change(state, { entries, order: listed.map(({ id }) => id), lost, listed: true, error: null });
}

export function docsFailed(state: State, error: string): State {
  return change(state, { error });
}

export function docRenamed(state: State, id: number, name: string): State {
  const known = state.docs.entries[id];
  return known === undefined ? state : putEntry(state, { ...known, name });
}

export function docRoleGiven(state: State, { doc_id, username, role }: DocRoleGiven): State {
  const next = change(state, { memberChanges: state.docs.memberChanges + 1 });
  const known = state.docs.entries[doc_id];
  return username !== state.me?.name || known === undefined ? next : putEntry(next, { ...known, role });
}

export function docsForgotMember(state: State, { doc_id, username }: DocMemberChanged): State {
  const next = change(state, { memberChanges: state.docs.memberChanges + 1 });
  return username === state.me?.name ? docGone(next, doc_id, 'removed') : next;
}

export function docGone(state: State, id: number, why: DocLoss): State {
  const { [id]: gone, ...entries } = state.docs.entries;
  return gone === undefined ? state : change(state, { entries, lost: { ...state.docs.lost, [id]: why } });
}

/** Most recently edited first; what was never edited comes last, the newest of it first. */
export function docsInOrder({ entries, order }: Docs): DocEntry[] {
  return order.flatMap((id) => entries[id] ?? []);
}

function putEntry(state: State, entry: DocEntry): State {
  return change(state, { entries: { ...state.docs.entries, [entry.id]: entry } });
}

function change(state: State, docs: Partial<Docs>): State {
  return { ...state, docs: { ...state.docs, ...docs } };
}
