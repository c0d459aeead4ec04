import { expect, it } from 'vitest';
import { errorCodes, findCodes, meaningOf } from './errorCodes';

const codes = (query: string) => findCodes(query).map(({ code }) => code);

it('finds an error as it was answered', () => {
  expect(codes('widget_invisible')).toEqual(['widget_invisible']);
  expect(codes(' ROW_2:label_too_long ')).toEqual(['row_N:label_too_long']);
  expect(codes('role_hierarchy:7')).toEqual(['role_hierarchy:<id>']);
  expect(codes('embed_0:title_too_long')).toEqual(['embed_N:…']);
  expect(codes('412')).toEqual(['precondition_failed']);
});

it('lists all of them until something is asked, each once', () => {
  expect(findCodes('')).toHaveLength(errorCodes.length);
  expect(new Set(errorCodes.map(({ code }) => code)).size).toBe(errorCodes.length);
  expect(codes('no such thing')).toEqual([]);
});

it('says what to do about a code as it was answered', () => {
  expect(meaningOf('row_3:label_too_long')).toBe('At most 40 characters.');
  expect(meaningOf('embed_2:fields_too_many')).toMatch(/^Card N/);
  expect(meaningOf('label_too_long')).toBeNull();
});
