import { auditEndpoints } from './audit/index.ts';
import type { NoteSigner } from '@strongroom/audit-proof';
import type { Endpoint, Perform, StreamEndpoint } from './authorise/index.ts';
import { afterRun as endOfReset, checkedOut, checkoutEndpoints } from './checkout/index.ts';
import { fileEndpoints, fileStreams } from './files/index.ts';
import { groupEndpoints } from './group/index.ts';
import { identityEndpoints, type PasswordHasher } from './identity/index.ts';
import { importStreams, importsEndpoints, importTasks } from './imports/index.ts';
import { keyEndpoints, runKey } from './keys/index.ts';
import { listenerEndpoints, runLane, type ListenerParts } from './listeners/index.ts';
import { deliverMail, mailEndpoints, type Mailer } from './mail/index.ts';
import { policyEndpoints, runSweep } from './policies/index.ts';
import { noticeEndpoints } from './notices/index.ts';
import { sshCommandLineEndpoints, xmlRpcEndpoints, type SshCommandLineState, type XmlRpcPort } from './doors/index.ts';
import { firstPasswords, passwordEndpoints } from './passwords/index.ts';
import type { Database } from './platform/db.ts';
import type { Jobs, JobName } from './platform/jobs.ts';
import type { Tls } from './platform/tls.ts';
import { resourceEndpoints, resourceStreams } from './resource/index.ts';
import {
  driverCatalogue,
  planNightly,
  rotationEndpoints,
  runAttempt,
  runEndpoints,
  runExport,
  runNightly,
  runPump,
  scriptEndpoints,
  type WorkerParts,
} from './rotation/index.ts';
import { afterRun as endOfSchedule, scheduleEndpoints } from './schedules/index.ts';
import { searchEndpoints } from './search/index.ts';
import { setupEndpoints, type SetupParts } from './setup/index.ts';
import { shareEndpoints } from './share/index.ts';
import { runTask, tasksEndpoints, type FindEndpoint } from './tasks/index.ts';
import {
  createDesk,
  endpointWithTickets,
  streamWithTickets,
  ticketingEndpoints,
  ticketingModuleEndpoints,
  withTickets,
} from './tickets/index.ts';
import { trustEndpoints } from './trust/index.ts';
import type { Vault } from './vault/index.ts';
import { createFollowers, webhookEndpoints } from './webhooks/index.ts';

export interface Parts {
  readonly database: Database;
  readonly perform: Perform;
  readonly vault: Vault;
  readonly hasher: PasswordHasher;
  readonly mailer: Mailer;
  readonly tls: Tls;
  readonly worker: WorkerParts;
  /** What set-up needs beside the parts above. */
  readonly setup: Omit<SetupParts, 'database' | 'perform' | 'vault' | 'hasher'>;
  /** Where the console is reached, without a slash at the end. */
  publicUrl(): string;
  onMailFailure(error: unknown): void;
  onStreamFailure(error: unknown): void;
  /** As whom listeners and the ticketing module run, and who is told when one is not what was approved. */
  readonly listeners: Pick<ListenerParts, 'runAs' | 'onAltered'>;
  signerOf(organisationId: string): NoteSigner;
  /** How the SSH command line is reached; left out, it is not. */
  readonly sshCommandLine?: SshCommandLineState;
  /** The same of XML-RPC. */
  readonly xmlRpcPort?: XmlRpcPort;
}

export interface Composed {
  /** Every call of the contract, bound to its work. */
  readonly endpoints: readonly Endpoint[];
  /** Calls whose input or reply is no JSON. */
  readonly streams: readonly StreamEndpoint[];
  /** Ends the streams that go on by themselves. */
  endStreams(): void;
  /** What the queue runs. */
  readonly jobs: { readonly [N in JobName]: (payload: Jobs[N], signal: AbortSignal) => Promise<void> };
}

