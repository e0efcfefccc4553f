import { catalogue } from '../t.ts';

/** What is said about XML-RPC. */
export const xmlRpc = catalogue('xml-rpc', {
  tab: 'XML-RPC',
  door: 'How programs reach it',
  doorText:
    'A program shows the TLS client certificate that is on file for its API user. It may be signed by anybody, itself included; its common name (CN) is the user’s name. It is set on the user’s page.',
  off: 'XML-RPC is switched off',
  offText: 'It opens when the server is started with a port in STRONGROOM_XMLRPC_PORT; usually 7070.',
  address: 'Address',
  certificate: 'Key and certificate for a program',
  certificateText:
    'Made on the program’s machine. The key stays there; the certificate goes to the API user’s page. CN is the user’s name, without its host.',
  command: 'Command',
  methods: 'Methods',
  methodsText:
    'Every value is a text, updateRemote may be a boolean. What is in brackets may be left out. In place of values by position, one struct with these names will do.',
  retrieve: 'Fetch a password',
  change: 'Change a password, on the target too if updateRemote is true; without newPassword one is drawn',
  create: 'Add a resource with an account; without newPassword one is drawn',
  results: 'Results',
  result0: 'Done: message is SUCCESS, and password is there after a retrieval.',
  result1: 'Refused, not found or not changed: message says why.',
  fault: 'Who calls is not let in, or what came is no call.',
  resultCode0: 'resultCode 0',
  resultCode1: 'resultCode 1',
  faultName: 'A fault',
});
