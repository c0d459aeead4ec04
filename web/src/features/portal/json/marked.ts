/** A part of the text and what is wrong with it, in words. */
export interface Marked {
  from: number;
  to: number;
  message: string;
}
