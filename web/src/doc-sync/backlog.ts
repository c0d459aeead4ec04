/**
 * What is kept on this device and not confirmed, as one page sees it: its own
 * changes, and those it has found of other pages, in the order in which it has
 * come to know of them. That is the order in which it learns that they are saved.
 */

interface Stretch {
  page: number;
  /** The number of its last change, counted by the page that made it. */
  upTo: number;
  count: number;
}

interface Counted {
  page: number;
  made: number;
  saved: number;
}

export class Backlog {
  readonly page: number;
  #made = 0;
  #saved = 0;
  readonly #waiting: Stretch[] = [];
  /** Of other pages: up to which change it is known. */
  readonly #known = new Map<number, number>();

  constructor(page: number) {
    this.page = page;
  }

  get own(): { made: number; saved: number } {
    return { made: this.#made, saved: this.#saved };
  }

  /** A change of this page. */
  made(): void {
    this.#made += 1;
    const last = this.#waiting.at(-1);
    if (last?.page === this.page) {
      last.upTo = this.#made;
      last.count += 1;
    } else {
      this.#waiting.push({ page: this.page, upTo: this.#made, count: 1 });
    }
  }

  /** How many changes of other pages are new here. */
  found(pages: Counted[]): number {
    let found = 0;
    for (const { page, made, saved } of pages) {
      const count = made - Math.max(saved, this.#known.get(page) ?? 0);
      if (page === this.page || count <= 0) continue;
      this.#known.set(page, made);
      this.#waiting.push({ page, upTo: made, count });
      found += count;
    }
    return found;
  }

  /** The oldest are saved: for each page concerned, up to which of its changes. */
  confirm(count: number): Map<number, number> {
    const confirmed = new Map<number, number>();
    let left = count;
    for (let first = this.#waiting[0]; first !== undefined && left > 0; first = this.#waiting[0]) {
      const taken = Math.min(left, first.count);
      left -= taken;
      first.count -= taken;
      const upTo = first.upTo - first.count;
      confirmed.set(first.page, upTo);
      if (first.page === this.page) this.#saved = upTo;
      if (first.count === 0) this.#waiting.shift();
    }
    return confirmed;
  }
}
