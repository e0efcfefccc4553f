import { fieldErrors } from '../../lib/problem.ts';

/**
 * The server's complaints about reset settings, by the paths the form knows. The server names them from the top of the
 * input (`reset.settings.port`, `settings.port`), the form from the settings (`port`).
 */
export function resetErrors(error: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(fieldErrors(error)).map(([path, says]) => [path.replace(/^(reset\.)?(settings\.)?/, ''), says]),
  );
}
