import { describe, expect, test } from 'vitest';
import { EMOJI, findEmoji } from './emoji';

describe('emoji', () => {
  test('each one is there once, has words, and is an emoji', () => {
    expect(new Set(EMOJI.map(({ emoji }) => emoji)).size).toBe(EMOJI.length);
    for (const { emoji, words } of EMOJI) {
      expect(words).not.toBe('');
      expect(findEmoji(emoji)).toHaveLength(1);
    }
  });

  test('they are found by the beginnings of words', () => {
    expect(findEmoji('thu').map(({ emoji }) => emoji)).toEqual(['👍', '👎']);
    expect(findEmoji('humb')).toEqual([]);
    expect(findEmoji('  ')).toHaveLength(EMOJI.length);
  });

  test('one that is not in the list can be typed', () => {
    expect(findEmoji('🦖')).toEqual([{ emoji: '🦖', words: '🦖' }]);
    expect(findEmoji('👩‍💻')).toHaveLength(1);
    expect(findEmoji('🦖🦖')).toEqual([]);
  });
});
