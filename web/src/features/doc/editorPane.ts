/** Where the lines of the source are in the editor. */

import type { EditorView } from '@codemirror/view';
import { type Pane, scrollTo } from './together';

export class EditorPane implements Pane {
  readonly #view: EditorView;

  constructor(view: EditorView) {
    this.#view = view;
  }

  get scroller(): HTMLElement {
    return this.#view.scrollDOM;
  }

  get content(): HTMLElement {
    return this.#view.contentDOM;
  }

  line(): number {
    const { state, scrollDOM } = this.#view;
    const block = this.#view.lineBlockAtHeight(scrollDOM.scrollTop);
    const part = (scrollDOM.scrollTop - block.top) / block.height;
    return state.doc.lineAt(block.from).number - 1 + Math.min(1, Math.max(0, part));
  }

  show(line: number): void {
    const { doc } = this.#view.state;
    const whole = Math.min(Math.floor(line), doc.lines - 1);
    const block = this.#view.lineBlockAt(doc.line(whole + 1).from);
    scrollTo(this.scroller, block.top + Math.min(1, line - whole) * block.height);
  }
}
