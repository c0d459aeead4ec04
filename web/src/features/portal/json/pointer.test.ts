import { describe, expect, it } from 'vitest';
import { lineAndColumn, locate, parseJson } from './pointer';

const source = `{
  "rows": [
    { "kind": "counter", "label": "Online", "value": 42 },
    { "kind": "text", "label": "a/b~c" }
  ],
  "a/b": { "~": true, "": null }
}`;
const at = (pointer: string) => {
  const { from, to } = locate(source, pointer);
  return source.slice(from, to);
};

describe('pointers', () => {
  it('lead to values of any kind', () => {
    expect(at('/rows/0/value')).toBe('42');
    expect(at('/rows/0/kind')).toBe('"counter"');
    expect(at('/rows/1')).toBe('{ "kind": "text", "label": "a/b~c" }');
    expect(at('')).toBe(source);
  });

  it('are unescaped', () => {
    expect(at('/a~1b/~0')).toBe('true');
    expect(at('/a~1b/')).toBe('null');
  });

  it('end at the nearest part that is there', () => {
    expect(at('/rows/1/value')).toBe('{ "kind": "text", "label": "a/b~c" }');
    expect(at('/rows/7/value').startsWith('[')).toBe(true);
    expect(at('/rows/01').startsWith('[')).toBe(true);
    expect(at('/nothing')).toBe(source);
  });

  it('take the last of two members of one name, as parsing does', () => {
    const twice = '{"a": 1, "a": 22}';
    const { from, to } = locate(twice, '/a');
    expect(twice.slice(from, to)).toBe('22');
  });

  it('lead to something in a text that is still being typed', () => {
    const unfinished = '{"rows": [{"kind": "counter", "label": ';
    const { from, to } = locate(unfinished, '/rows/0/kind');
    expect(unfinished.slice(from, to)).toBe('"counter"');
    expect(locate('', '/rows')).toEqual({ from: 0, to: 0 });
  });
});

describe('parsing', () => {
  it('gives the value', () => {
    expect(parseJson('{"a":[1]}')).toEqual({ value: { a: [1] } });
    expect(parseJson('null')).toEqual({ value: null });
  });

  it.each([
    ['{"a": }', 5],
    ['{"a": 1,, "b": 2}', 7],
    ['{"a": nope}', 6],
    ['', 0],
    ['{"a": 1', 6],
  ])('says where %s breaks', (text, from) => {
    const parsed = parseJson(text);
    expect('broken' in parsed ? parsed.broken.from : null).toBe(from);
  });
});

it('counts lines and columns from 1', () => {
  expect(lineAndColumn('{"a": x}', 6)).toEqual({ line: 1, column: 7 });
  expect(lineAndColumn('{\n  "a": x\n}', 9)).toEqual({ line: 2, column: 8 });
  expect(lineAndColumn('', 0)).toEqual({ line: 1, column: 1 });
});
