// The trail's proof: sealing, checkpoints, witnesses, export, and reading it.
// It owns the tree, its signing key and the formats of docs/audit-format.md.
// It writes no event: authorise/ does, in the transaction of the work.
export { auditEndpoints } from './audit.endpoints.ts';
export { exportTrail } from './export.ts';
export { sealNew, startSealer } from './seal.ts';
export { createSigningKey, readSigningKey, signingKeyFile } from './signing-key.ts';
export { fileWitness, witnessed } from './witness.ts';
export { verifyTrail, type TrailReport } from './verify.ts';
