// The ways in: HTTPS with the console, /api/v1 and the reference REST API; the SSH command line; XML-RPC. Each translates and authenticates.
// It owns nothing but what is on the wire: cookies, limits, idempotency, OpenAPI.
// It decides nothing: every request ends in perform().
export { httpServer } from './http.ts';
export {
  hostKeyFile,
  openHostKey,
  readHostKey,
  sshCli,
  sshCommandLineEndpoints,
  type SshCli,
  type SshCliParts,
  type SshCommandLineState,
} from './ssh-cli/index.ts';
export { xmlRpc, xmlRpcEndpoints, type XmlRpc, type XmlRpcParts, type XmlRpcPort } from './xmlrpc/index.ts';
