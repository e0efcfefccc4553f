/** An Oracle XSCF board, simulated; see oracle-boards.ts for what it follows. */
import { startXscf } from './oracle-boards.ts';
import type { Peer } from './peer.ts';

export const startPeer = (): Promise<Peer> => startXscf('SSH');
