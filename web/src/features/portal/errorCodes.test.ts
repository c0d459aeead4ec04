import { expect, it } from 'vitest';
import { errorCodes, findCodes } from './errorCodes';

const codes = (query: string) => findCodes(query).map(({ code }) => code);

it('finds an error as it was answered', () => {
  expect(codes('widget_invisible')).toEqual(['widget_invisible']);
  expect(codes(' ROW_2:label_too_long ')).toEqual(['row_N:label_too_long']);
  expect(codes('role_hierarchy:7')).toEqual(['role_hierarchy:<id>']);
  expect(codes('412')).toEqual(['precondition_failed']);
});

it('lists all of them until something is asked, each once', () => {
  expect(findCodes('')).toHaveLength(errorCodes.length);
  expect(new Set(errorCodes.map(({ code }) => code)).size).toBe(errorCodes.length);
  expect(codes('no such thing')).toEqual([]);
});
