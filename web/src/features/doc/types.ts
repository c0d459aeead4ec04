/** What the page of a document and its editor have agreed on. */

import type { DocLoss, DocRole } from '../../store/types';

export interface EditorProps {
  docId: number;
  name: string;
  /** Tells a document from an earlier one that had its number. */
  createdAt: string;
  /** May change at any time, in both directions. */
  role: DocRole;
  /**
   * Why the document went while it was open; null while it is there. The text stays, to be read and copied,
   * and nothing more is sent. The page above says what happened and shows the way back.
   */
  lost: DocLoss | null;
}
