import { isAction } from '../authorise/index.ts';

/** What the product does to look after webhooks themselves: told to no webhook, or one that fails would be told of its failures for ever. */
const ownWork = ['webhook.plan', 'webhook.deliver', 'webhook.settle'];

/** True when one of the patterns fits an action: its name, its first part with a star behind (`account.*`), or a star. */
export function fits(patterns: readonly string[], action: string): boolean {
  if (ownWork.includes(action)) return false;
  const noun = action.slice(0, action.indexOf('.'));
  return patterns.some((pattern) => pattern === '*' || pattern === action || pattern === `${noun}.*`);
}

/** Those of the patterns that can never fit, as no action has such a name. */
export const idle = (patterns: readonly string[], actions: readonly string[]): string[] =>
  patterns.filter((pattern) =>
    pattern.endsWith('*')
      ? !actions.some((action) => fits([pattern], action))
      : !isAction(pattern) || ownWork.includes(pattern),
  );
