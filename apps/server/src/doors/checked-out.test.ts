import { request as post } from 'node:https';
import { createApiUser, listAccounts, shareResource, transferResource, updateSettings } from '@strongroom/contract';
import type { FastifyInstance, InjectOptions } from 'fastify';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate, type Made } from '../../test/certificates.ts';
import { desk, type Desk } from '../../test/requests.ts';
import { loginPassword, world, type Person, type World } from '../../test/world.ts';
import { createLog } from '../platform/log.ts';
import { createMetrics } from '../platform/metrics.ts';
import { openHostKey, sshCli, type SshCli } from './ssh-cli/index.ts';
import { xmlRpc, type XmlRpc } from './xmlrpc/index.ts';

const secret = 'First-word-1';
let w: World;
let app: FastifyInstance;
let cli: SshCli;
let rpc: XmlRpc;
let cliPort: number;
let rpcPort: number;

/** A password that somebody has: its ids, and its two names. */
interface Lent {
  readonly desk: Desk;
  readonly numbers: { readonly resource: number; readonly account: number };
}
/** A program with every credential that there is. */
interface Program {
  readonly id: string;
  readonly username: string;
  readonly token: string;
  readonly key: string;
  readonly certificate: Made;
}
/** What a door says: the password, or the word by which this door says that somebody has it. */
type Door<Who> = (who: Who, lent: Lent) => Promise<string>;

const inject = async (options: InjectOptions) => {
  const answer = await app.inject(options);
  return { status: answer.statusCode, headers: answer.headers, body: answer.json<Record<string, unknown>>() };
};
const reveal = async (headers: Record<string, string>, { desk: { accountId } }: Lent): Promise<string> => {
  const url = `/api/v1/accounts/${String(accountId)}/reveal`;
  const { body } = await inject({ method: 'POST', url, headers, payload: { purpose: 'show', reason: 'a test' } });
  return String(body['password'] ?? body['code']);
};
const dialect = async (url: string, headers: Record<string, string>, details?: unknown): Promise<string> => {
  const payload = `INPUT_DATA=${JSON.stringify({ operation: { Details: details } })}`;
  const { body } = await inject(
    details === undefined ? { method: 'GET', url, headers } : { method: 'POST', url, headers, payload },
  );
  const { result, Details } = body['operation'] as { result: { message: string }; Details?: { PASSWORD?: string } };
  return Details?.PASSWORD ?? result.message;
};
const rest = (token: string, { numbers: { resource, account } }: Lent): Promise<string> =>
  dialect(`/restapi/json/v1/resources/${resource}/accounts/${account}/password`, { AUTHTOKEN: token });

const sessions = new Map<string, Record<string, string>>();
/** The console's: a cookie that a real sign-in set, and the CSRF token it gave. */
async function signedIn({ username }: Person): Promise<Record<string, string>> {
  const known = sessions.get(username);
  if (known) return known;
  const payload = { username, password: loginPassword };
  const { status, headers, body } = await inject({ method: 'POST', url: '/api/v1/session', payload });
  expect(status).toBe(200);
  const made = {
    cookie: String(headers['set-cookie']).split(';')[0] ?? '',
    'x-csrf-token': String(body['csrfToken']),
    'sec-fetch-site': 'same-origin',
  };
  sessions.set(username, made);
  return made;
}
const tokenOf = async (who: Person): Promise<string> => (await who.token(['read', 'passwords'])).text;

const doorsOfPeople: Record<string, Door<Person>> = {
  console: async (who, lent) => reveal(await signedIn(who), lent),
  '/api/v1': async (who, lent) => reveal({ authorization: `Bearer ${await tokenOf(who)}` }, lent),
  'reference REST': async (who, lent) => rest(await tokenOf(who), lent),
  '/api/json': async (who, { numbers }) => {
    const { token } = await who.session();
    return dialect(
      '/api/json/request?OPERATION_NAME=GET_PASSWORD',
      { SESSIONID: token },
      { PASSWDID: numbers.account },
    );
  },
};
const doorsOfPrograms: Record<string, Door<Program>> = {
  '/api/v1': (who, lent) => reveal({ authorization: `Bearer ${who.token}` }, lent),
  'reference REST': (who, lent) => rest(who.token, lent),
  'SSH command line': async (who, lent) => retrieve(who, lent.desk.host),
  'XML-RPC': (who, lent) => call(who, lent.desk.host),
};