/** Puts the modules together: the one place that knows them all. The server and the tests' world start here. */
export function compose(parts: Parts): Composed {
  const { database, vault, hasher, mailer, tls, publicUrl, onMailFailure, signerOf } = parts;
  const tickets = { database, vault, desk: createDesk(parts.listeners.runAs) };
  // A ticket is looked at before whatever is done with it, in whichever way somebody comes.
  const perform = withTickets(parts.perform, tickets);
  const worker = { ...parts.worker, perform };
  const mail = { perform, vault, mailer, onMailFailure };
  const find: FindEndpoint = (name) => {
    const found = endpoints.find((endpoint) => endpoint.call.name === name);
    if (!found) throw new Error(`no call ${name}`);
    return found;
  };
  const imports = { database, perform, vault, find, catalogue: driverCatalogue };
  const endpoints: Endpoint[] = [
    ...setupEndpoints({ database, perform, vault, hasher, ...parts.setup }),
    ...identityEndpoints(database, { vault, hasher, publicUrl, mail, onSettings: planNightly }),
    ...mailEndpoints(mail),
    ...trustEndpoints(database, tls),
    ...ticketingEndpoints(tickets),
    ...ticketingModuleEndpoints({ vault, publicUrl }),
    ...resourceEndpoints({ vault, catalogue: driverCatalogue, passwords: firstPasswords(driverCatalogue) }),
    ...groupEndpoints(),
    ...listenerEndpoints({ vault, publicUrl }),
    ...noticeEndpoints(),
    ...webhookEndpoints({ vault }),
    ...shareEndpoints(),
    ...policyEndpoints(),
    ...passwordEndpoints(vault, driverCatalogue),
    ...fileEndpoints(),
    ...rotationEndpoints(worker, driverCatalogue),
    ...runEndpoints(worker),
    ...scriptEndpoints(worker),
    ...keyEndpoints({ ...worker, database }),
    ...tasksEndpoints({ find }),
    ...checkoutEndpoints({ publicUrl }),
    ...scheduleEndpoints({ vault, inUse: checkedOut }),
    ...importsEndpoints(imports),
    ...searchEndpoints(),
    ...auditEndpoints(signerOf),
    ...xmlRpcEndpoints(parts.xmlRpcPort ?? (() => null)),
    ...sshCommandLineEndpoints(parts.sshCommandLine ?? (() => ({ port: null, hostKey: null, fingerprint: null }))),
  ];
  /** Told when a run has ended, one after the other; one that throws is told again with all of them. */
  const afterRun: readonly ((ended: Jobs['run-ended']) => Promise<void>)[] = [
    (ended) => endOfSchedule({ perform, publicUrl }, ended),
    (ended) => endOfReset({ database, perform, publicUrl }, ended),
  ];
  const followers = createFollowers({ database, perform, onError: parts.onStreamFailure });
  return {
    endpoints: endpoints.map((endpoint) => endpointWithTickets(endpoint, tickets)),
    endStreams: followers.stop,
    streams: [
      followers.stream,
      ...resourceStreams({ vault }),
      ...fileStreams({ database, perform, vault }),
      ...importStreams(imports),
      runExport,
    ].map((stream) => streamWithTickets(stream, tickets)),
    jobs: {
      mail: ({ organisationId }, signal) => deliverMail(mail, organisationId, signal),
      run: (payload, signal) => runPump(worker, driverCatalogue, payload, signal),
      'run-ended': async (payload) => {
        for (const after of afterRun) await after(payload);
      },
      listener: (payload, signal) => runLane({ perform, vault, publicUrl, ...parts.listeners }, payload, signal),
      nightly: (payload) => runNightly(perform, payload),
      rotate: async ({ organisationId, attemptId }) => void (await runAttempt(worker, organisationId, attemptId)),
      key: (payload, signal) => runKey({ ...worker, database }, payload, signal),
      judge: (payload, signal) => runSweep({ perform, vault }, payload, signal),
      task: (payload, signal) => runTask({ database, perform, find }, importTasks(imports), payload, signal),
    },
  };
}
