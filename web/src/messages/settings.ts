/** What the server's toggles mean, in words. Keys the server does not send are not shown. */

interface Setting {
  key: string;
  label: string;
  kind: 'switch' | 'value';
}

const toggle = (key: string, label: string): Setting => ({ key, label, kind: 'switch' });
const value = (key: string, label: string): Setting => ({ key, label, kind: 'value' });

export const settingGroups: { title: string; settings: Setting[] }[] = [
  {
    title: 'Availability',
    settings: [
      toggle('PUBLIC_ENABLED', 'Public chat'),
      toggle('DM_ENABLED', 'Direct messages'),
      toggle('GDM_ENABLED', 'Group chats'),
      toggle('ANNOUNCEMENTS_ONLY', 'Only admins write in the public chat'),
      toggle('INVITE_ONLY_MODE', 'No new registrations'),
      toggle('MAINTENANCE_MODE', 'Pause all sending for maintenance'),
      toggle('DOWNTIME_ENABLED', 'Close the server to everyone but superadmins'),
      value('DOWNTIME_REASON', 'Reason shown while closed'),
      toggle('ALERTS_ENABLED', 'Show the alert text'),
      value('ALERTS_TEXT', 'Alert text'),
    ],
  },
  {
    title: 'Privacy',
    settings: [toggle('GD_SAVE_DM_LOGS', 'Log direct messages (people see a notice)')],
  },
  {
    title: 'Groups',
    settings: [
      toggle('GD_OWNER_CONTROLS', 'Owners may lock and delete their groups'),
      toggle('GD_LOCK_GROUP', 'Locking groups'),
      toggle('GD_UNLOCK_GROUP', 'Unlocking groups'),
      toggle('GD_REMOVE_USER', 'Removing members'),
      toggle('GD_FORCE_LEAVE_GROUP', 'Forcing members to leave'),
      toggle('GD_TRANSFER_OWNERSHIP', 'Transferring ownership'),
      toggle('GD_DELETE_GROUP', 'Deleting groups'),
    ],
  },
  {
    title: 'Moderation',
    settings: [
      toggle('MC_EDIT_MESSAGES', 'Admins may edit messages of others'),
      toggle('MC_DELETE_MESSAGES', 'Admins may delete messages of others'),
      toggle('MC_PURGE_CHANNEL', 'Admins may clear the public chat with /clear'),
      toggle('MC_BROADCAST_MESSAGE', 'Broadcasts'),
      toggle('MC_PIN_MESSAGE', 'Pinning messages'),
      toggle('MC_VIEW_HISTORY', 'Message history for admins'),
      toggle('UM_BAN_USER', 'Banning people'),
      toggle('UM_TIMEOUT_USER', 'Timeouts'),
      toggle('UM_SHADOW_BAN', 'Shadow bans'),
      toggle('UM_GLOBAL_WARNING', 'Warnings'),
      toggle('UM_SEARCH_USER', 'Searching people'),
      toggle('MC_MESSAGE_LIFESPAN', 'Delete old messages'),
      value('MC_MESSAGE_LIFESPAN_DAYS', 'Days until a message is deleted (0: never)'),
    ],
  },
  {
    title: 'Spam protection',
    settings: [
      value('ANTISPAM_MAX_LENGTH', 'Longest message, in characters'),
      value('ANTISPAM_MAX_BYTES', 'Longest message, in bytes'),
      value('ANTISPAM_MIN_GAP', 'Seconds between two messages'),
      value('ANTISPAM_RATE_MAX', 'Messages per time window'),
      value('ANTISPAM_RATE_WINDOW', 'Time window, in seconds'),
      value('ANTISPAM_SLOW_DURATION', 'Slow mode, in seconds'),
    ],
  },
];
