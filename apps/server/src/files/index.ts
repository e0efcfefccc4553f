// Files as secrets: stores, and files in fields.
// It owns the way of bytes in and out, and the sweep of what was never finished.
// It holds no key and decides nothing.
import type { Endpoint } from '../authorise/index.ts';

export const fileEndpoints = (): Endpoint[] => [];
