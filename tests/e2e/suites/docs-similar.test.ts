/** Two people who do nearly the same at the same time, with whole texts: both did it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { drafts, stored } from "../support/docs.ts";
import { Chatter } from "../support/index.ts";

describe("an edit of a text that somebody else has changed in nearly the same way a moment ago", () => {
  const list = (...numbers: number[]): string => numbers.map((n) => `- [ ] task number ${n} of the list\n`).join("");
  const cases: [what: string, content: string, theirs: string, mine: string, merged: RegExp][] = [
    ["two similar lines in the same place", "", "ben has 3 apples\n", "ann has 3 apples\n", /^(ben has 3 apples\nann has 3 apples\n|ann has 3 apples\nben has 3 apples\n)$/],
    ["two similar words in the same sentence", "we need and bread", "we need buttermilk and bread", "we need butter and bread", /^we need (buttermilk butter|butter buttermilk|butterbuttermilk|buttermilkbutter) and bread$/],
    ["two lines of a list added at its end", list(1, 2), list(1, 2, 3), list(1, 2, 4), new RegExp(`^${list(1, 2)}(${list(3, 4)}|${list(4, 3)})$`.replace(/[[\]]/g, "\\$&"))],
    ["two lines of a list taken away", list(1, 2, 3, 4, 5, 6, 7), list(1, 2, 3, 5, 6, 7), list(1, 2, 3, 4, 5, 7), new RegExp(`^${list(1, 2, 3, 5, 7)}$`.replace(/[[\]]/g, "\\$&"))],
  ];
  for (const [what, content, theirs, mine, merged] of cases) {
    test(`keeps both: ${what}`, async () => {
      await using server = await Chatter.starts({ root: false });
      const [ann, ben] = await server.online("ann", "ben");
      const doc = await drafts(ann, content, { ben: "editor" });
      for (const person of [ann, ben]) await person.emits("doc_join", { doc_id: doc });
      await ben.emits("doc_edit", { doc_id: doc, content: theirs });
      // It was sent to ann, but is not yet on her screen.
      await ann.receives("doc_updated");
      await ann.emits("doc_edit", { doc_id: doc, content: mine });
      assert.match(await stored(ann, doc), merged);
    });
  }
});
