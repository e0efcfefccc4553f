import type { Socket } from 'node:net';

/** Telnet's side of a server that echoes: RFC 854, 857, 858. It offers and asks for more than anybody grants. */
export function telnetServer(socket: Socket, agreed: string[]) {
  agreed.length = 0;
  const [IAC, SB, SE] = [255, 250, 240];
  const names = new Map([
    [251, 'WILL'],
    [252, 'WONT'],
    [253, 'DO'],
    [254, 'DONT'],
  ]);
  // WILL ECHO, WILL SGA, DO TTYPE, DO NAWS, DO NEW-ENVIRON, WILL STATUS.
  socket.write(Buffer.from([IAC, 251, 1, IAC, 251, 3, IAC, 253, 24, IAC, 253, 31, IAC, 253, 39, IAC, 251, 5]));
  return {
    data(listener: (text: string) => void, gone: () => void): void {
      socket.on('close', gone);
      let held: number[] = [];
      socket.on('data', (bytes: Buffer) => {
        held.push(...bytes);
        const text: number[] = [];
        for (let at = 0; ;) {
          if (at >= held.length) {
            held = [];
            break;
          }
          const byte = held[at] ?? 0;
          if (byte === 13) {
            if (at + 1 >= held.length) {
              held = held.slice(at);
              break;
            }
            // CR NUL and CR LF are Enter; a bare CR is not NVT and is passed on with what follows.
            text.push(13);
            at += held[at + 1] === 0 || held[at + 1] === 10 ? 2 : 1;
          } else if (byte !== IAC) {
            text.push(byte);
            at += 1;
          } else if (held[at + 1] === IAC) {
            text.push(IAC);
            at += 2;
          } else if (held[at + 1] === SB) {
            const end = held.findIndex((one, index) => index > at && one === IAC && held[index + 1] === SE);
            if (end < 0) {
              held = held.slice(at);
              break;
            }
            agreed.push(`SB ${held.slice(at + 2, end).join(' ')}`);
            at = end + 2;
          } else {
            if (at + 2 >= held.length) {
              held = held.slice(at);
              break;
            }
            const [verb, option] = [held[at + 1] ?? 0, held[at + 2] ?? 0];
            agreed.push(`${names.get(verb) ?? String(verb)} ${String(option)}`);
            if (verb === 251 && option === 24) socket.write(Buffer.from([IAC, SB, 24, 1, IAC, SE]));
            at += 3;
          }
        }
        if (text.length > 0) listener(Buffer.from(text).toString('latin1'));
      });
    },
    send: (text: string) => void socket.write(Buffer.from(text, 'latin1')),
  };
}
