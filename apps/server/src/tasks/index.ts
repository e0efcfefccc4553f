// Long work: one row for the whole, one for each thing it is done to, and what became of it.
// It owns the queue of the items, progress, cancelling and taking up again after a stop.
// Every item is a call like any other, by the user who asked, with the rights they have when it comes to it.
import type { Endpoint } from '../authorise/index.ts';

export const tasksEndpoints = (): Endpoint[] => [];
