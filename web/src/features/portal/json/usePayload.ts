import { useMemo, useState } from 'react';
import { words } from '../../../messages/portal';
import type { Marked } from './marked';
import { lineAndColumn, locate, parseJson } from './pointer';
import type { Problem } from './rules';

export interface Payload {
  source: string;
  change: (source: string) => void;
  /** As far as it could be parsed lately: a preview should not go while one types. */
  value: unknown;
  /** Null while it is not JSON. */
  problems: Problem[] | null;
  /** Where it stops to be JSON. */
  broken: { line: number; column: number } | null;
  marks: Marked[];
  /** What the server has found wrong with this very text. */
  refuse: (problem: Problem | null) => void;
}

/** A JSON text, what it means, and what is wrong with it. */
export function usePayload(initial: string, check: (value: unknown) => Problem[]): Payload {
  const [source, setSource] = useState(initial);
  const [refused, setRefused] = useState<Problem | null>(null);
  const [lately, setLately] = useState<unknown>(() => meaningOf(initial));
  const parsed = useMemo(() => parseJson(source), [source]);

  const problems = useMemo(() => {
    if (!('value' in parsed)) return null;
    const found = check(parsed.value);
    const known = refused === null || found.some(({ pointer }) => pointer === refused.pointer);
    return known ? found : [...found, refused];
  }, [parsed, check, refused]);

  const marks = useMemo(() => {
    if ('broken' in parsed) return [{ ...parsed.broken, message: words.try.invalid }];
    return (problems ?? []).map(({ code, pointer }) => ({ ...locate(source, pointer), message: code }));
  }, [parsed, problems, source]);

  function change(next: string) {
    setSource(next);
    setRefused(null);
    const now = parseJson(next);
    if ('value' in now) setLately(now.value);
  }

  const broken = 'broken' in parsed ? lineAndColumn(source, parsed.broken.from) : null;
  return { source, change, value: lately, problems, broken, marks, refuse: setRefused };
}

function meaningOf(source: string): unknown {
  const parsed = parseJson(source);
  return 'value' in parsed ? parsed.value : null;
}
