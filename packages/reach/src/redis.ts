import type { Socket } from 'node:net';
import {
  Cut,
  RedisError,
  Rejected,
  Unreachable,
  type Exposable,
  type Login,
  type Protection,
  type Redis,
  type RedisReply,
} from '@strongroom/driver-kit';
import { opening } from './opening.ts';
import { Reader } from './reader.ts';
import { secure, within, type TlsReach } from './tls.ts';

/** Bytes of one answer: a long list of users is far below. */
const mostReply = 8 * 1024 * 1024;
/** ACL GETUSER nests three deep. */
const deepest = 16;

/**
 * Signs in to a Redis server once, by AUTH with name and password, runs `work` and closes.
 * We speak the protocol ourselves: it is a dozen lines, and client libraries connect, sign in and try again when they see fit.
 * Source: Redis serialization protocol specification (RESP2); AUTH.
 */
export async function overRedis<T>(
  reach: TlsReach,
  protection: Protection,
  login: Login,
  work: (redis: Redis) => Promise<T>,
): Promise<T> {
  const socket = await opening(reach, async (plain) =>
    protection === 'clear text' ? plain : secure(plain, reach, protection),
  );
  const end = (): void => void socket.destroy();
  const signIn = async (): Promise<Redis['command']> => {
    const ask = askOver(socket);
    const answer = await ask(['AUTH', login.username, login.password ?? '']).catch((error: unknown) => {
      if (error instanceof RedisError && error.code === 'WRONGPASS')
        throw new Rejected('the server rejected the log-in');
      throw new Unreachable('the server did not sign the log-in in');
    });
    if (answer !== 'OK') throw new Unreachable('the server did not sign the log-in in');
    return (...words) => {
      const said = ask(words).catch((error: unknown) => {
        if (error instanceof RedisError) throw error;
        end();
        throw new Cut('the line broke after sending');
      });
      return within(reach, said, end, (why) => new Cut(why));
    };
  };
  try {
    const command = await within(reach, signIn(), end, (why) => new Unreachable(why));
    return await work({ command });
  } finally {
    end();
  }
}

type Ask = (words: readonly (string | Exposable)[]) => Promise<RedisReply>;

function askOver(socket: Socket): Ask {
  const reader = new Reader(socket, mostReply);
  return async (words) => {
    const bulk = words.flatMap((word) => {
      const bytes = Buffer.from(typeof word === 'string' ? word : word.expose());
      return [Buffer.from(`$${String(bytes.length)}\r\n`), bytes, Buffer.from('\r\n')];
    });
    socket.write(Buffer.concat([Buffer.from(`*${String(words.length)}\r\n`), ...bulk]));
    return readReply(reader);
  };
}

async function readReply(reader: Reader, depth = 0): Promise<RedisReply> {
  const line = await reader.line();
  const rest = line.slice(1);
  switch (line.charAt(0)) {
    case '+':
      return rest;
    case '-':
      throw new RedisError(rest);
    case ':':
      return Number(rest);
    case '$': {
      const length = Number(rest);
      if (length === -1) return null;
      const bytes = await reader.exactly(length + 2);
      return bytes.subarray(0, length).toString('utf8');
    }
    case '*': {
      const length = Number(rest);
      if (length === -1) return null;
      if (!Number.isInteger(length) || length < 0 || length > mostReply || depth > deepest)
        throw new RangeError('not a reply');
      const items: RedisReply[] = [];
      for (let at = 0; at < length; at += 1) items.push(await readReply(reader, depth + 1));
      return items;
    }
    default:
      throw new RangeError('not a reply');
  }
}
