import { describe, expect, test } from 'vitest';
import { marked, noFilters, queryOf } from './searchQuery';

const hits = (text: string, query: string) =>
  marked(text, query)
    .filter((piece) => piece.hit)
    .map((piece) => piece.text);

describe('a search', () => {
  test('is one line with its filters', () => {
    expect(queryOf(noFilters)).toBe('');
    expect(queryOf({ ...noFilters, words: ' plan b ', place: 'dm:Bob Smith', from: 'Bob Smith' })).toBe(
      'plan b in:"dm:Bob Smith" from:"Bob Smith"',
    );
    expect(queryOf({ ...noFilters, has: 'image', before: '2026-01-31', after: '2026-01-01' })).toBe(
      'has:image before:2026-01-31 after:2026-01-01',
    );
  });

  test('marks its words in any script, whatever characters they have', () => {
    expect(hits('The Quick fox, quick!', 'QUICK')).toEqual(['Quick', 'quick']);
    expect(hits('Привет, мир', 'привет')).toEqual(['Привет']);
    expect(hits('今天天气很好', '天气')).toEqual(['天气']);
    expect(hits('100% of a.b*c (x) a-b', '100% a.b*c (x) a-b')).toEqual(['100%', 'a.b*c', '(x)', 'a-b']);
    expect(hits('axb', 'a.b')).toEqual([]);
  });

  test('marks the longer of two words, and no filter', () => {
    expect(hits('foobar foo', 'foo foobar')).toEqual(['foobar', 'foo']);
    expect(hits('from bob in public', 'from:bob in:"a b" public')).toEqual(['public']);
    expect(marked('whole', 'from:bob')).toEqual([{ text: 'whole', hit: false }]);
  });

  test('loses nothing of the text', () => {
    const text = 'one two\nthree two';
    expect(
      marked(text, 'two')
        .map((piece) => piece.text)
        .join(''),
    ).toBe(text);
  });
});
