import type { Socket } from 'node:net';
import { Unreachable } from '@strongroom/driver-kit';
import { element, readElement } from './ber.ts';

const request = element(
  0x30,
  Buffer.concat([element(0x02, Buffer.from([1])), element(0x77, element(0x80, Buffer.from('1.3.6.1.4.1.1466.20037')))]),
);
/** A refusal with a referral and a long text is far below. */
const mostBytes = 4096;

/**
 * Asks for TLS on a connection, and reads the answer and nothing behind it. Source: RFC 4511 section 4.14.
 * It is done here, byte by byte: what stood behind the answer in clear text would be taken for the first words said
 * under TLS, by whoever joins the two, and could be anybody's. Throws Unreachable; nothing secret has been sent. The caller bounds the time.
 */
export function askForTls(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = Buffer.alloc(0);
    const done = (): void => {
      socket.off('data', heard);
      socket.off('error', failed);
      socket.off('close', failed);
    };
    const fail = (why: string): void => {
      done();
      socket.destroy();
      reject(new Unreachable(why));
    };
    const failed = (): void => {
      fail('the target ended the connection');
    };
    const heard = (chunk: Buffer): void => {
      seen = Buffer.concat([seen, chunk]);
      try {
        const said = answer(seen);
        if (said === 'more') return;
        if (said === 'yes') {
          done();
          socket.pause();
          resolve();
        } else fail('the target does not start TLS');
      } catch {
        fail('the target did not answer in LDAP');
      }
    };
    socket.on('data', heard);
    socket.once('error', failed);
    socket.once('close', failed);
    socket.write(request);
  });
}

/** Reads the LDAPMessage with its extended response. */
function answer(seen: Buffer): 'more' | 'yes' | 'no' {
  const message = readElement(seen);
  if (message === undefined) return seen.length > mostBytes ? 'no' : 'more';
  if (message.tag !== 0x30 || message.end !== seen.length) return 'no';
  const id = readElement(message.content);
  const response = id && readElement(message.content, id.end);
  const code = response?.tag === 0x78 ? readElement(response.content) : undefined;
  return code?.tag === 0x0a && code.content.length === 1 && code.content[0] === 0 ? 'yes' : 'no';
}
