import type { DeviceCopy } from './copy';

/** The copy of one open document, for as long as it works: after the first failure nothing is kept any more. */
export class Kept {
  readonly #onBroken: () => void;
  #copy: DeviceCopy | null = null;
  #written: Promise<unknown> = Promise.resolve();

  constructor(onBroken: () => void) {
    this.#onBroken = onBroken;
  }

  /** Null where the device keeps nothing. */
  begin(copy: DeviceCopy | null): void {
    this.#copy = copy;
  }

  /** Once all that has been asked for so far is written, or has failed. */
  get written(): Promise<unknown> {
    return this.#written;
  }

  do(what: (copy: DeviceCopy) => Promise<void>): void {
    const copy = this.#copy;
    if (copy !== null) this.#written = what(copy).catch(() => this.broken());
  }

  broken(): void {
    this.#copy = null;
    this.#onBroken();
  }

  /** What was asked for is still written. */
  end(): DeviceCopy | null {
    const copy = this.#copy;
    this.#copy = null;
    return copy;
  }
}
