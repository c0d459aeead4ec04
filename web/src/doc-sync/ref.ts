/** What names a document on this device. */

export interface DocRef {
  id: number;
  /** With the id it names one document for ever; an id alone may come again after a reinstallation. */
  createdAt: string;
}

export const docKey = ({ id, createdAt }: DocRef) => `${id}.${createdAt}`;
