import { ensureSyntaxTree } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { describe, expect, it } from 'vitest';
import { markdownSyntax } from './markdownSyntax';

/** The names of the blocks, top to bottom. */
function blocks(doc: string): string[] {
  const state = EditorState.create({ doc, extensions: markdownSyntax });
  const tree = ensureSyntaxTree(state, doc.length, 10_000);
  const names: string[] = [];
  for (let node = tree?.topNode.firstChild ?? null; node !== null; node = node.nextSibling)
    names.push(node.name);
  return names;
}

const LONG = '**word** '.repeat(20_000);

describe('the syntax of Markdown', () => {
  it('does not look into a line that is too long to be anybody’s', () => {
    expect(blocks(`# Title\n\n${LONG}\n\nthe end`)).toEqual(['ATXHeading1', 'LongLine', 'Paragraph']);
    expect(blocks(`a paragraph\n${LONG}\n- item`)).toEqual(['Paragraph', 'LongLine', 'BulletList']);
  });

  it('divides a paragraph that has too many lines, and leaves ordinary ones alone', () => {
    const lines = (count: number) => 'a line of words\n'.repeat(count);
    expect(blocks(lines(100))).toEqual(['Paragraph']);
    const many = blocks(lines(10_000));
    expect(many.length).toBeGreaterThan(10);
    expect(new Set(many)).toEqual(new Set(['Paragraph']));
  });
});
