import { createHash } from 'node:crypto';
import { Unreachable } from '@strongroom/driver-kit';
import { Malformed, Reader, slice, Writer } from './bytes.ts';
import { authenticateMessage, negotiateMessage, readChallenge } from './ntlm.ts';
import { firstSignature, type NtlmLogin } from './ntlm-response.ts';
import { SmbLine } from './smb-line.ts';
import { command, headerLength, readResponse, requestMessage, type Command, type Response } from './smb-message.ts';
import { smbKeys, type SmbKeys } from './smb-keys.ts';
import { makeOffer, negotiateBody, readNegotiated, type Agreed, type Offer } from './smb-negotiate.ts';
import { isSigned, seal, sign, unseal } from './smb-protection.ts';
import { firstToken, lastToken, offered, tokenOf } from './spnego.ts';
import { ntStatus, signInFailure } from './status.ts';

/** Whom to sign in where. */
export interface SmbTarget {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Refuse hosts that cannot encrypt. */
  readonly encrypted: boolean;
}

type Line = Pick<SmbLine, 'send' | 'receive' | 'within' | 'close'>;

const signingRequired = 2;
const sessionFlag = { guest: 1, anonymous: 2 } as const;

/** A signed-in session: every request signed or encrypted, every answer checked. One request runs at a time. */
export class SmbSession {
  readonly agreed: Agreed;
  readonly offer: Offer;
  readonly keys: SmbKeys;
  readonly #line: Line;
  readonly #sessionId: bigint;
  #messageId: bigint;

  constructor(
    line: Line,
    signedIn: { agreed: Agreed; offer: Offer; keys: SmbKeys; sessionId: bigint; messageId: bigint },
  ) {
    this.#line = line;
    this.agreed = signedIn.agreed;
    this.offer = signedIn.offer;
    this.keys = signedIn.keys;
    this.#sessionId = signedIn.sessionId;
    this.#messageId = signedIn.messageId;
  }

  within(ms: number): void {
    this.#line.within(ms);
  }

  close(): void {
    this.#line.close();
  }

  /** Sends one request and gives back its answer, whatever status that has. Throws LineBroken and Malformed. */
  async request(which: Command, treeId: number, body: Buffer): Promise<Response> {
    const { cipher, dialect: spoken } = this.agreed;
    const head = { command: which, messageId: this.#messageId++, sessionId: this.#sessionId, treeId };
    const message = requestMessage({ ...head, signed: cipher === undefined }, body);
    this.#line.send(
      cipher === undefined ? sign(spoken, this.keys, message) : seal(cipher, this.keys, this.#sessionId, message),
    );
    for (;;) {
      const raw = await this.#line.receive();
      const plain = cipher === undefined ? raw : unseal(cipher, this.keys, this.#sessionId, raw);
      const response = readResponse(plain);
      // "I am at it" may come unsigned, and says nothing. The time limit bounds how often.
      if (response.interim && response.messageId === head.messageId) continue;
      if (cipher === undefined && !(response.signed && isSigned(spoken, this.keys, plain)))
        throw new Malformed('the host answered without the signature of this session');
      if (response.messageId !== head.messageId || response.command !== which || response.sessionId !== this.#sessionId)
        throw new Malformed('the host answered something else');
      return response;
    }
  }
}

/**
 * Connects and signs in with NTLMv2: one attempt.
 * The host has to prove, by the signature of its last answer, that it (or its domain) knows the password too.
 * Throws Rejected, MustChange, Unreachable, and LineBroken and Malformed.
 */
export async function signIn(target: SmbTarget, login: (computer: string) => NtlmLogin): Promise<SmbSession> {
  const line = await SmbLine.open(target.host, target.port, target.timeoutMs, target.signal);
  try {
    return await negotiateAndSetUp(line, target, login);
  } catch (error) {
    line.close();
    throw error;
  }
}

async function negotiateAndSetUp(
  line: SmbLine,
  target: SmbTarget,
  login: (computer: string) => NtlmLogin,
): Promise<SmbSession> {
  let messageId = 0n;
  let sessionId = 0n;
  let preauth: Buffer = Buffer.alloc(64);
  const hash = (message: Buffer): void => {
    preauth = createHash('sha512').update(preauth).update(message).digest();
  };
  const exchange = async (which: Command, body: Buffer): Promise<Response> => {
    const head = { command: which, messageId: messageId++, sessionId, treeId: 0, signed: false };
    const request = requestMessage(head, body);
    hash(request);
    line.send(request);
    let response = readResponse(await line.receive());
    while (response.interim && response.messageId === head.messageId) response = readResponse(await line.receive());
    if (response.command !== which || response.messageId !== head.messageId)
      throw new Malformed('the host answered something else');
    // The last one is signed with what is hashed so far.
    if (which === command.negotiate || response.status === ntStatus.moreProcessingRequired) hash(response.message);
    return response;
  };

  const offer = makeOffer();
  const negotiated = await exchange(command.negotiate, negotiateBody(offer));
  if (negotiated.status !== ntStatus.success) throw new Malformed('the host speaks no dialect of SMB 2.1 or later');
  const agreed = readNegotiated(negotiated.message);
  if (target.encrypted && agreed.cipher === undefined) throw new Unreachable('the host offers no encryption');

  const negotiate = negotiateMessage();
  const challenged = await exchange(command.sessionSetup, setupBody(firstToken(negotiate)));
  if (challenged.status !== ntStatus.moreProcessingRequired) throw signInFailure(challenged.status);
  sessionId = challenged.sessionId;
  const challenge = readChallenge(tokenOf(readSetup(challenged.message).token));

  const { message, key } = authenticateMessage(negotiate, challenge, login(challenge.computer), {
    service: `cifs/${target.host}`,
  });
  const answered = await exchange(command.sessionSetup, setupBody(lastToken(message, firstSignature(key, offered))));
  if (answered.status !== ntStatus.success) throw signInFailure(answered.status);
  if (answered.sessionId !== sessionId) throw new Malformed('the host answered for another session');
  if ((readSetup(answered.message).flags & (sessionFlag.guest | sessionFlag.anonymous)) !== 0)
    throw new Unreachable('the host lets this account in as a guest, whatever its password');

  const keys = smbKeys(agreed.dialect, key, preauth);
  if (!answered.signed || !isSigned(agreed.dialect, keys, answered.message))
    throw new Malformed('the host did not prove that it knows the password');
  return new SmbSession(line, { agreed, offer, keys, sessionId, messageId });
}

/** Source: MS-SMB2 section 2.2.5. */
function setupBody(token: Buffer): Buffer {
  return new Writer()
    .u16(25)
    .u8(0)
    .u8(signingRequired)
    .u32(0)
    .u32(0)
    .u16(headerLength + 24)
    .u16(token.length)
    .u64(0n)
    .bytes(token)
    .done();
}

/** Source: MS-SMB2 section 2.2.6. */
function readSetup(message: Buffer): { flags: number; token: Buffer } {
  const reader = new Reader(message, headerLength);
  reader.skip(2);
  const flags = reader.u16();
  const offset = reader.u16();
  return { flags, token: slice(message, offset, reader.u16()) };
}