/** RETRIEVE over a connection of its own: the line it printed, or its error. */
function retrieve(who: Program, host: string): Promise<string> {
  const client = new ssh2.Client();
  return new Promise<string>((resolve, reject) => {
    client.on('error', reject).once('ready', () => {
      client.exec(`RETRIEVE --resource=${host} --account=root --reason=a test`, (error, stream) => {
        if (error) {
          reject(error);
          return;
        }
        let [out, err] = ['', ''];
        stream.on('data', (part: Buffer) => (out += part.toString()));
        stream.stderr.on('data', (part: Buffer) => (err += part.toString()));
        stream.once('close', (status: number) => {
          resolve(status === 0 ? out.trimEnd() : `${out}${err.trimEnd()}`);
        });
      });
    });
    client.connect({ host: '127.0.0.1', port: cliPort, username: who.username, privateKey: who.key });
  }).finally(() => client.end());
}

/** A retrieval by XML-RPC with the program's certificate: the password, or the message. */
function call(who: Program, host: string): Promise<string> {
  const params = [host, 'root', 'a test'].map((text) => `<param><value>${text}</value></param>`).join('');
  return new Promise((resolve, reject) => {
    const request = post(
      {
        host: '127.0.0.1',
        port: rpcPort,
        path: '/xmlrpc',
        method: 'POST',
        agent: false,
        ca: w.tls.options.cert as string,
        servername: 'localhost',
        cert: who.certificate.cert,
        key: who.certificate.key,
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.once('end', () => {
          const member = (name: string): string | undefined =>
            new RegExp(`<name>${name}</name><value><string>([^<]*)<`).exec(text)?.[1];
          resolve(member('password') ?? member('message') ?? text);
        });
      },
    );
    request.once('error', reject);
    request.end(`<?xml version="1.0"?><methodCall><methodName>pmp.password.retrieve</methodName><params>${params}</params></methodCall>`); // prettier-ignore
  });
}

async function program(name: string, role: string, superAdministrator = false): Promise<Program> {
  const pair = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
  const certificate = await makeCertificate({ name });
  const { user, token } = await w.invoke(createApiUser, await w.people.boss.actor(), {
    username: `${name}@localhost`,
    fullName: name,
    role,
    superAdministrator,
    expiresAt: null,
    sshKey: pair.public,
    certificate: certificate.cert,
  });
  return { id: user.id, username: user.username, token, key: pair.private, certificate };
}

let anna: Person;
let cleo: Person;
/** A host of `keeper` whose password anna may have, and others may see. */
async function lend(others: readonly { id: string; permission: 'view' | 'manage' }[]): Promise<Lent> {
  const keeper = await w.people.keeper.actor();
  const made = await desk(w, w.people.keeper, { shared: [anna], approvers: [cleo] });
  await w.invoke(shareResource, keeper, {
    resourceId: made.resourceId,
    set: others.map(({ id, permission }) => ({ to: { kind: 'user' as const, id }, permission })) as never,
  });
  const [account] = (await w.invoke(listAccounts, keeper, { resourceId: made.resourceId })).items;
  return {
    desk: made,
    numbers: { resource: account?.resourceNumber ?? 0, account: account?.number ?? 0 },
  };
}
async function take({ desk: made }: Lent): Promise<void> {
  const request = await made.ask(anna);
  await made.approve(cleo, request);
  await made.checkOut(anna);
}
/** What each door tells each of them. */
async function asked<Who>(
  doors: Readonly<Record<string, Door<Who>>>,
  people: Readonly<Record<string, Who>>,
  lent: Lent,
): Promise<Record<string, Record<string, string>>> {
  const told: Record<string, Record<string, string>> = {};
  for (const [who, one] of Object.entries(people)) {
    const answers: Record<string, string> = (told[who] = {});
    for (const [name, door] of Object.entries(doors)) answers[name] = await door(one, lent);
  }
  return told;
}

