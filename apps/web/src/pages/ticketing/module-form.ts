import type { FormFile } from '../listeners/listener-form.ts';

/** What a new module begins with: all that it gets and all that it may say. */
export const example = `// Gets the ticket, the address, user name and password or key that are set, and what the ticket is used for
// (use.user, use.account, use.resource, use['request-type'] …; null for a test).
export default async function ({ ticket, url, username, secret, use }) {
  const answer = await fetch(\`\${url}/tickets/\${encodeURIComponent(ticket)}\`, {
    headers: { authorization: \`Bearer \${secret}\` },
  });
  if (answer.status === 404) return { exists: false };
  // Whatever is thrown counts as: it could not be checked.
  if (!answer.ok) throw new Error(\`status \${answer.status}\`);
  const found = await answer.json();
  return {
    exists: true,
    closed: found.status === 'closed',
    state: found.status,
    // What the rules on the page Ticketing can compare.
    fields: found,
    // Leave both out to compare by those rules alone.
    fits: use === null || found.subject.includes(use.resource),
    why: 'It names another resource.',
  };
}
`;

export type ModuleFault = 'module.fileMissing' | 'module.fileName' | 'module.fileBinary';

/** What is wrong with the file of a module, as far as the browser can tell. */
export function moduleFault({ name, text, bytes }: FormFile): ModuleFault | null {
  if (bytes !== null) return 'module.fileBinary';
  if (text.trim() === '') return 'module.fileMissing';
  // As the server wants it: a plain name of a JavaScript or TypeScript module.
  return /^[A-Za-z0-9][A-Za-z0-9._-]*\.m?[jt]s$/.test(name) ? null : 'module.fileName';
}
