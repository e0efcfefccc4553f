import { WindowsError } from '@strongroom/driver-kit';
import { Malformed, Reader, Writer } from './bytes.ts';
import { pointer, readCount, readUnicodeHead, readUnicodeTail, unicodeHead, unicodeTail, uniqueString } from './ndr.ts';
import { bind, type Call } from './rpc.ts';
import type { AesSealed } from './samr-secret.ts';
import type { Pipe } from './smb-pipe.ts';
import { ntStatus, statusText } from './status.ts';

/* The procedures of MS-SAMR that it takes to find an account and set its password. Source: MS-SAMR section 3.1.5, numbers from its IDL (section 6). */

/** 12345778-1234-abcd-ef00-0123456789ac, version 1. */
const samr = { uuid: Buffer.from('785734123412cdabef000123456789ac', 'hex'), version: 1 };

const operation = {
  lookupDomain: 5,
  enumerateDomains: 6,
  openDomain: 7,
  enumerateUsers: 13,
  lookupNames: 17,
  openAlias: 27,
  membersOfAlias: 33,
  openUser: 34,
  userInformation: 36,
  changePassword2: 55,
  setInformation2: 58,
  changePassword4: 73,
  connect5: 64,
} as const;

const access = {
  connectAndLookUp: 0x31,
  domainLookUp: 0x200,
  domainList: 0x300,
  aliasMembers: 4,
  setPassword: 0x80,
} as const;

/** What the host calls something that was opened: 20 bytes. */
export type Handle = Buffer;

/** An account by name and number. */
export interface Named {
  readonly name: string;
  readonly rid: number;
}

/** Set by hosts that take AES. Source: MS-SAMR section 2.2.7.15. */
const supportsAes = 0x10;
/** USER_NORMAL_ACCOUNT: not the accounts of computers and trusts. Source: MS-SAMR section 2.2.1.12. */
const normalAccount = 0x10;

/** Opens the account database. Each method throws WindowsError for what the host refused, and what the pipe throws. */
export async function openSamr(pipe: Pipe) {
  const call = await bind(pipe, samr);

  const opened = async (number: number, parameters: Writer): Promise<Handle> => {
    const reader = await asked(call, number, parameters);
    return reader.bytes(20);
  };

  return {
    /** SamrConnect5. Source: section 3.1.5.1.1. */
    async connect(host: string): Promise<{ server: Handle; aes: boolean }> {
      const parameters = uniqueString(new Writer(), `\\\\${host}`, 1).align(4).u32(access.connectAndLookUp);
      const reader = await asked(call, operation.connect5, parameters.u32(1).u32(1).u32(3).u32(0));
      if (reader.u32() !== 1 || reader.u32() !== 1) throw new Malformed('the host answers with another revision');
      reader.skip(4);
      return { aes: (reader.u32() & supportsAes) !== 0, server: reader.bytes(20) };
    },

    /** The names of the host's own domain of accounts and of Builtin. */
    domains: (server: Handle) =>
      listed(call, operation.enumerateDomains, (at) => new Writer().bytes(server).u32(at).u32(0xffff)),

    /** The identifier of a domain, as it goes into openDomain. */
    async sidOf(server: Handle, name: string): Promise<Buffer> {
      const reader = await asked(
        call,
        operation.lookupDomain,
        unicodeTail(unicodeHead(new Writer().bytes(server), name, 1), name),
      );
      if (reader.u32() === 0) throw new Malformed('a domain without an identifier');
      return readSid(reader);
    },

    openDomain: (server: Handle, sid: Buffer, toList = false) =>
      opened(
        operation.openDomain,
        new Writer()
          .bytes(server)
          .u32(toList ? access.domainList : access.domainLookUp)
          .bytes(sid),
      ),

    /** The number of an account. */
    async ridOf(domain: Handle, name: string): Promise<number> {
      const parameters = new Writer().bytes(domain).u32(1).u32(1000).u32(0).u32(1);
      const reader = await asked(call, operation.lookupNames, unicodeTail(unicodeHead(parameters, name, 1), name));
      const present = [reader.u32(), reader.u32()];
      if (present[0] !== 1 || present[1] === 0 || readCount(reader, 4) !== 1) throw new Malformed('not one account');
      return reader.u32();
    },

    openUser: (domain: Handle, rid: number) =>
      opened(operation.openUser, new Writer().bytes(domain).u32(access.setPassword).u32(rid)),

    /** UserInternal5InformationNew. Source: section 2.2.6.24. */
    async setSalted(user: Handle, sealed: Buffer): Promise<void> {
      await asked(call, operation.setInformation2, new Writer().bytes(user).u16(26).u16(26).bytes(sealed).u8(0));
    },

    /** UserInternal7Information. Source: section 2.2.6.34. */
    async setAes(user: Handle, { authData, salt, cipher }: AesSealed): Promise<void> {
      const parameters = new Writer().bytes(user).u16(31).u16(31).align(8).bytes(authData).bytes(salt);
      parameters.u32(cipher.length).u32(pointer(1)).u64(0n).u8(0).align(4).u32(cipher.length).bytes(cipher);
      await asked(call, operation.setInformation2, parameters);
    },

    /** SamrUnicodeChangePasswordUser4, which takes no handle: nobody has to be let into the database for it. Source: section 3.1.5.10.4. */
    async changeAes(host: string, username: string, sealed: AesSealed, iterations: number): Promise<void> {
      const parameters = unicodeTail(unicodeHead(namedServer(host), username, 3), username);
      parameters.align(8).bytes(sealed.authData).bytes(sealed.salt).u32(sealed.cipher.length).u32(pointer(4));
      parameters.u64(BigInt(iterations)).u32(sealed.cipher.length).bytes(sealed.cipher);
      await asked(call, operation.changePassword4, parameters);
    },

    /** SamrUnicodeChangePasswordUser2, without the parts for LM. Source: section 3.1.5.10.3. */
    async change(host: string, username: string, sealed: Buffer, oldUnderNew: Buffer): Promise<void> {
      const parameters = unicodeTail(unicodeHead(namedServer(host), username, 3), username).align(4);
      parameters.u32(pointer(4)).bytes(sealed).u32(pointer(5)).bytes(oldUnderNew).u8(0).align(4).u32(0).u32(0);
      await asked(call, operation.changePassword2, parameters);
    },

    /** Every account that is a person's or a service's. */
    users: (domain: Handle) =>
      listed(call, operation.enumerateUsers, (at) => new Writer().bytes(domain).u32(at).u32(normalAccount).u32(0x8000)),

    /** The identifiers of the members of a local group by its number. */
    async members(builtin: Handle, rid: number): Promise<readonly Buffer[]> {
      const alias = await opened(operation.openAlias, new Writer().bytes(builtin).u32(access.aliasMembers).u32(rid));
      const reader = await asked(call, operation.membersOfAlias, new Writer().bytes(alias));
      const count = reader.u32();
      if (count === 0 || reader.u32() === 0) return [];
      if (readCount(reader, 4) !== count) throw new Malformed('an array of RPC has two lengths');
      const present = Array.from({ length: count }, () => reader.u32() !== 0);
      return present.filter(Boolean).map(() => {
        reader.align(4);
        return readSid(reader);
      });
    },
  };
}

