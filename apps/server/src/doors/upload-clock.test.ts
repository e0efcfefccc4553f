import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { onClientError, whileUploading } from './upload-clock.ts';

const opened: (() => void)[] = [];
afterEach(() => {
  for (const close of opened.splice(0)) close();
});

/** A server that gives a request a tenth of a second, and reads bodies to their end. */
async function server(spared: boolean): Promise<Server> {
  const answers = createServer({ requestTimeout: 100, headersTimeout: 100, connectionsCheckingInterval: 20 });
  answers.on('clientError', onClientError);
  answers.on('request', (request: IncomingMessage, response) => {
    const read = async (): Promise<void> => {
      let bytes = 0;
      for await (const piece of request as AsyncIterable<Buffer>) bytes += piece.length;
      response.end(String(bytes));
    };
    (spared ? whileUploading(request.socket, read) : read()).catch(() => undefined);
  });
  answers.listen(0, '127.0.0.1');
  await once(answers, 'listening');
  opened.push(() => {
    answers.closeAllConnections();
    answers.close();
  });
  return answers;
}

/** A connection, and everything it is answered until it ends. */
function caller(to: Server): { socket: Socket; answer: Promise<string> } {
  const socket = connect((to.address() as AddressInfo).port, '127.0.0.1');
  opened.push(() => socket.destroy());
  socket.on('error', () => undefined);
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => (text += part));
  return { socket, answer: new Promise((resolve) => socket.once('close', () => resolve(text))) };
}

/** Sends a body of six bytes of which the last five come only once the request's time is over. Gives what was answered. */
async function late(to: Server): Promise<string> {
  const { socket, answer } = caller(to);
  const over = once(to, 'clientError');
  socket.write('PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\nConnection: close\r\n\r\nx');
  await over;
  socket.write('xxxxx');
  return answer;
}

describe('the time a request has', () => {
  it('ends one that is not all there by then with 408', async () => {
    expect(await late(await server(false))).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
  });

  it('does not end an upload that goes on', async () => {
    expect(await late(await server(true))).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n6$/);
  });

  it('answers what is no HTTP with 400, and headers beyond measure with 431', async () => {
    const to = await server(false);
    for (const [text, status] of [
      ['nonsense\r\n\r\n', 400],
      [`GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`, 431],
    ] as const) {
      const { socket, answer } = caller(to);
      socket.write(text);
      expect(await answer).toMatch(new RegExp(`^HTTP/1\\.1 ${String(status)} `));
    }
  });
});
