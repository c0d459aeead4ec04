import { marked } from './searchQuery';

/** A text with the words of a query marked. */
export function Marked({ text, query }: { text: string; query: string }) {
  let at = 0;
  return marked(text, query).map((piece) => {
    const key = at;
    at += piece.text.length;
    return piece.hit ? <mark key={key}>{piece.text}</mark> : <span key={key}>{piece.text}</span>;
  });
}
