/** Why a whole table cannot be read. Trouble with one row is no error but the row's `problem`. */
export type TableErrorCode = 'too-large' | 'too-many-rows' | 'not-a-table' | 'encrypted' | 'unreadable' | 'empty';

/**
 * A table that cannot be read, or not further. The message is one or two sentences for whoever uploaded it, says what
 * to do, and holds nothing of the file's content.
 */
export class TableError extends Error {
  readonly code: TableErrorCode;

  constructor(code: TableErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TableError';
    this.code = code;
  }
}

/** A number of bytes as people say it: `50 MB`, `1.5 KB`. Units of 1024. */
export function sizeInWords(bytes: number): string {
  const [size, unit] =
    bytes < 1024 ? [bytes, 'bytes'] : bytes < 1024 ** 2 ? [bytes / 1024, 'KB'] : [bytes / 1024 ** 2, 'MB'];
  return `${Number(size.toFixed(1))} ${unit}`;
}
