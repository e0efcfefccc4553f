import { xmlRpc, type XmlRpc, type XmlRpcParts } from './doors/index.ts';
import { listenFault } from './listen-fault.ts';
import type { Config } from './platform/config.ts';
import type { Tls } from './platform/tls.ts';

/** XML-RPC of a running server. */
export interface XmlRpcDoor {
  /** Where programs reach it at this moment; null while it is closed. */
  port(): number | null;
  /** Opens the port that the settings name, if they name one. Throws `StartFault`. */
  open(parts: Omit<XmlRpcParts, 'tls'>): Promise<void>;
  close(): Promise<void>;
}

/** XML-RPC as the settings want it, with the server's certificate, which it follows: closed until `open`, and for good where its port is `off`. */
export function xmlRpcDoor(config: Config, tls: Tls): XmlRpcDoor {
  let door: XmlRpc | undefined;
  let stop = (): void => undefined;
  let port: number | null = null;
  return {
    port: () => port,
    async open(parts) {
      const wanted = config.xmlrpcPort;
      if (wanted === 'off') return;
      const opening = xmlRpc({ ...parts, tls: tls.options });
      port = await opening.listen(wanted, config.host).catch((error: unknown) => {
        throw listenFault(error, config, wanted, 'STRONGROOM_XMLRPC_PORT');
      });
      door = opening;
      // What changed is said by the door of the console.
      stop = tls.watch(opening, () => undefined);
      parts.log.info({ port }, 'XML-RPC is open');
    },
    async close() {
      stop();
      port = null;
      await door?.close();
    },
  };
}
