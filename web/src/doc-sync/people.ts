/**
 * Who has the document open. The list comes with the answer to one's joining,
 * and somebody who comes or goes at that moment may be heard of before it.
 */
export class People {
  #present = new Set<string>();
  /** What has been heard since the list was asked for: true who came, false who went. */
  readonly #heard = new Map<string, boolean>();

  get names(): string[] {
    return [...this.#present].sort();
  }

  /** A list has been asked for. */
  asked(): void {
    this.#heard.clear();
  }

  listed(names: string[]): void {
    this.#present = new Set(names);
    for (const [name, isHere] of this.#heard) this.#set(name, isHere);
  }

  changed(name: string, isHere: boolean): void {
    this.#heard.set(name, isHere);
    this.#set(name, isHere);
  }

  /** Nobody tells any more. */
  lost(): void {
    this.#present.clear();
  }

  #set(name: string, isHere: boolean): void {
    if (isHere) this.#present.add(name);
    else this.#present.delete(name);
  }
}
