import { type Fields, isAbsent, isHttps, isRecord, lengthOf, type Problem } from './rules';

const MOST_ROWS = 6;
const LONGEST_LABEL = 40;
const LONGEST_TEXT = 120;
const STATES = ['ok', 'warn', 'err', 'idle'];

/** All that is wrong with a snapshot, in the order in which the server finds it. */
export function widgetProblems(payload: unknown): Problem[] {
  if (!isRecord(payload)) return [{ code: 'invalid_json', pointer: '' }];
  const { rows } = payload;
  if (!Array.isArray(rows) || rows.length === 0) return [{ code: 'rows_required', pointer: '/rows' }];
  const tooMany = rows.length > MOST_ROWS ? [{ code: 'too_many_rows', pointer: '/rows' }] : [];
  return [...tooMany, ...rows.flatMap((row, index) => rowProblems(row, index)), ...ttlProblems(payload)];
}

function rowProblems(row: unknown, index: number): Problem[] {
  const problem = (why: string, key?: string): Problem => ({
    code: `row_${index}:${why}`,
    pointer: `/rows/${index}${key === undefined ? '' : `/${key}`}`,
  });
  if (!isRecord(row)) return [problem('not_an_object')];
  const found: Problem[] = [];
  const check = (why: string | null, key: string) => {
    if (why !== null) found.push(problem(why, key));
  };
  const { kind } = row;
  check(kindProblem(kind), 'kind');
  check(labelProblem(row.label), 'label');
  if (kind === 'counter') check(numberProblem(row.value, 'value'), 'value');
  if (kind === 'text') check(textProblem(row), 'value');
  if (kind === 'status') {
    check(stateProblem(row.state), 'state');
    check(statusTextProblem(row.text), 'text');
  }
  if (kind === 'progress') {
    check(numberProblem(row.current, 'current'), 'current');
    check(
      numberProblem(row.max, 'max') ?? (typeof row.max === 'number' && row.max < 0 ? 'max_negative' : null),
      'max',
    );
  }
  if (!isAbsent(row.url) && !isHttps(row.url)) check('url_invalid', 'url');
  return found;
}

function kindProblem(kind: unknown): string | null {
  if (isAbsent(kind)) return 'kind_required';
  const known = ['counter', 'status', 'text', 'progress'].some((one) => one === kind);
  return known ? null : 'invalid_kind';
}

function labelProblem(label: unknown): string | null {
  if (typeof label !== 'string' || label.trim() === '') return 'label_required';
  return lengthOf(label.trim()) > LONGEST_LABEL ? 'label_too_long' : null;
}

function numberProblem(value: unknown, name: string): string | null {
  if (isAbsent(value)) return `${name}_required`;
  return typeof value === 'number' && Number.isFinite(value) ? null : `${name}_not_number`;
}

function textProblem({ value }: Fields): string | null {
  if (isAbsent(value)) return 'value_required';
  if (typeof value !== 'string') return 'value_not_string';
  return lengthOf(value) > LONGEST_TEXT ? 'value_too_long' : null;
}

function stateProblem(state: unknown): string | null {
  if (isAbsent(state)) return 'state_required';
  return STATES.some((one) => one === state) ? null : 'invalid_state';
}

function statusTextProblem(text: unknown): string | null {
  if (isAbsent(text)) return null;
  if (typeof text !== 'string') return 'text_not_string';
  return lengthOf(text) > LONGEST_TEXT ? 'text_too_long' : null;
}

function ttlProblems({ ttl_seconds: ttl }: Fields): Problem[] {
  if (isAbsent(ttl)) return [];
  const fine = typeof ttl === 'number' && Number.isInteger(ttl) && ttl >= 30 && ttl <= 86_400;
  return fine ? [] : [{ code: 'ttl_seconds_invalid', pointer: '/ttl_seconds' }];
}