/** The name of the host, as calls without a handle begin. */
function namedServer(host: string): Writer {
  const server = `\\\\${host}`;
  return unicodeTail(unicodeHead(new Writer().u32(pointer(1)), server, 2), server);
}

/** The account database of a host. */
export type Samr = Awaited<ReturnType<typeof openSamr>>;

/** Calls, and reads the status, which every answer ends with. */
async function asked(call: Call, number: number, parameters: Writer): Promise<Reader> {
  const answer = await call(number, parameters.done());
  if (answer.length < 4) throw new Malformed('an answer without a status');
  const status = answer.readUInt32LE(answer.length - 4);
  if (status !== ntStatus.success && status !== ntStatus.moreEntries)
    throw new WindowsError(status, statusText(status));
  return new Reader(answer);
}

/** At most so many calls for one list: some hundred thousand accounts. */
const mostPages = 200;

/** An enumeration: pages of numbers and names. Source: sections 3.1.5.2.1 and 3.1.5.2.5. */
async function listed(call: Call, number: number, parameters: (from: number) => Writer): Promise<readonly Named[]> {
  const found: Named[] = [];
  let from = 0;
  for (let page = 0; page < mostPages; page += 1) {
    const reader = await asked(call, number, parameters(from));
    from = reader.u32();
    const count = reader.u32() === 0 ? 0 : reader.u32();
    if (count > 0 && reader.u32() !== 0) {
      if (readCount(reader, 12) !== count) throw new Malformed('an array of RPC has two lengths');
      const heads = Array.from({ length: count }, () => ({ rid: reader.u32(), head: readUnicodeHead(reader) }));
      for (const { rid, head } of heads) found.push({ rid, name: readUnicodeTail(reader, head) });
    }
    reader.align(4);
    reader.skip(4);
    if (reader.u32() !== ntStatus.moreEntries) return found;
  }
  throw new Malformed('a list has no end');
}

/** RPC_SID, with the count before it that RPC wants. Source: MS-DTYP section 2.4.2.3. */
function readSid(reader: Reader): Buffer {
  const count = readCount(reader, 4);
  const sid = reader.bytes(8 + count * 4);
  if (count > 15 || sid.readUInt8(1) !== count) throw new Malformed('not an identifier');
  return new Writer().u32(count).bytes(sid).done();
}

/** S-1-5-32, the domain of built-in groups, as it goes into openDomain. */
export const builtinSid: Buffer = new Writer()
  .u32(1)
  .u8(1)
  .u8(1)
  .bytes(Buffer.from([0, 0, 0, 0, 0, 5]))
  .u32(32)
  .done();

/** The identifier of an account: that of its domain with one number more. */
export function accountSid(domain: Buffer, rid: number): Buffer {
  const count = domain.readUInt32LE() + 1;
  return new Writer().u32(count).u8(1).u8(count).bytes(domain.subarray(6)).u32(rid).done();
}
