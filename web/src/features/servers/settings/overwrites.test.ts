import { describe, expect, it } from 'vitest';
import type { Overwrite } from '../../../store/serverTypes';
import { channelPermissions, isEmpty, rulingOf, withRuling } from './overwrites';

const overwrite: Overwrite = { kind: 'role', id: 7, allow: ['view_channel'], deny: ['send_messages'] };

describe('rulings of a channel', () => {
  it('are to allow, to deny, or nothing', () => {
    expect(rulingOf(overwrite, 'view_channel')).toBe('allow');
    expect(rulingOf(overwrite, 'send_messages')).toBe('deny');
    expect(rulingOf(overwrite, 'read_history')).toBe('inherit');
  });

  it('are never both', () => {
    const denied = withRuling(overwrite, 'view_channel', 'deny');
    expect(denied).toMatchObject({ allow: [], deny: ['send_messages', 'view_channel'] });
    const silent = withRuling(denied, 'view_channel', 'inherit');
    expect(silent).toMatchObject({ allow: [], deny: ['send_messages'] });
    expect(isEmpty(silent)).toBe(false);
    expect(isEmpty(withRuling(silent, 'send_messages', 'inherit'))).toBe(true);
    expect(overwrite.allow).toEqual(['view_channel']);
  });

  it('are not about the server itself', () => {
    expect(channelPermissions).not.toContain('manage_server');
    expect(channelPermissions).not.toContain('administrator');
  });
});
