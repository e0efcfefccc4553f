import { xmlRpc, type XmlRpcParts } from './doors/index.ts';
import { listenFault } from './listen-fault.ts';
import type { Config } from './platform/config.ts';
import type { Tls } from './platform/tls.ts';

/** Opens XML-RPC where the settings name a port, with the server's certificate, which it follows. Gives how to close it. Throws `StartFault`. */
export async function openXmlRpc(
  config: Config,
  tls: Tls,
  parts: Omit<XmlRpcParts, 'tls'>,
): Promise<() => Promise<void>> {
  const wanted = config.xmlrpcPort;
  if (wanted === 'off') return () => Promise.resolve();
  const door = xmlRpc({ ...parts, tls: tls.options });
  const port = await door.listen(wanted, config.host).catch((error: unknown) => {
    throw listenFault(error, config, wanted, 'STRONGROOM_XMLRPC_PORT');
  });
  // What changed is said by the door of the console.
  const stop = tls.watch(door, () => undefined);
  parts.log.info({ port }, 'XML-RPC is open');
  return async () => {
    stop();
    await door.close();
  };
}
