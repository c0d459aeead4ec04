import { describe, expect, it } from 'vitest';
import { toPieces } from './markdown';

const pieces = (source: string) => toPieces(source).map((piece) => piece.html);

const html = (source: string) =>
  pieces(source)
    .join('')
    .replaceAll(/ data-line="\d+"/g, '');

describe('Markdown', () => {
  it('comes in pieces, and a change leaves most of them as they were', () => {
    const paragraphs = Array.from({ length: 2000 }, (_, index) => `Paragraph number ${index}.`);
    const before = new Set(pieces(paragraphs.join('\n\n')));
    expect(before.size).toBeGreaterThan(50);
    const differing = (words: string[]) =>
      pieces(words.join('\n\n')).filter((piece) => !before.has(piece)).length;
    expect(differing(paragraphs)).toBe(0);
    expect(differing(paragraphs.with(1000, 'Another one.'))).toBeLessThan(4);
    expect(differing(['One more.', ...paragraphs])).toBeLessThan(4);
    expect(differing(paragraphs.slice(1))).toBeLessThan(4);
  });

  it('cuts nothing apart', () => {
    const list = Array.from({ length: 500 }, (_, index) => `- item ${index}`).join('\n');
    expect(toPieces(list)).toHaveLength(1);
    const same = 'the same\n\n'.repeat(1000);
    expect(html(same)).toBe('<p>the same</p>\n'.repeat(1000));
    expect(toPieces(same).length).toBeGreaterThan(10);
  });

  it('keeps what is long apart from what is not', () => {
    const long = 'word '.repeat(30_000);
    const parts = pieces(`before\n\n${long}\n\nafter`);
    expect(parts.filter((piece) => piece.length > 100_000)).toHaveLength(1);
    expect(parts.filter((piece) => /before|after/.test(piece)).every((piece) => piece.length < 100)).toBe(
      true,
    );
  });

  it('says of every block on which line it begins, whichever piece it is in', () => {
    const source = Array.from(
      { length: 200 },
      (_, index) =>
        `## Part ${index}[^n]\n\n- one\n- two\n\n\`\`\`\ncode\n\`\`\`\n\n> said\n\n[^n]: A note.\n`,
    ).join('\n');
    const lines = source.split('\n');
    const told = toPieces(source).flatMap(({ html: shown, line }) =>
      [...shown.matchAll(/data-line="(\d+)"[^>]*>(?:<[^>]+>)*([^<]*)/g)].map(
        ([, relative, words]) => [lines[line + Number(relative)], words?.trim()] as const,
      ),
    );
    expect(told.length).toBeGreaterThan(1000);
    for (const [line, words] of told) {
      if (line === '```') expect(words).toBe('code');
      else expect(line).toContain(words);
    }
    const starts = toPieces(source).map(({ line }) => line);
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    expect(starts.length).toBeGreaterThan(10);
  });

  it('shows HTML as typed', () => {
    const shown = html(
      '<img src=x onerror=alert(1)>\n\na <b onclick="x()">b</b> c\n\n<script>alert(1)</script>',
    );
    expect(shown).not.toMatch(/<(img|b|script)/);
    expect(shown).toContain('&lt;script&gt;');
  });

  it('leaves dangerous addresses as text', () => {
    for (const address of ['javascript:alert(1)', 'vbscript:x', 'data:text/html,x', 'JaVaScript:alert(1)']) {
      expect(html(`[a](${address})`)).not.toContain('href');
      expect(html(`![a](${address})`)).not.toMatch(/href|src/);
    }
  });

  it('has its headings below the one of the page', () => {
    expect(html('# a\n\n## b\n\n###### f')).toBe('<h2>a</h2>\n<h3>b</h3>\n<h6>f</h6>\n');
  });

  it('loads no picture from another site', () => {
    expect(html('![a cat](https://example.org/cat.png)')).toBe(
      '<p><a href="https://example.org/cat.png">a cat</a></p>\n',
    );
    expect(html('![a cat](//example.org/cat.png)')).not.toContain('<img');
    expect(html('![a cat](/uploads/cat.png)')).toContain('<img src="/uploads/cat.png" alt="a cat">');
    expect(html('![](https://example.org/"x)')).not.toContain('"x');
  });

  it('has tables, tasks, footnotes, struck-out text and bare links', () => {
    expect(html('| a |\n|---|\n| b |')).toContain('<td>b</td>');
    expect(html('~~no~~')).toContain('<s>no</s>');
    expect(html('see https://example.org.')).toContain('<a href="https://example.org">');
    expect(html('see readme.md')).not.toContain('<a');
    const tasks = html('- [ ] open\n- [x] done\n- [y] none');
    expect(tasks.match(/<input type="checkbox" disabled>/g)).toHaveLength(1);
    expect(tasks.match(/<input type="checkbox" disabled checked>/g)).toHaveLength(1);
    expect(tasks).toContain('[y] none');
    expect(html('word[^1]\n\n[^1]: the note')).toMatch(/href="#fn1".*id="fn1".*the note/s);
  });

  it.each([
    ['quotes', '>'.repeat(20_000)],
    ['brackets', '['.repeat(50_000)],
    ['emphasis', '_a*'.repeat(30_000)],
    ['links', '[a]('.repeat(30_000)],
    ['lists', `${'- '.repeat(5000)}a`],
  ])('survives text made to be slow: %s', (_what, source) => {
    expect(html(source).length).toBeGreaterThan(0);
  });
});
