import { expect, it } from 'vitest';
import { emphasised } from './emphasise';

function apply(marked: string, mark: string): string {
  const from = marked.indexOf('[');
  const to = marked.indexOf(']') - 1;
  const source = marked.replace('[', '').replace(']', '');
  const change = emphasised(source, { from, to }, mark);
  const text = source.slice(0, change.from) + change.words + source.slice(change.to);
  const { selected } = change;
  return `${text.slice(0, selected.from)}[${text.slice(selected.from, selected.to)}]${text.slice(selected.to)}`;
}

it('puts what is selected between marks, and takes it out again', () => {
  expect(apply('a [big] dog', '**')).toBe('a **[big]** dog');
  expect(apply('a **[big]** dog', '**')).toBe('a [big] dog');
  expect(apply('a [big] dog', '*')).toBe('a *[big]* dog');
  expect(apply('a *[big]* dog', '*')).toBe('a [big] dog');
});

it('leaves the cursor between marks where nothing is selected', () => {
  expect(apply('a []', '**')).toBe('a **[]**');
});

it('takes bold for bold alone, and both for both', () => {
  expect(apply('**[big]**', '*')).toBe('***[big]***');
  expect(apply('***[big]***', '*')).toBe('**[big]**');
  expect(apply('***[big]***', '**')).toBe('*[big]*');
});
