// XML-RPC for programs, with TLS client certificates.
// It owns nothing but the translation: calls in XML, the certificate's holder, results and faults.
// It decides nothing: every method is our own calls, as the API user.
export { xmlRpcEndpoints, type XmlRpcPort } from './xmlrpc.endpoints.ts';
export { xmlRpc, type XmlRpc, type XmlRpcParts } from './door.ts';
