// The reference product's REST API, for clients that already speak it.
// It owns nothing but the translation: addresses, INPUT_DATA, the reply's envelope.
// It decides nothing: every operation is made of our own calls, as the token's owner.
export { readAddress, readParams } from './address.ts';
export { anywhere, type Ask, type Operation } from './ask.ts';
export { readBody } from './body.ts';
export { dateOf } from './dates.ts';
export { envelope, failure, unknownCall, type Outcome } from './envelope.ts';
export { level } from './groups.ts';
export { given, readInputData, readInputList, required, type Details } from './input-data.ts';
export { accountIdNumbered, accountNumbered } from './names.ts';
export { askFor, type RestParts } from './parts.ts';
export { revealed } from './passwords.ts';
export { answerUnknown, operationNamed, restDoor } from './rest-door.ts';
export { authenticated } from './who.ts';
