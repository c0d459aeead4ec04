/** JSON as it is typed: what it means, and where in the text a part of it is. Pure. */

import { jsonLanguage } from '@codemirror/lang-json';

export interface Range {
  from: number;
  to: number;
}

export type Parsed = { value: unknown } | { broken: Range; message: string };

type Node = ReturnType<typeof jsonLanguage.parser.parse>['topNode'];

export function parseJson(source: string): Parsed {
  try {
    return { value: JSON.parse(source) };
  } catch (error) {
    return { broken: brokenAt(source), message: error instanceof Error ? error.message : '' };
  }
}

/** The place of a JSON pointer (RFC 6901); of the nearest part around it that is there, where it is not. */
export function locate(source: string, pointer: string): Range {
  let node = valueIn(jsonLanguage.parser.parse(source).topNode);
  if (node === null) return { from: 0, to: source.length };
  for (const step of pointer.split('/').slice(1)) {
    const next = child(node, step.replaceAll('~1', '/').replaceAll('~0', '~'), source);
    if (next === null) break;
    node = next;
  }
  return { from: node.from, to: node.to };
}

/** As editors count: both from 1. */
export function lineAndColumn(source: string, offset: number): { line: number; column: number } {
  const before = source.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** Where the text stops to be JSON. */
function brokenAt(source: string): Range {
  let found: Range | null = null;
  jsonLanguage.parser.parse(source).iterate({
    enter: ({ type, from, to }) => {
      if (type.isError && found === null) found = { from, to };
    },
  });
  const { from, to }: Range = found ?? { from: source.length, to: source.length };
  // An error between two letters is shown at the one before it.
  if (to > from) return { from, to };
  return from > 0 ? { from: from - 1, to: from } : { from: 0, to: Math.min(1, source.length) };
}

function child(node: Node, step: string, source: string): Node | null {
  if (node.name === 'Object') {
    // Of two members with one name the last one counts.
    let found: Node | null = null;
    for (const property of node.getChildren('Property')) {
      const name = property.getChild('PropertyName');
      if (name !== null && stringOf(source.slice(name.from, name.to)) === step) found = valueIn(property);
    }
    return found;
  }
  if (node.name === 'Array' && /^(0|[1-9]\d*)$/.test(step)) return valuesIn(node)[Number(step)] ?? null;
  return null;
}

function valueIn(node: Node): Node | null {
  return valuesIn(node).at(-1) ?? null;
}

const VALUES = new Set(['Object', 'Array', 'String', 'Number', 'True', 'False', 'Null']);

function valuesIn(node: Node): Node[] {
  const values: Node[] = [];
  for (let one = node.firstChild; one !== null; one = one.nextSibling) {
    if (VALUES.has(one.name)) values.push(one);
  }
  return values;
}

function stringOf(literal: string): string | null {
  try {
    return JSON.parse(literal);
  } catch {
    return null;
  }
}
