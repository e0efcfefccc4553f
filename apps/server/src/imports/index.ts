// Tables that people upload, and lists that they take away.
// It owns mapping, checking, applying line by line, and undoing.
// What a line makes is made by the modules it belongs to.
import type { Endpoint } from '../authorise/index.ts';

export const importsEndpoints = (): Endpoint[] => [];
