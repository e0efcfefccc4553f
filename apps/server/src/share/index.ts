// Sharing and giving away, and the answers to “who may reach what, and why”.
// It owns shares, transfers of ownership, previews and explanations.
// It decides nothing: the hold that a share gives is authorise/’s.
import type { Endpoint } from '../authorise/index.ts';

export const shareEndpoints = (): Endpoint[] => [];
