/**
 * Somebody at the keys: types words of their own into the paragraph everybody else types into, and
 * knows afterwards what has to stand in it.
 */
import assert from "node:assert/strict";
import type { Dice } from "./doc-dice.ts";
import type { Delay } from "./doc-link.ts";
import { eventually } from "./docs.ts";

/** A client that somebody can type into. */
export interface Page {
  readonly name: string;
  readonly screen: string;
  splices(at: number, text: string, selected?: number): void;
  isHeard(): Promise<void>;
  /** Was a text with this in it answered as stored? */
  isAcked(word: string): boolean;
}

/** Letters that break what counts bytes, code units or code points. */
const TAILS = ["", "", "", "", "", "é", "ß", "😀", "日本", "e\u0301", "👩‍👩‍👧"];

/** How many words were begun, by everybody. */
let begun = 0;

/**
 * A word that begins with a letter no other word has, so that its beginning can be told apart as
 * well. Words are not alike: two people who put the same into the same place at once are beyond
 * what can be told from whole texts.
 */
export function aWord(author: string, dice: Dice): string {
  let word = String.fromCodePoint(0x4e00 + begun++) + author[0];
  for (let length = dice.between(2, 7); length > 0; length--) word += String.fromCharCode(dice.between(97, 122));
  return `${word}${dice.among(TAILS)}]`;
}

export class Typist {
  /** All words typed so far. */
  readonly words: string[] = [];

  constructor(
    readonly page: Page,
    private readonly dice: Dice,
  ) {}

  /** Whole words, one input each, as phones and word completion type: between two words of the paragraph. */
  async says(count: number, pause: Delay): Promise<void> {
    for (let n = 0; n < count; n++) {
      await this.dice.pause(...pause);
      this.saysOne();
    }
  }

  saysOne(word = this.another()): void {
    this.page.splices(this.aGap(), word);
  }

  /**
   * Words letter by letter. Looks at the screen as people do: who sees the beginning of a word
   * vanish waits until it is back, and goes on behind it.
   */
  async types(count: number, pause: Delay): Promise<void> {
    for (let n = 0; n < count; n++) {
      let typed = "";
      for (const letter of this.another()) {
        if (typed !== "") await this.dice.pause(...pause);
        await eventually(`${this.page.name} to see ${typed} again`, () => this.page.screen.includes(typed));
        this.page.splices(typed === "" ? this.aGap() : this.page.screen.indexOf(typed) + typed.length, letter);
        typed += letter;
      }
    }
  }

  /** The words that are not to be seen. */
  misses(): string[] {
    return this.words.filter((word) => !this.page.screen.includes(word));
  }

  private another(): string {
    const word = aWord(this.page.name, this.dice);
    this.words.push(word);
    return word;
  }

  /** The ends of words, and the beginning of the paragraph. */
  private aGap(): number {
    return this.dice.among([0, ...[...this.page.screen.matchAll(/\]/g)].map((match) => match.index + 1)]);
  }
}

/**
 * After the last cut everybody writes once more, which also makes the server know whole-text pages
 * that do not join again. A word that was under way in a cut, and then overwritten on the screen, is
 * gone: nobody but its author ever saw it. They see that it is missing and write it again - but
 * nothing that had been answered may be missing.
 */
export async function settle(typists: Typist[], told: string): Promise<void> {
  const pages = typists.map(({ page }) => page);
  for (let round = 0; round < 5; round++) {
    for (const page of pages) await page.isHeard();
    for (const typist of typists) typist.saysOne();
    for (const page of pages) await page.isHeard();
    const last = typists.map(({ words }) => words.at(-1)!);
    await eventually("everybody to see everybody's last word", () => pages.every(({ screen }) => last.every((word) => screen.includes(word))));
    const missing = typists.map((typist) => typist.misses());
    if (missing.every(({ length }) => length === 0)) return;
    for (const [n, words] of missing.entries()) {
      for (const word of words) {
        assert.equal(pages[n]!.isAcked(word), false, `${word} was answered and is gone; ${told}\n${pages[n]!.screen}`);
        typists[n]!.saysOne(word);
      }
    }
  }
  assert.fail(`words keep vanishing; ${told}`);
}

/** Everybody sees the same text, which is the stored one: every word once, and nothing besides. */
export async function converge(typists: Typist[], stored: () => Promise<string>, told: string): Promise<void> {
  const pages = typists.map(({ page }) => page);
  for (const page of pages) await page.isHeard();
  // Nobody edits any more. The screens may all have an earlier text at first.
  const text = await stored();
  // Whose screen is not like that in the end is told apart below.
  await eventually("the screens to show it", () => pages.every(({ screen }) => screen === text)).catch(() => {});
  assertEachOnce(typists.flatMap((typist) => typist.words), text, told);
  for (const page of pages) assert.equal(page.screen, text, `${page.name}'s screen is not what is stored; ${told}`);
}

/** The text consists of these words, each once, in any order. */
export function assertEachOnce(words: string[], text: string, told: string): void {
  const wrong = words.map((word) => [word, text.split(word).length - 1] as const).filter(([, count]) => count !== 1);
  assert.deepEqual(wrong, [], `lost (0) or doubled words; ${told}; the text:\n${text}\n`);
  assert.equal(words.reduce((rest, word) => rest.replace(word, ""), text), "", `leftovers; ${told}`);
}
