import { Unreachable } from '@strongroom/driver-kit';
import { authenticateMessage, negotiateMessage, readChallenge } from '../windows/ntlm.ts';
import type { NtlmLogin } from '../windows/ntlm-response.ts';

/** Source: MS-TDS sections 2.2.3.1.1 and 2.2.6.4. */
const packetType = { login7: 0x10, sspi: 0x11 } as const;
const header = 8;
/** Where a LOGIN7 says where its SSPI message stands, and how long it is. Source: MS-TDS section 2.2.6.4. */
const sspiAt = 78;
/** The token that a server's SSPI message is in. Source: MS-TDS section 2.2.7.22. */
const sspiToken = 0xed;
/** A challenge is some hundred bytes. */
const longest = 16 * 1024;

/**
 * Signs a Windows account in: puts our NTLMv2, with an integrity code over all three messages, in place of the client library's,
 * which sends LMv2 and an NTLMv2 answer cut short. The library never has the password.
 * Source: MS-TDS section 3.2.5.3; MS-NLMP; for the service's name SQL Server documentation, Register a Service Principal Name.
 */
export class NtlmExchange {
  readonly #login: NtlmLogin;
  readonly #service: string;
  readonly #negotiate = negotiateMessage();
  #heard: Buffer | undefined;

  constructor(login: NtlmLogin, host: string, port: number) {
    this.#login = login;
    this.#service = `MSSQLSvc/${host}:${String(port)}`;
  }

  /** A packet of the library as it is to be sent. Throws Unreachable and Malformed where the server did not challenge as it should. */
  outgoing(packet: Buffer): Buffer {
    if (packet[0] === packetType.login7) {
      this.#heard = Buffer.alloc(0);
      return this.#withNegotiate(packet);
    }
    if (packet[0] !== packetType.sspi) return packet;
    const challenge = readChallenge(this.#challenge());
    this.#heard = undefined;
    const { message } = authenticateMessage(this.#negotiate, challenge, this.#login, { service: this.#service });
    const head = Buffer.from(packet.subarray(0, header));
    head.writeUInt16BE(header + message.length, 2);
    return Buffer.concat([head, message]);
  }

  /** What came from the server: between LOGIN7 and our answer it is the challenge. */
  incoming(chunk: Buffer): void {
    if (this.#heard !== undefined && this.#heard.length < longest) this.#heard = Buffer.concat([this.#heard, chunk]);
  }

  #withNegotiate(packet: Buffer): Buffer {
    const sent = Buffer.from(packet);
    const at = header + sent.readUInt16LE(header + sspiAt);
    // With no domain in it the library's first message is as long as ours.
    if (sent.readUInt16LE(header + sspiAt + 2) !== this.#negotiate.length)
      throw new Unreachable('the first message does not fit');
    this.#negotiate.copy(sent, at);
    return sent;
  }

  #challenge(): Buffer {
    const bodies: Buffer[] = [];
    let rest = this.#heard ?? Buffer.alloc(0);
    while (rest.length >= header) {
      const length = Math.max(rest.readUInt16BE(2), header);
      bodies.push(rest.subarray(header, length));
      rest = rest.subarray(length);
    }
    const body = Buffer.concat(bodies);
    if (body[0] !== sspiToken || body.length < 3) throw new Unreachable('the server did not challenge');
    return body.subarray(3, 3 + body.readUInt16LE(1));
  }
}
