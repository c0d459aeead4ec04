/** Files of messages, as far as their stored names tell: `<32 hex digits>_[<width>x<height>_]<name>`. */

export interface StoredFile {
  /** Names it under `/uploads/`. */
  stored: string;
  /** What to call it. */
  name: string;
  /** In pixels; null for what is not a picture. */
  picture: { width: number; height: number } | null;
}

const STORED = /^[0-9a-f]{32}_(?:(\d{1,5})x(\d{1,5})_(?=.*\.(?:png|jpe?g|gif|webp)$))?(.+)$/i;

/** A message's attachment is one stored name, or a list of some as JSON. */
export function parseFiles(attachment: string | null | undefined): StoredFile[] {
  return namesIn(attachment ?? '').map((stored) => {
    const found = STORED.exec(stored);
    const [width, height] = [Number(found?.[1]), Number(found?.[2])];
    return {
      stored,
      name: found?.[3] ?? stored,
      picture: width > 0 && height > 0 ? { width, height } : null,
    };
  });
}

function namesIn(attachment: string): string[] {
  if (attachment === '') return [];
  if (!attachment.startsWith('[')) return [attachment];
  try {
    const names: unknown = JSON.parse(attachment);
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
  } catch {
    return [];
  }
}

/** As large as it fits, never larger than it is. */
export function fitted(picture: { width: number; height: number }, most: { width: number; height: number }) {
  const scale = Math.min(1, most.width / picture.width, most.height / picture.height);
  return {
    width: Math.max(1, Math.round(picture.width * scale)),
    height: Math.max(1, Math.round(picture.height * scale)),
  };
}
