// The reference product's second API, `/api/json`, which its browser extension and its mobile app speak.
// It owns the sign-in of that API and its names of operations; all else is what the REST door does, as the same asker.
// It decides nothing and keeps nothing.
export { jsonDoor } from './json-door.ts';
export { type JsonParts } from './sign-in.ts';
