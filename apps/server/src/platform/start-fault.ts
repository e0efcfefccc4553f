/**
 * Why the server does not start, in words for the operator: what is wrong, where, and how to mend it. The message is printed as it
 * is, without a stack, so it holds no secret.
 */
export class StartFault extends Error {
  override readonly name = 'StartFault';
}
