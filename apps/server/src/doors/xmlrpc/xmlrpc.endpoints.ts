import { readXmlRpc } from '@strongroom/contract';
import { endpoint, type Endpoint } from '../../authorise/index.ts';

/** The port at this moment; null while the door is closed. */
export type XmlRpcPort = () => number | null;

/** What administrators are told of the door, so that they can tell the owners of programs. */
export const xmlRpcEndpoints = (port: XmlRpcPort): Endpoint[] => [
  endpoint(readXmlRpc, { run: () => Promise.resolve({ port: port() }) }),
];
