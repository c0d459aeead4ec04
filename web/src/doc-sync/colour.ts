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
  const solid = `oklch(var(--avatar-light) var(--avatar-chroma) ${hueOf(name)})`;
  return { color: solid, colorLight: `color-mix(in oklch, ${solid} 28%, transparent)` };
}
