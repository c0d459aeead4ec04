/** The words and filters of a search, as the server reads them. */

export interface Filters {
  words: string;
  /** The name of a conversation; empty for all. */
  place: string;
  from: string;
  has: string;
  before: string;
  after: string;
}

export const noFilters: Filters = { words: '', place: '', from: '', has: '', before: '', after: '' };

/** One line for the server: what was typed, and the fields beside it. */
export function queryOf({ words, place, from, has, before, after }: Filters): string {
  const filters = [
    ['in', place],
    ['from', from.trim()],
    ['has', has],
    ['before', before],
    ['after', after],
  ] as const;
  const named = filters
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}:${quoted(value)}`);
  return [words.trim(), ...named].filter((part) => part !== '').join(' ');
}

function quoted(value: string): string {
  return /\s/.test(value) ? `"${value}"` : value;
}

export interface Piece {
  text: string;
  hit: boolean;
}

/** `text` in pieces, those that the words of the query are in marked. */
export function marked(text: string, query: string): Piece[] {
  const words = wordsOf(query);
  if (words.length === 0) return [{ text, hit: false }];
  // The longer ones first: of two that begin alike the longer is marked whole.
  words.sort((one, other) => other.length - one.length);
  const pattern = new RegExp(`(${words.map(literal).join('|')})`, 'giu');
  return text
    .split(pattern)
    .map((piece, index) => ({ text: piece, hit: index % 2 === 1 }))
    .filter((piece) => piece.text !== '');
}

/** The query without its filters. */
function wordsOf(query: string): string[] {
  return query
    .replace(/(^|\s)(from|in|has|before|after):("[^"]*"|\S+)/gi, ' ')
    .split(/\s+/)
    .filter((word) => word !== '');
}

function literal(word: string): string {
  return word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
