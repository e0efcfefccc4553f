/** An Oracle ILOM board, simulated; see oracle-boards.ts for what it follows. */
import { startIlom } from './oracle-boards.ts';
import type { Peer } from './peer.ts';

export const startPeer = (): Promise<Peer> => startIlom('SSH');
