// Written by tools/tables.mjs from the migrated database. Do not edit.
import type { ColumnType, Generated, GeneratedAlways } from 'kysely';

/** jsonb: read as a value, written as JSON text. */
type Json = ColumnType<unknown, string, string>;
type GeneratedJson = ColumnType<unknown, string | undefined, string>;
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
    fields: GeneratedJson;
    since: Generated<Date>;
    searchText: Generated<string>;
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
    customRoleId: string | null;
    sshKey: Generated<string>;
    certificate: Generated<string>;
    since: Generated<Date>;
    searchText: GeneratedAlways<string>;
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
  customField: {
    id: string;
    organisationId: string;
    belongsTo: string;
    slot: number;
    name: string;
    kind: string;
    description: Generated<string>;
    options: Generated<string[]>;
    required: Generated<boolean>;
    types: Generated<string[]>;
    version: Generated<number>;
  };
  customRole: {
    id: string;
    organisationId: string;
    name: string;
    description: Generated<string>;
    permissions: string[];
    createdAt: Generated<Date>;
    since: Generated<Date>;
    version: Generated<number>;
  };
  dataKey: {
    organisationId: string;
    version: number;
    masterKeyId: string;
    wrapped: Buffer;
    createdAt: Generated<Date>;
    retiredAt: Date | null;
  };
  explorerChange: {
    organisationId: string;
    version: number;
    at: Generated<Date>;
    changedById: string | null;
    changedBy: string;
    what: string;
    nodes: Json;
  };
  explorerNode: {
    id: string;
    organisationId: string;
    parentId: string | null;
    name: string;
    groupId: string | null;
    position: Generated<number>;
  };
  explorerRoot: {
    organisationId: string;
    ownerId: string;
    name: string;
  };
  favourite: {
    organisationId: string;
    userId: string;
    accountId: string;
    createdAt: Generated<Date>;
  };
  fieldValue: {
    organisationId: string;
    resourceId: string | null;
    accountId: string | null;
    objectId: GeneratedAlways<string>;
    fieldId: string;
    sealed: Buffer;
    fileId: string | null;
    changedAt: Generated<Date>;
  };
  fileChunk: {
    organisationId: string;
    fileId: string;
    n: number;
    sealed: Buffer;
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
  importChange: {
    organisationId: string;
    importId: string;
    n: number;
    kind: string;
    objectId: string;
    before: NullableJson;
  };
  importLine: {
    organisationId: string;
    importId: string;
    line: number;
    outcome: string;
    name: Generated<string>;
    code: string | null;
    detail: string | null;
    objectId: string | null;
  };
  importRun: {
    id: string;
    organisationId: string;
    userId: string | null;
    kind: string;
    state: string;
    fileId: string | null;
    fileName: string;
    detected: GeneratedJson;
    header: GeneratedJson;
    mapping: GeneratedJson;
    options: GeneratedJson;
    taskId: string | null;
    lines: Generated<number>;
    created: Generated<number>;
    merged: Generated<number>;
    skipped: Generated<number>;
    why: string | null;
    createdAt: Generated<Date>;
    endedAt: Date | null;
    undoneAt: Date | null;
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
  past: {
    organisationId: string;
    kind: string;
    a: string;
    b: string | null;
    since: Date;
    until: Date;
    n: Generated<number>;
    state: Json;
  };
  resetRun: {
    id: string;
    organisationId: string;
    kind: string;
    title: string;
    source: string;
    sourceId: string | null;
    requestedById: string | null;
    requestedBy: string;
    asProduct: Generated<boolean>;
    scopes: string[] | null;
    reason: string | null;
    ticket: string | null;
    state: Generated<string>;
    total: number;
    counts: NullableJson;
    sealed: Buffer | null;
    startedAt: Generated<Date>;
    endedAt: Date | null;
  };
  resetRunItem: {
    organisationId: string;
    runId: string;
    n: number;
    accountId: string | null;
    name: string;
    resourceId: string | null;
    viaAccountId: string | null;
    state: Generated<string>;
    why: string | null;
    attemptId: string | null;
    tries: Generated<number>;
    notBefore: Date | null;
    leasedUntil: Date | null;
    startedAt: Date | null;
    endedAt: Date | null;
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
    fields: GeneratedJson;
    since: Generated<Date>;
    searchText: Generated<string>;
  };
  resourceCriterion: {
    organisationId: string;
    groupId: string;
    n: number;
    field: string;
    fieldId: string | null;
    operator: string;
    value: string;
    wanted: GeneratedAlways<string>;
  };
  resourceGroup: {
    id: string;
    organisationId: string;
    number: number;
    name: string;
    description: Generated<string>;
    kind: string;
    match: Generated<string>;
    policyId: string | null;
    ownerId: string;
    parentId: string | null;
    createdAt: Generated<Date>;
    updatedAt: Generated<Date>;
    since: Generated<Date>;
    version: Generated<number>;
    searchText: GeneratedAlways<string>;
  };
  resourceGroupMember: {
    organisationId: string;
    groupId: string;
    resourceId: string;
    since: Generated<Date>;
  };
  resourceTag: {
    organisationId: string;
    resourceId: string;
    tagValueId: string;
  };
  resourceType: {
    id: string;
    organisationId: string;
    name: string;
    attributes: string[];
    accountLabel: string;
    resetsLike: string | null;
    holdsFiles: Generated<boolean>;
    createdAt: Generated<Date>;
    version: Generated<number>;
  };
  resourceTypeIcon: {
    organisationId: string;
    typeId: string;
    png: Buffer;
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
  savedView: {
    id: string;
    organisationId: string;
    userId: string;
    list: string;
    name: string;
    query: Json;
    userGroupId: string | null;
    createdAt: Generated<Date>;
    version: Generated<number>;
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
    fileId: string | null;
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
  share: {
    id: string;
    organisationId: string;
    accountId: string | null;
    resourceId: string | null;
    groupId: string | null;
    userId: string | null;
    userGroupId: string | null;
    targetId: GeneratedAlways<string>;
    toId: GeneratedAlways<string>;
    permission: string;
    validFrom: Date | null;
    validUntil: Date | null;
    sharedById: string | null;
    sharedBy: string;
    since: Generated<Date>;
    version: Generated<number>;
  };
  signInThrottle: {
    organisationId: string;
    username: string;
    address: string;
    failures: number;
    lastFailedAt: Date;
    lockedUntil: Date | null;
  };
  storedFile: {
    id: string;
    organisationId: string;
    name: string;
    mediaType: Generated<string>;
    state: Generated<string>;
    sealedKey: Buffer;
    size: Generated<number>;
    chunks: Generated<number>;
    sha256: Buffer | null;
    uploadedById: string | null;
    createdAt: Generated<Date>;
  };
  tag: {
    id: string;
    organisationId: string;
    scope: string;
    name: string;
    description: Generated<string>;
    version: Generated<number>;
  };
  tagValue: {
    id: string;
    organisationId: string;
    tagId: string;
    value: string;
    description: Generated<string>;
  };
  task: {
    id: string;
    organisationId: string;
    userId: string | null;
    kind: string;
    title: string;
    input: Json;
    scopes: string[] | null;
    state: Generated<string>;
    total: Generated<number>;
    done: Generated<number>;
    failed: Generated<number>;
    reason: string | null;
    ticket: string | null;
    why: string | null;
    createdAt: Generated<Date>;
    startedAt: Date | null;
    endedAt: Date | null;
  };
  taskItem: {
    organisationId: string;
    taskId: string;
    n: number;
    objectId: string | null;
    name: Generated<string>;
    state: Generated<string>;
    code: string | null;
    detail: string | null;
  };
  trustedCertificate: {
    id: string;
    organisationId: string;
    fingerprint: string;
    pem: string;
    addedAt: Generated<Date>;
  };
  userGroup: {
    id: string;
    organisationId: string;
    number: number;
    name: string;
    description: Generated<string>;
    exportPasswords: Generated<boolean>;
    personalPasswords: Generated<boolean>;
    exportPersonal: Generated<boolean>;
    manageCriteriaShares: Generated<boolean>;
    ticketExempt: Generated<boolean>;
    exportPlain: Generated<boolean>;
    exportOffline: Generated<boolean>;
    createdAt: Generated<Date>;
    version: Generated<number>;
    searchText: GeneratedAlways<string>;
  };
  userGroupMember: {
    organisationId: string;
    userGroupId: string;
    userId: string;
    since: Generated<Date>;
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
