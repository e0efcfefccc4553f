// First run: the one-time link, the first organisation and its first administrator, attended or not.
// It owns the set-up token and the order in which an installation comes to be.
// It runs once; nothing here works on an installation that is set up.
export { setupEndpoints, type SetupParts } from './setup.endpoints.ts';
export { addSetupApiUser, createSetupToken, organisations, setUp, type Organisation } from './setup.ts';
