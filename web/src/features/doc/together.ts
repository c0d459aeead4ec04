/**
 * The text and its preview at the same place. Whichever of them somebody moves leads, and the other follows by the
 * lines of the source; what follows is not listened to, so nothing answers itself. What is not on the screen goes on
 * from there once it is.
 */

export interface Pane {
  readonly scroller: HTMLElement;
  /** Grows and shrinks with what is in it. */
  readonly content: HTMLElement;
  /** Which line of the source is at the upper edge, from 0; between two lines it is a fraction. */
  line(): number;
  show(line: number): void;
}

/** By any of these somebody takes hold of a pane. */
const HOLDS = ['pointerdown', 'wheel', 'touchstart', 'keydown', 'focusin'];

export class Together {
  readonly #panes = new Set<Pane>();
  #leader: Pane | null = null;
  #line = 0;

  /** Ends with the returned function. */
  join(pane: Pane): () => void {
    const { scroller, content } = pane;
    const hold = () => {
      this.#leader = pane;
    };
    const scrolled = () => {
      if (this.#leader === pane) this.#follow();
    };
    for (const type of HOLDS) scroller.addEventListener(type, hold, { capture: true, passive: true });
    scroller.addEventListener('scroll', scrolled, { passive: true });
    const sizes = new ResizeObserver(() => this.#follow());
    sizes.observe(scroller);
    sizes.observe(content);
    this.#panes.add(pane);
    pane.show(this.#line);
    return () => {
      for (const type of HOLDS) scroller.removeEventListener(type, hold, { capture: true });
      scroller.removeEventListener('scroll', scrolled);
      sizes.disconnect();
      this.#panes.delete(pane);
      if (this.#leader === pane) this.#leader = null;
    };
  }

  #follow(): void {
    const leader = this.#leader;
    if (leader !== null) this.#line = leader.line();
    for (const pane of this.#panes) if (pane !== leader) pane.show(this.#line);
  }
}

/** Where a line is, in pixels from the beginning of a pane. */
export interface Mark {
  line: number;
  top: number;
}

/** Both are given in order, and `marks` has one at least. */
export function topOf(line: number, marks: Mark[]): number {
  return between(line, marks, 'line', 'top');
}

export function lineAt(top: number, marks: Mark[]): number {
  return between(top, marks, 'top', 'line');
}

function between(value: number, marks: Mark[], known: keyof Mark, wanted: keyof Mark): number {
  const next = marks.findIndex((mark) => mark[known] > value);
  const after = marks[next];
  const before = marks.at(next === -1 ? -1 : Math.max(0, next - 1));
  if (before === undefined) return 0;
  if (after === undefined || after === before) return before[wanted];
  const part = (value - before[known]) / (after[known] - before[known]);
  return before[wanted] + part * (after[wanted] - before[wanted]);
}

/** Less is a matter of rounding, and moving by it would never end. */
export function scrollTo(scroller: HTMLElement, top: number): void {
  if (Math.abs(scroller.scrollTop - top) > 1) scroller.scrollTop = top;
}
