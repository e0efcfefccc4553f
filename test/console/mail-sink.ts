import { createServer, type Server } from 'node:net';

/** A mail server of the plainest kind (RFC 5321), for tests. */
export interface MailSink {
  /** Settles with the server once it listens on a free port of 127.0.0.1. */
  readonly listening: Promise<Server>;
  /** What came, each with its headers and body; lines of quoted-printable are put together again. */
  readonly taken: readonly string[];
  /** Settles with the first mail that `is` says yes to, of those that came and that are to come. */
  first(is: (mail: string) => boolean): Promise<string>;
}

/** Text of quoted-printable without its soft line breaks and with its equals signs (RFC 2045, 6.7): a word or link may be broken anywhere. */
const unfolded = (mail: string): string => mail.replaceAll('=\n', '').replaceAll('=3D', '=');

/** Takes every mail, without TLS or sign-in; it refuses whoever is called gone. */
export function mailSink(): MailSink {
  const taken: string[] = [];
  const waiting = new Set<(mail: string) => void>();
  const server = createServer((socket) => {
    let data: string[] | undefined;
    let rest = '';
    const say = (line: string): void => void socket.write(`${line}\r\n`);
    say('220 sink.test ESMTP');
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString('utf8')).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        // A dot that is doubled at the beginning of a line is one (RFC 5321, 4.5.2).
        if (data && line !== '.') data.push(line.replace(/^\.\./, '.'));
        else if (data) {
          const mail = unfolded(data.join('\n'));
          data = undefined;
          taken.push(mail);
          for (const tell of waiting) tell(mail);
          say('250 2.0.0 taken');
        } else if (/^RCPT TO:<gone@/i.test(line)) say('550 5.1.1 no such user');
        else if (/^DATA/i.test(line)) {
          data = [];
          say('354 go on');
        } else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
        else say('250 ok');
      }
    });
  });
  return {
    taken,
    listening: new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        resolve(server);
      });
    }),
    first: (is) =>
      new Promise((resolve) => {
        const found = taken.find(is);
        if (found !== undefined) {
          resolve(found);
          return;
        }
        const tell = (mail: string): void => {
          if (!is(mail)) return;
          waiting.delete(tell);
          resolve(mail);
        };
        waiting.add(tell);
      }),
  };
}
