import { describe, expect, it } from 'vitest';
import { toBlocks } from './markdown';

const html = (source: string) => toBlocks(source).join('');

describe('Markdown', () => {
  it('comes as blocks, and a change in one leaves the others', () => {
    const before = toBlocks('# One\n\ntwo\n\n- three\n- four\n\n> five\n\n```\nsix\n\nseven\n```\n');
    expect(before).toHaveLength(5);
    const after = toBlocks('# One\n\ntwo!\n\n- three\n- four\n\n> five\n\n```\nsix\n\nseven\n```\n');
    expect(after.filter((block, index) => block !== before[index])).toEqual(['<p>two!</p>\n']);
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
    const [first, notes] = toBlocks('word[^1]\n\n[^1]: the note');
    expect(first).toContain('href="#fn1"');
    expect(notes).toContain('the note');
  });

  it.each([
    ['quotes', '>'.repeat(20_000)],
    ['brackets', '['.repeat(50_000)],
    ['emphasis', '_a*'.repeat(30_000)],
    ['links', '[a]('.repeat(30_000)],
    ['lists', `${'- '.repeat(5000)}a`],
  ])('survives text made to be slow: %s', (_what, source) => {
    expect(toBlocks(source).length).toBeGreaterThan(0);
  });
});
