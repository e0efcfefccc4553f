// Written by tools/tables.mjs from the migrated database. Do not edit.
import type { ColumnType, Generated } from 'kysely';

/** jsonb: read as a value, written as JSON text. */
type Json = ColumnType<unknown, string, string>;
type NullableJson = ColumnType<unknown, string | null | undefined, string | null>;

export interface Tables {
  account: {
    id: string;
    organisationId: string;
    number: number;
    resourceId: string;
    username: string;
    notes: Generated<string>;
    policyId: string | null;
    secretVersion: Generated<number>;
    changedAt: Generated<Date>;
    provenAt: Date | null;
    provenBy: string | null;
    checkedAt: Date | null;
    checkResult: string | null;
    checkWhy: string | null;
    exclusionReason: string | null;
    exclusionOwnerId: string | null;
    exclusionUntil: Date | null;
    createdAt: Generated<Date>;
    version: Generated<number>;
  };
  apiToken: {
    id: string;
    organisationId: string;
    userId: string;
    name: string;
    hash: Buffer;
    hint: string;
    scopes: string[];
    createdAt: Generated<Date>;
    expiresAt: Date | null;
    revokedAt: Date | null;
  };
  appUser: {
    id: string;
    organisationId: string;
    number: number;
    kind: string;
    username: string;
    fullName: string;
    email: Generated<string>;
    department: Generated<string>;
    location: Generated<string>;
    phone: Generated<string>;
    mobile: Generated<string>;
    language: Generated<string>;
    timeZone: Generated<string>;
    role: string;
    superAdministrator: Generated<boolean>;
    state: string;
    host: Generated<string>;
    passwordHash: string | null;
    mustChangePassword: Generated<boolean>;
    createdAt: Generated<Date>;
    version: Generated<number>;
  };
  auditCheckpoint: {
    organisationId: string;
    size: number;
    note: string;
    edge: string;
    createdAt: Generated<Date>;
  };
  auditCursor: {
    organisationId: string;
    tx: number;
    eventId: string;
  };
  auditEvent: {
    id: string;
    organisationId: string;
    tx: Generated<number>;
    at: Date;
    trail: string;
    actorKind: string;
    actorId: string | null;
    actorName: string;
    action: string;
    objectKind: string;
    objectId: string | null;
    objectName: string | null;
    outcome: string;
    reason: string | null;
    ticket: string | null;
    requestId: string | null;
    address: string | null;
    client: string | null;
    details: Json;
  };
  auditLeaf: {
    organisationId: string;
    leaf: number;
    eventId: string;
    hash: Buffer;
  };
  counter: {
    organisationId: string;
    kind: string;
    last: Generated<number>;
  };
  dataKey: {
    organisationId: string;
    version: number;
    masterKeyId: string;
    wrapped: Buffer;
    createdAt: Generated<Date>;
    retiredAt: Date | null;
  };
  favourite: {
    organisationId: string;
    userId: string;
    accountId: string;
    createdAt: Generated<Date>;
  };
  formerPasswordHash: {
    organisationId: string;
    userId: string;
    changedAt: Generated<Date>;
    hash: string;
  };
  hostKey: {
    organisationId: string;
    resourceId: string;
    fingerprint: string;
    algorithm: string;
    publicKey: string;
    state: string;
    seenAt: Generated<Date>;
  };
  idempotency: {
    organisationId: string;
    actorId: string;
    key: string;
    requestHash: Buffer;
    status: number | null;
    body: NullableJson;
    createdAt: Generated<Date>;
  };
  lastUse: {
    organisationId: string;
    subjectId: string;
    usedAt: Date;
  };
  organisation: {
    id: string;
    name: string;
    createdAt: Generated<Date>;
  };
  passwordPolicy: {
    id: string;
    organisationId: string;
    name: string;
    builtIn: Generated<boolean>;
    isDefault: Generated<boolean>;
    minLength: number;
    maxLength: number;
    mixedCase: boolean;
    digits: number;
    specials: number;
    specialCharacters: string;
    startsWithLetter: boolean;
    loginNameAllowed: boolean;
    historyDepth: number;
    maxAgeDays: number;
  };
  resource: {
    id: string;
    organisationId: string;
    number: number;
    name: string;
    type: string;
    dnsName: Generated<string>;
    description: Generated<string>;
    department: Generated<string>;
    location: Generated<string>;
    domain: Generated<string>;
    url: Generated<string>;
    policyId: string | null;
    ownerId: string;
    reset: NullableJson;
    adminAccountId: string | null;
    elevationAccountId: string | null;
    createdAt: Generated<Date>;
    updatedAt: Generated<Date>;
    version: Generated<number>;
  };
  rotationAttempt: {
    id: string;
    organisationId: string;
    accountId: string;
    baseVersion: number;
    nextVersion: number;
    state: Generated<string>;
    why: string | null;
    tries: Generated<number>;
    nextRefused: Generated<boolean>;
    currentRefused: Generated<boolean>;
    appliedAt: Date | null;
    leasedUntil: Date | null;
    requestedById: string | null;
    requestedBy: string;
    startedAt: Generated<Date>;
    updatedAt: Generated<Date>;
    nextTryAt: Date | null;
    endedAt: Date | null;
  };
  secret: {
    organisationId: string;
    accountId: string;
    version: number;
    state: string;
    sealed: Buffer;
    origin: string;
    changedBy: string;
    changedFrom: string | null;
    changedAt: Generated<Date>;
  };
  session: {
    hash: Buffer;
    id: string;
    organisationId: string;
    userId: string;
    csrfToken: string;
    startedAt: Generated<Date>;
    lastSeenAt: Generated<Date>;
    address: string;
    client: string;
  };
  setting: {
    organisationId: string;
    name: string;
    value: Json;
  };
  settingSecret: {
    organisationId: string;
    id: string;
    name: string;
    sealed: Buffer;
  };
  setupToken: {
    hash: Buffer;
    createdAt: Generated<Date>;
  };
  signInThrottle: {
    organisationId: string;
    username: string;
    address: string;
    failures: number;
    lastFailedAt: Date;
    lockedUntil: Date | null;
  };
  trustedCertificate: {
    id: string;
    organisationId: string;
    fingerprint: string;
    pem: string;
    addedAt: Generated<Date>;
  };
  userLink: {
    id: string;
    organisationId: string;
    userId: string;
    hash: Buffer;
    createdAt: Generated<Date>;
    expiresAt: Date;
    usedAt: Date | null;
  };
}
