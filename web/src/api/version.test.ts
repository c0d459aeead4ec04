import { expect, it } from 'vitest';
import { entryIn } from './version';

it('finds the first script of a built page, and in anything else none', () => {
  const page = `<script src="/theme.js"></script>
    <script type="module" crossorigin src="/assets/index-BMSzjGi5.js"></script>`;
  expect(entryIn(page)).toBe('/assets/index-BMSzjGi5.js');
  expect(entryIn('<script src="/theme.js"></script>')).toBeNull();
  expect(entryIn('{"ok":false}')).toBeNull();
});
