import {
  Cut,
  MustChange,
  Rejected,
  Unreachable,
  WindowsError,
  type Exposable,
  type WindowsAccounts,
} from '@strongroom/driver-kit';
import { Malformed } from './bytes.ts';
import { RpcFault } from './rpc.ts';
import { accountSid, builtinSid, openSamr, type Handle, type Samr } from './samr.ts';
import {
  aesPasswordBuffer,
  aesSealed,
  aesSealedWithOld,
  changeIterations,
  oldUnderNew,
  sealedWithOld,
  sealedWithSalt,
} from './samr-secret.ts';
import { LineBroken } from './smb-line.ts';
import { openPipe } from './smb-pipe.ts';
import type { SmbSession } from './smb-session.ts';
import { ntStatus } from './status.ts';

const administrators = 544;
/** nca_s_op_rng_error. Source: C706 appendix E. */
const noSuchProcedure = 0x1c01_0002;

/** A host's accounts, over a session of SMB. Each call has `timeoutMs` of its own. */
export function accountsOver(session: SmbSession, host: string, timeoutMs: number): WindowsAccounts {
  let samr: Promise<Samr> | undefined;
  /** Questions: nothing has been changed when they fail. */
  const asking = async <T>(work: (samr: Samr) => Promise<T>): Promise<T> => {
    session.within(timeoutMs);
    try {
      samr ??= openPipe(session, host, 'samr').then(openSamr);
      return await work(await samr);
    } catch (error) {
      throw beforeChange(error);
    }
  };

  return {
    setPassword: async (username, next) => {
      const { user, aes, opened } = await asking(async (opened) => {
        const { server, aes } = await opened.connect(host);
        const { domain } = await ownDomain(opened, server, username.domain);
        const user = await opened.openUser(domain, await opened.ridOf(domain, username.name));
        return { user, aes, opened };
      });
      session.within(timeoutMs);
      await changing(() => (aes ? setByAes(opened, session, user, next) : setBySalt(opened, session, user, next)));
    },

    changePassword: async (username, current, next) => {
      const opened = await asking((one) => Promise.resolve(one));
      session.within(timeoutMs);
      const [old, fresh] = [current.expose(), next.expose()];
      const sealed = await aesSealedWithOld(fresh, old);
      await changing(async () => {
        try {
          await opened.changeAes(host, username.name, sealed, changeIterations);
        } catch (error) {
          // A host that has no such procedure has done nothing; one that has may not take the older one any more.
          if (!(error instanceof RpcFault && error.code === noSuchProcedure)) throw error;
          await opened.change(host, username.name, sealedWithOld(fresh, old), oldUnderNew(old, fresh));
        }
      });
    },

    list: () =>
      asking(async (opened) => {
        const { server } = await opened.connect(host);
        const { domain, sid } = await ownDomain(opened, server, undefined, true);
        const admins = await opened.members(await opened.openDomain(server, builtinSid), administrators);
        return (await opened.users(domain)).map(({ name, rid }) => ({
          username: name,
          rid,
          administrator: admins.some((member) => member.equals(accountSid(sid, rid))),
        }));
      }),
  };
}

/** The domain whose accounts the host keeps itself. Refuses a name of another domain. */
async function ownDomain(
  samr: Samr,
  server: Handle,
  wanted: string | undefined,
  toList = false,
): Promise<{ domain: Handle; sid: Buffer }> {
  const own = (await samr.domains(server)).find(({ name }) => name.toLowerCase() !== 'builtin');
  if (own === undefined) throw new Malformed('a host without accounts');
  if (wanted !== undefined && wanted.toLowerCase() !== own.name.toLowerCase())
    throw new WindowsError(ntStatus.noSuchUser, 'the account belongs to another domain than this host keeps');
  const sid = await samr.sidOf(server, own.name);
  return { sid, domain: await samr.openDomain(server, sid, toList) };
}

function setBySalt(samr: Samr, { keys }: SmbSession, user: Handle, next: Exposable): Promise<void> {
  return samr.setSalted(user, sealedWithSalt(next.expose(), keys.application));
}

/** By AES; a host that says it knows it, and then does not, has changed nothing and is asked the older way. */
async function setByAes(samr: Samr, session: SmbSession, user: Handle, next: Exposable): Promise<void> {
  try {
    await samr.setAes(user, aesSealed(aesPasswordBuffer(next.expose()), session.keys.application));
  } catch (error) {
    if (!(error instanceof RpcFault) && !(error instanceof WindowsError && notUnderstood.includes(error.status)))
      throw error;
    await setBySalt(samr, session, user, next);
  }
}

const notUnderstood: readonly number[] = [ntStatus.invalidInfoClass, ntStatus.invalidParameter, ntStatus.notSupported];

/** Runs what changes the host: whatever goes wrong without an answer leaves us not knowing. */
async function changing(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof WindowsError) throw error;
    if (error instanceof RpcFault) throw new WindowsError(error.code, error.message);
    throw new Cut('no answer came to the change');
  }
}

/** What went wrong before anything was changed. */
export function beforeChange(error: unknown): Error {
  const known = [Rejected, MustChange, Unreachable, WindowsError].find((one) => error instanceof one);
  if (known !== undefined && error instanceof Error) return error;
  if (error instanceof RpcFault) return new WindowsError(error.code, error.message);
  if (error instanceof LineBroken || error instanceof Malformed) return new Unreachable(error.message);
  return error instanceof Error ? error : new Unreachable('the host could not be asked');
}
