/** In characters, of the name of a document and of a version. */
export const MAX_NAME = 100;

/** Of a file: every line end may be two bytes there and one in the document. What is larger cannot fit. */
export const MAX_FILE_BYTES = 2_000_000;
