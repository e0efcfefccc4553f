// Tables that people upload, and CSV that is safe to open.
// It owns reading CSV, TSV and XLSX within limits, writing CSV, and guessing which column is which.
// It stores nothing, knows no resource and no user, and trusts nothing it reads.
export { TableError } from './errors.ts';
export type { TableErrorCode } from './errors.ts';
export { readTable } from './read.ts';
export type { Detected, ReadOptions, TableFormat } from './read.ts';
export type { Problem, Row } from './shape.ts';
export { writeCsv } from './write.ts';
export type { Cell } from './write.ts';
export { guessMapping } from './mapping.ts';
export type { MappedField } from './mapping.ts';
