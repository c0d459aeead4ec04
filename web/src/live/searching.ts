/** Searches, and which ones were made lately on this device. */

import * as finding from '../api/finding';
import { parseMessage } from '../store/parse';
import type { Message } from '../store/types';
import { keep, kept } from './kept';

const RECENT = 'chatter.searches';
const MOST_RECENT = 8;

export interface Page {
  messages: Message[];
  hasMore: boolean;
}

export async function search(query: string, before?: number): Promise<Page> {
  const { results, hasMore } = await finding.search(query, before);
  return { messages: results.map(parseMessage), hasMore };
}

/** The words that were searched for, the latest first. */
export function recentSearches(): string[] {
  return (kept(RECENT) ?? '').split('\n').filter((query) => query !== '');
}

export function rememberSearch(words: string): void {
  const query = words.trim().replace(/\s+/g, ' ');
  if (query === '') return;
  const others = recentSearches().filter((other) => other !== query);
  keep(RECENT, [query, ...others].slice(0, MOST_RECENT).join('\n'));
}

export const forgetSearches = () => keep(RECENT, null);
