// Files as secrets: stores, and files in fields.
// It owns the way of bytes in and out, and the sweep of what was never finished.
// It holds no key and decides nothing.
export { fileEndpoints, fileStreams } from './files.endpoints.ts';
export { dropFile, sweepFiles } from './keep.ts';
export { readStored } from './read.ts';
export { storeUpload, type FileParts } from './store.ts';
