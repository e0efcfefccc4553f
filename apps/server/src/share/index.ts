// Sharing and giving away, and the answers to “who may reach what, and why”.
// It owns shares, transfers of ownership, previews and explanations.
// It decides nothing: the hold that a share gives is authorise/’s.
import type { Endpoint } from '../authorise/index.ts';
import { explainEndpoints } from './explain.endpoints.ts';
import { sharingEndpoints } from './share.endpoints.ts';
import { transferEndpoints } from './transfer.endpoints.ts';

export const shareEndpoints = (): Endpoint[] => [...sharingEndpoints, ...transferEndpoints, ...explainEndpoints];
