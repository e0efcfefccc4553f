import type { Socket } from 'node:net';
import { BSON } from 'mongodb';
import {
  Cut,
  MongoError,
  Rejected,
  Unreachable,
  type Login,
  type Mongo,
  type MongoAccess,
  type MongoDocument,
} from '@strongroom/driver-kit';
import { opening } from '../opening.ts';
import { Reader } from '../reader.ts';
import { secure, within, type TlsReach } from '../tls.ts';
import { Scram, ScramFault, type Mechanism } from './scram.ts';

/** OP_MSG. Source: MongoDB Wire Protocol, Opcodes. */
const opMsg = 2013;
const header = 16;
/** The largest message a server takes and sends. Source: maxMessageSizeBytes of hello. */
const mostMessage = 48_000_000;
/** AuthenticationFailed. Source: MongoDB Manual, Error Codes. */
const authenticationFailed = 18;

/**
 * Signs in to a MongoDB server once, by SCRAM-SHA-256 or, for accounts that have no other, SCRAM-SHA-1; runs `work` and closes.
 * We speak OP_MSG ourselves, over one connection: the official client keeps pools and monitors, and signs in when it sees fit. It writes and reads BSON for us.
 * Source: MongoDB Wire Protocol; Driver Authentication specification.
 */
export async function overMongo<T>(
  reach: TlsReach,
  access: MongoAccess,
  login: Login,
  work: (mongo: Mongo) => Promise<T>,
): Promise<T> {
  const { protection } = access;
  const socket = await opening(reach, async (plain) =>
    protection === 'clear text' ? plain : secure(plain, reach, protection),
  );
  const end = (): void => void socket.destroy();
  const signIn = async (): Promise<Mongo['command']> => {
    const ask = askOver(socket);
    await prove(ask, access.database, login).catch((error: unknown) => {
      if (error instanceof MongoError && error.code === authenticationFailed)
        throw new Rejected('the server rejected the log-in');
      throw error instanceof Unreachable ? error : new Unreachable('the server did not sign the log-in in');
    });
    return (database, command) => {
      const said = ask(database, command).catch((error: unknown) => {
        if (error instanceof MongoError) throw error;
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

/** One SASL conversation. A wrong password is told by its last step alone. */
async function prove(ask: Mongo['command'], database: string, { username, password }: Login): Promise<void> {
  const hello = await ask('admin', { hello: 1, saslSupportedMechs: `${database}.${username}` });
  const mechanism = mechanismOf(hello['saslSupportedMechs']);
  const scram = new Scram(mechanism, username, password?.expose() ?? '');
  const begun = await ask(database, {
    saslStart: 1,
    mechanism,
    payload: new BSON.Binary(Buffer.from(scram.first())),
    // Leaves out the empty third round (MongoDB 4.4 and newer; older ones do not know the option and ask for it).
    options: { skipEmptyExchange: true },
  });
  const conversationId = begun['conversationId'];
  const next = (payload: string) =>
    ask(database, { saslContinue: 1, conversationId, payload: new BSON.Binary(Buffer.from(payload)) });
  const answered = await next(await scram.final(textOf(begun['payload'])));
  scram.check(textOf(answered['payload']));
  const ended = answered['done'] === true ? answered : await next('');
  if (ended['done'] !== true) throw new ScramFault('the exchange has no end');
}

/** An unknown account gets an empty list or none, and is rejected in the exchange, as it should be. */
function mechanismOf(offered: unknown): Mechanism {
  if (!Array.isArray(offered) || offered.length === 0 || offered.includes('SCRAM-SHA-256')) return 'SCRAM-SHA-256';
  if (offered.includes('SCRAM-SHA-1')) return 'SCRAM-SHA-1';
  throw new Unreachable('the account signs in by no password');
}

function textOf(payload: unknown): string {
  if (payload instanceof BSON.Binary) return Buffer.from(payload.buffer).toString('utf8');
  throw new ScramFault('no payload');
}

function askOver(socket: Socket): Mongo['command'] {
  const reader = new Reader(socket, mostMessage);
  let last = 0;
  return async (database, command) => {
    last += 1;
    const body = BSON.serialize({ ...command, $db: database });
    const head = Buffer.alloc(header + 5);
    head.writeInt32LE(head.length + body.length, 0);
    head.writeInt32LE(last, 4);
    head.writeInt32LE(opMsg, 12);
    socket.write(Buffer.concat([head, body]));
    return succeeded(await readMessage(reader, last));
  };
}

async function readMessage(reader: Reader, to: number): Promise<MongoDocument> {
  const head = await reader.exactly(header);
  const rest = await reader.exactly(head.readInt32LE(0) - header);
  if (head.readInt32LE(12) !== opMsg || head.readInt32LE(8) !== to || rest[4] !== 0) throw new Cut('not an answer');
  // Flags in four bytes, and one section of kind 0, which is the document.
  return BSON.deserialize(rest.subarray(5, 5 + rest.readInt32LE(5)));
}

function succeeded(reply: MongoDocument): MongoDocument {
  if (reply['ok'] === 1) return reply;
  const { code, errmsg } = reply;
  throw new MongoError(typeof code === 'number' ? code : 0, typeof errmsg === 'string' ? errmsg : '');
}
