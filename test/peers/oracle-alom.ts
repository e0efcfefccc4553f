/** An Oracle ALOM board, simulated; see oracle-boards.ts for what it follows. */
import { startAlom } from './oracle-boards.ts';
import type { Peer } from './peer.ts';

export const startPeer = (): Promise<Peer> => startAlom('SSH');
