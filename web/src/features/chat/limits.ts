import { text } from '../../messages';

/** One message; longer texts are sent in up to five parts. */
const ONE_MESSAGE = 1000;
export const MOST_CHARACTERS = 5 * ONE_MESSAGE;
const WARN_FROM = 800;

export function lengthHint(source: string): { words: string; over: boolean } | null {
  const length = Array.from(source.trim()).length;
  if (length > MOST_CHARACTERS) return { words: text.composer.waysTooLong, over: true };
  if (length > ONE_MESSAGE) return { words: text.composer.tooLong(length - ONE_MESSAGE), over: true };
  if (length >= WARN_FROM) return { words: text.composer.left(ONE_MESSAGE - length), over: false };
  return null;
}
