import type { OrganisationDb } from '../platform/db.ts';
import type { Action, Scope } from './policy.ts';

/** From where somebody asks. Goes into the audit trail as it stands. */
export interface Origin {
  readonly requestId: string | null;
  readonly address: string | null;
  readonly client: string | null;
}

/** Who asks: a user by session or token, the product itself, or somebody not yet known. */
export interface Actor {
  readonly kind: 'user' | 'system' | 'anonymous';
  readonly organisationId: string;
  readonly userId: string | null;
  readonly sessionId?: string;
  /** `host` is what the token was bound to when the door looked; left out, nothing. It must be so still when the decision is made. */
  readonly token?: {
    readonly id: string;
    readonly scopes: readonly Scope[];
    readonly host?: string;
    /** Requests a minute that the organisation lets each token make; left out, no limit of its own. Doors keep it. */
    readonly perMinute?: number;
  };
  /** An API user's SSH key or certificate, shown at a door for programs; the rest as with a token. */
  readonly credential?: {
    readonly id: string;
    readonly kind: 'ssh-key' | 'certificate';
    readonly scopes: readonly Scope[];
    readonly host: string;
  };
  /** A task that acts for the user who asked for it, with the scopes they had then. */
  readonly task?: { readonly id: string; readonly scopes: readonly Scope[] | null };
  /** What the door found wrong with how they came. Whatever they ask is refused with it, and recorded. */
  readonly barred?: 'csrf-failed' | 'wrong-host';
  readonly origin: Origin;
}

/** What the actor came with may do; null for a signed-in person, who has all. */
export const scopesOf = ({ token, credential, task }: Actor): readonly Scope[] | null =>
  token?.scopes ?? credential?.scopes ?? task?.scopes ?? null;

export const nowhere: Origin = { requestId: null, address: null, client: null };

/** The product itself, acting for an organisation: schedulers and workers. */
export const system = (organisationId: string, origin: Origin = nowhere): Actor => ({
  kind: 'system',
  organisationId,
  userId: null,
  origin,
});

/** Somebody not signed in. */
export const stranger = (organisationId: string, origin: Origin): Actor => ({
  kind: 'anonymous',
  organisationId,
  userId: null,
  origin,
});

type Detail = string | number | boolean;

/**
 * Proof that an actor was allowed one action on one object, in one open transaction.
 * perform() is the only maker, so a function that takes a Grant cannot run unauthorised or unaudited.
 */
export class Grant<A extends Action = Action> {
  readonly #details: Record<string, string> = {};
  #subject: { kind?: string; id?: string; name?: string } = {};
  #identified: { id: string; name: string } | undefined;
  #quiet = false;
  readonly #each: { kind: string; id: string; name: string; details: Record<string, string> }[] = [];
  readonly action: A;
  readonly actor: Actor;
  readonly objectId: string;
  readonly db: OrganisationDb;
  /** The actor's log-in name, as the trail shows it. */
  readonly actorName: string;

  constructor(action: A, actor: Actor, objectId: string, db: OrganisationDb, actorName: string) {
    this.action = action;
    this.actor = actor;
    this.objectId = objectId;
    this.db = db;
    this.actorName = actorName;
  }

  /** Adds facts to the audit event. Scalars only: a Secret does not fit. */
  note(details: Record<string, Detail>): void {
    for (const [name, value] of Object.entries(details)) this.#details[name] = String(value);
  }

  /** Names the object in the audit event where the asker did not know it: what was made, or who signed in. */
  about(subject: { kind?: string; id?: string; name?: string }): void {
    this.#subject = { ...this.#subject, ...subject };
  }

  /** Names the actor in the audit event, once the work has found out who a stranger is. */
  identify(user: { id: string; name: string }): void {
    this.#identified = user;
  }

  /** Records that the action was done to one more object as well: work on many leaves an event for each, beside its own. */
  each(subject: { kind: string; id: string; name: string }, details: Record<string, Detail> = {}): void {
    this.#each.push({
      ...subject,
      details: Object.fromEntries(Object.entries(details).map(([name, value]) => [name, String(value)])),
    });
  }

  /** Leaves no event when nothing came of it: for background work that found nothing to do. */
  nothingDone(): void {
    this.#quiet = true;
  }

  get details(): Readonly<Record<string, string>> {
    return this.#details;
  }
  get subject(): { readonly kind?: string; readonly id?: string; readonly name?: string } {
    return this.#subject;
  }
  get identified(): { readonly id: string; readonly name: string } | undefined {
    return this.#identified;
  }
  get others(): readonly { kind: string; id: string; name: string; details: Readonly<Record<string, string>> }[] {
    return this.#each;
  }
  get quiet(): boolean {
    return this.#quiet;
  }
}
