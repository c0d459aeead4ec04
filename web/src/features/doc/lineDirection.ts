/** Every line in the direction of its own text, as its first letter tells. */

import { type Extension, RangeSetBuilder } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view';

/** Finding it out by style sheet (`unicode-bidi: plaintext`) takes seconds in a line of a megabyte. */
const automatic = Decoration.line({ attributes: { dir: 'auto' } });

export const lineDirection: Extension = [
  EditorView.perLineTextDirection.of(true),
  ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;

      constructor(view: EditorView) {
        this.decorations = visibleLines(view);
      }

      update({ docChanged, viewportChanged, view }: ViewUpdate) {
        if (docChanged || viewportChanged) this.decorations = visibleLines(view);
      }
    },
    { decorations: (plugin) => plugin.decorations },
  ),
];

function visibleLines({ state, viewport }: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  let line = state.doc.lineAt(viewport.from);
  builder.add(line.from, line.from, automatic);
  while (line.to < viewport.to) {
    line = state.doc.line(line.number + 1);
    builder.add(line.from, line.from, automatic);
  }
  return builder.finish();
}