const sentence = 'Somebody has checked this password out. Wait until it is checked in.';
const refusedToPeople = { console: 'checked-out', '/api/v1': 'checked-out', 'reference REST': '[ In use ]', '/api/json': '[ In use ]' }; // prettier-ignore
const refusedToPrograms = { '/api/v1': 'checked-out', 'reference REST': '[ In use ]', 'SSH command line': sentence, 'XML-RPC': sentence }; // prettier-ignore
const given = <Names extends object>(names: Names): Record<string, string> =>
  Object.fromEntries(Object.keys(names).map((name) => [name, secret]));

let people: Record<string, Person>;
let programs: Record<string, Program>;
let ofPerson: Lent;
let ofProgram: Lent;

beforeAll(async () => {
  w = await world();
  app = w.app();
  const parts = {
    database: w.database,
    perform: w.perform,
    endpoints: w.endpoints,
    log: createLog({ level: 'debug', sink: { write: () => undefined } }),
    metrics: createMetrics(),
    organisationId: () => Promise.resolve(w.organisationId),
  };
  cli = sshCli({ ...parts, hostKey: openHostKey(w.home).privateKey });
  rpc = xmlRpc({ ...parts, tls: w.tls.options });
  [cliPort, rpcPort] = [await cli.listen(0, '127.0.0.1'), await rpc.listen(0, '127.0.0.1')];
  anna = await w.add({ username: 'anna' });
  cleo = await w.add({ username: 'cleo', role: 'password-administrator' });
  people = { owner: w.people.keeper, administrator: w.people.admin, 'super administrator': w.people.boss };
  programs = {
    owner: await program('owner', 'password-administrator'),
    administrator: await program('administrator', 'administrator'),
    'super administrator': await program('super', 'administrator', true),
    user: await program('user', 'password-user'),
  };
  const of = (name: string): string => programs[name]?.id ?? '';
  ofPerson = await lend([{ id: w.people.admin.id, permission: 'manage' }]);
  ofProgram = await lend([
    { id: of('administrator'), permission: 'manage' },
    { id: of('user'), permission: 'view' },
  ]);
  await w.invoke(transferResource, await w.people.keeper.actor(), {
    resourceId: ofProgram.desk.resourceId,
    toUserId: of('owner') as never,
  });
  await take(ofPerson);
  await take(ofProgram);
}, 60_000);
afterAll(async () => {
  await cli?.close();
  await rpc?.close();
  await w?.close();
});

describe('a password that somebody has checked out', () => {
  it('is opened by whoever has it, at every door they have', async () => {
    expect(await asked(doorsOfPeople, { anna }, ofPerson)).toEqual({ anna: given(doorsOfPeople) });
  });
  it('is refused to everybody else at every door: owners, administrators and super administrators, people and programs', async () => {
    expect(await asked(doorsOfPeople, people, ofPerson)).toEqual(
      Object.fromEntries(Object.keys(people).map((who) => [who, refusedToPeople])),
    );
    expect(await asked(doorsOfPrograms, programs, ofProgram)).toEqual(
      Object.fromEntries(Object.keys(programs).map((who) => [who, refusedToPrograms])),
    );
  });
  it('is opened by administrators where the organisation says so, and by nobody else', async () => {
    // One of those who may manage security says so.
    await w.invoke(updateSettings, await w.people.privileged.actor(), { administratorsSeeCheckedOut: true });
    expect(await asked(doorsOfPeople, people, ofPerson)).toEqual(
      Object.fromEntries(Object.keys(people).map((who) => [who, given(doorsOfPeople)])),
    );
    expect(await asked(doorsOfPrograms, programs, ofProgram)).toEqual(
      Object.fromEntries(
        Object.keys(programs).map((who) => [who, who === 'user' ? refusedToPrograms : given(doorsOfPrograms)]),
      ),
    );
  });
});
