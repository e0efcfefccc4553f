// The reference product's REST API, for clients that already speak it.
// It owns nothing but the translation: addresses, INPUT_DATA, the reply's envelope.
// It decides nothing: every operation is made of our own calls, as the token's owner.
export { restDoor } from './rest-door.ts';
export { type RestParts } from './parts.ts';
