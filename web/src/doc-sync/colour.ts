/**
 * A person's colour: the same for everybody and in every theme, since it is
 * made of the name here and of the theme's lightness in the style sheet. What
 * others say their colour is would end up in a style attribute.
 */

import { hueOf } from '../ui/hue';

export interface Colours {
  color: string;
  /** Behind selected text. */
  colorLight: string;
}

export function coloursOf(name: string): Colours {
  const solid = `oklch(var(--avatar-light) var(--avatar-chroma) ${hueOf(name)}.${fingerprint(name)})`;
  return { color: solid, colorLight: `color-mix(in oklch, ${solid} 28%, transparent)` };
}

/** Digits no eye can tell apart: the binding takes two cursors of one colour for the same person's. */
function fingerprint(name: string): number {
  let sum = 0;
  for (let index = 0; index < name.length; index += 1)
    sum = (Math.imul(sum, 33) + name.charCodeAt(index)) >>> 0;
  return sum;
}
