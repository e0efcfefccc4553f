/**
 * A bare SSH server, in a process of its own: it takes one public key, answers every command with the same text at once, and does nothing else.
 * Arguments: host key file, authorised key as `kind base64`, text. Prints its port.
 */
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import ssh2 from 'ssh2';
import { algorithms } from '../../apps/server/src/doors/ssh-cli/algorithms.ts';

const [hostKeyFile = '', key = '', text = ''] = process.argv.slice(2);
const allowed = ssh2.utils.parseKey(key) as ssh2.ParsedKey | Error;
if (allowed instanceof Error) throw allowed;
const blob = allowed.getPublicSSH();

const server = new ssh2.Server({ hostKeys: [readFileSync(hostKeyFile, 'utf8')], algorithms }, (client) => {
  client.on('error', () => undefined);
  client.on('authentication', (context) => {
    if (context.method !== 'publickey' || !context.key.data.equals(blob)) context.reject(['publickey']);
    else if (context.signature === undefined || context.blob === undefined) context.accept();
    else if (allowed.verify(context.blob, context.signature, context.hashAlgo)) context.accept();
    else context.reject(['publickey']);
  });
  client.on('session', (accept) => {
    accept().on('exec', (take) => {
      const channel = take();
      channel.write(`${text}\r\n`);
      channel.exit(0);
      channel.end();
    });
  });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`port ${String((server.address() as AddressInfo).port)}\n`);
});
