import { type Fields, isAbsent, isHttps, isRecord, lengthOf, type Problem } from './rules';

/** One object of a payload while it is looked at: where it is, and how the codes about it begin. */
export class Reading {
  readonly #fields: Fields;
  readonly #pointer: string;
  readonly #prefix: string;
  readonly #found: Problem[];

  constructor(fields: Fields, pointer: string, prefix: string, found: Problem[]) {
    this.#fields = fields;
    this.#pointer = pointer;
    this.#prefix = prefix;
    this.#found = found;
  }

  get(name: string): unknown {
    return this.#fields[name];
  }

  refuse(name: string, why: string): void {
    const pointer = name === '' ? this.#pointer : `${this.#pointer}/${name}`;
    this.#found.push({ code: `${this.#prefix}${why}`, pointer });
  }

  /** Its trimmed text; empty where there is none, or something else. */
  text(name: string, most: number): string {
    const value = this.get(name);
    if (isAbsent(value)) return '';
    if (typeof value !== 'string') {
      this.refuse(name, `${name}_not_string`);
      return '';
    }
    const text = value.trim();
    if (lengthOf(text) > most) this.refuse(name, `${name}_too_long`);
    return text;
  }

  https(name: string): void {
    const value = this.get(name);
    const blank = isAbsent(value) || (typeof value === 'string' && value.trim() === '');
    if (!blank && !isHttps(value)) this.refuse(name, `${name}_invalid`);
  }

  /** A member that is an object. */
  object(name: string): Reading | null {
    const value = this.get(name);
    if (isAbsent(value)) return null;
    const prefix = `${this.#prefix}${name}_`;
    return this.#inside(value, `${this.#pointer}/${name}`, prefix);
  }

  /** The objects of a list. Codes about them begin with `what` and their index. */
  objects(name: string, what: string, most: number): Reading[] {
    const list = this.list(name);
    if (list.length > most) {
      this.refuse(name, `${name}_too_many`);
      return [];
    }
    return list.flatMap((value, index) => {
      const pointer = `${this.#pointer}/${name}/${index}`;
      return this.#inside(value, pointer, `${this.#prefix}${what}_${index}_`) ?? [];
    });
  }

  list(name: string): unknown[] {
    const value = this.get(name);
    if (Array.isArray(value)) return value;
    if (!isAbsent(value)) this.refuse(name, `${name}_not_array`);
    return [];
  }

  #inside(value: unknown, pointer: string, prefix: string): Reading | null {
    if (isRecord(value)) return new Reading(value, pointer, prefix, this.#found);
    this.#found.push({ code: `${prefix}not_an_object`, pointer });
    return null;
  }
}
