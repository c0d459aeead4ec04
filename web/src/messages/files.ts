/** Words of files. */

export const words = {
  attach: 'Attach files',
  remove: (name: string) => `Remove ${name}`,
  uploading: (name: string, percent: number) => `Uploading ${name}: ${percent}%`,
  ready: (name: string) => `${name} is ready to be sent`,
  drop: 'Drop files to attach them',
  tooMany: (most: number) => `At most ${most} files at a time.`,
  tooLarge: 'The server does not take files this large.',
  open: (name: string) => `Open ${name}`,
  download: (name: string) => `Download ${name}`,
  picture: (name: string) => `Picture: ${name}`,
  gone: 'This file is no longer there',
  size: (bytes: number) => {
    if (bytes < 1000) return `${bytes} bytes`;
    if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} KB`;
    return `${(bytes / 1_000_000).toFixed(1)} MB`;
  },
  avatar: 'Picture',
  avatarHint: 'PNG, JPEG, GIF or WebP, at most 8 MB. Everybody here can see it.',
  avatarYours: 'Your picture',
  chooseAvatar: 'Choose a picture',
  removeAvatar: 'Remove it',
  avatarChanged: 'Your picture has changed.',
  avatarRemoved: 'Your picture is removed.',
};
