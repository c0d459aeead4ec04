/** The editor of the web client, on somebody's screen. */
import type { Locator } from "playwright-core";
import type { Dice } from "../support/doc-dice.ts";
import type { Link } from "../support/doc-link.ts";
import type { Meeting } from "../support/doc-meeting.ts";
import type { Person } from "../support/index.ts";
import { eventually, type Screens, type Window } from "./window.ts";

export class Editor {
  constructor(
    readonly window: Window,
    readonly name: string,
  ) {}

  /** Opens a meeting's document in a browser of this person's, over a link if one is given. */
  static async opens(screens: Screens, meeting: Meeting, who: number, link?: Link, options = {}): Promise<Editor> {
    const person: Person = meeting.people[who]!;
    const editor = new Editor(await screens.at(person, options), person.name);
    await editor.window.page.goto(`${link?.url ?? screens.server.url}/doc/${meeting.doc}`);
    await editor.box.waitFor();
    return editor;
  }

  get box(): Locator {
    return this.window.page.getByRole("textbox", { name: "Text of Minutes" });
  }

  get status(): Locator {
    return this.window.page.locator(".sync");
  }

  /** The text alone: other people's cursors stand in it as well. */
  screen(): Promise<string> {
    return this.box.evaluate((box) => {
      const copy = box.cloneNode(true) as HTMLElement;
      for (const cursor of copy.querySelectorAll(".cm-ySelectionCaret, .cm-placeholder")) cursor.remove();
      return [...copy.querySelectorAll(".cm-line")].map((line) => line.textContent).join("\n");
    });
  }

  async shows(text: string): Promise<void> {
    await eventually(`${this.name} to see ${text}`, async () => (await this.screen()) === text);
  }

  async says(words: string | RegExp): Promise<void> {
    await this.status.getByText(words).waitFor();
  }

  /**
   * Words typed letter by letter, at one edge of the paragraph or on where the cursor is. Not at the
   * edge where somebody else is in the middle of a word, which that would divide.
   */
  async types(words: string[], edge: "Control+Home" | "Control+End", dice: Dice): Promise<void> {
    const { keyboard } = this.window.page;
    await keyboard.press(edge);
    for (const word of words) {
      if (dice.chance(0.5)) await keyboard.press(edge);
      for (const letter of word) {
        await keyboard.type(letter);
        await dice.pause(0, 60);
      }
    }
  }
}
