/** Where the lines of the source are in a preview. */

import { lineAt, type Mark, type Pane, scrollTo, topOf } from './together';

interface Stretch {
  line: number;
  end: number;
}

/** The elements of `content` are the pieces. */
export class PreviewPane implements Pane {
  readonly scroller: HTMLElement;
  readonly content: HTMLElement;
  /** The lines of each of them; to be kept the same as what is on the screen. */
  pieces: readonly Stretch[] = [];

  constructor(scroller: HTMLElement, content: HTMLElement) {
    this.scroller = scroller;
    this.content = content;
  }

  line(): number {
    const { scrollTop } = this.scroller;
    const piece = this.#lastPiece((index) => this.#top(index) <= scrollTop);
    return lineAt(scrollTop, this.#marks(piece));
  }

  show(line: number): void {
    if (this.pieces.length === 0) return;
    const piece = this.#lastPiece((index) => (this.pieces[index]?.line ?? 0) <= line);
    scrollTo(this.scroller, topOf(line, this.#marks(piece)));
  }

  /** The last one of which it is true; it is of all before that. */
  #lastPiece(isBefore: (index: number) => boolean): number {
    let low = 0;
    let high = this.pieces.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (isBefore(middle)) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Of one piece, and of the beginning of the next. */
  #marks(index: number): Mark[] {
    const piece = this.content.children[index];
    const stretch = this.pieces[index];
    if (piece === undefined || stretch === undefined) return [];
    const { line: start, end } = stretch;
    const origin = this.#origin();
    const bottom = piece.getBoundingClientRect().bottom - origin;
    const marks: Mark[] = [{ line: start, top: this.#top(index) }];
    const add = (line: number, top: number) => {
      const last = marks.at(-1);
      if (last !== undefined && line > last.line && top > last.top) marks.push({ line, top });
    };
    for (const element of piece.querySelectorAll<HTMLElement>('[data-line]')) {
      const top = element.getBoundingClientRect().top - origin;
      // A piece that is not drawn yet has a height that was guessed; this comes here again once it is.
      if (top < bottom) add(start + Number(element.dataset.line), top);
    }
    add(end, bottom);
    add(this.pieces[index + 1]?.line ?? end, this.#top(index + 1));
    return marks;
  }

  #top(index: number): number {
    return (this.content.children[index]?.getBoundingClientRect().top ?? 0) - this.#origin();
  }

  #origin(): number {
    return this.content.getBoundingClientRect().top;
  }
}
