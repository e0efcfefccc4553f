import type { Opened } from './url.ts';

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
/** Text as HTML shows it, in content and in quoted attributes. */
const html = (text: string): string => text.replace(/[&<>"']/g, (c) => escapes[c] ?? c);

const page = (title: string, body: string, head = ''): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="robots" content="noindex">${head}<title>${html(title)}</title></head><body>${body}</body></html>`;

const common = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;
/** For pages without a script or form. */
const quiet: Record<string, string> = {
  ...common,
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

/**
 * A page that sends a form on, by itself, and holds its values no longer than that. The form can go to the target's host
 * and nowhere else: a redirection that would carry it further is stopped by the browser. Source: CSP Level 3 §6.4.1.
 */
export function sendingPage(
  opened: Opened & { readonly form: NonNullable<Opened['form']> },
  nonce: string,
): {
  headers: Record<string, string>;
  body: string;
} {
  const host = opened.origin.replace(/^https?:\/\//, '');
  // The policy's grammar knows no IPv6 address. There the form is held to the scheme.
  const targets = host.startsWith('[')
    ? opened.origin.replace(/:.*/s, ':')
    : `${opened.origin} https://${host.replace(/:\d+$/, '')}:*`;
  const inputs = opened.form
    .map(([name, value]) => `<input type="hidden" name="${html(name)}" value="${html(value)}">`)
    .join('');
  // A field named ‘submit’ hides the form's own method, so that is taken from where nobody can hide it.
  const script = 'const f=document.forms[0];HTMLFormElement.prototype.submit.call(f);f.remove()';
  return {
    headers: {
      ...common,
      'content-security-policy': `default-src 'none'; script-src 'nonce-${nonce}'; form-action ${targets}; base-uri 'none'; frame-ancestors 'none'`,
    },
    body: page(
      'Opening …',
      `<form method="post" action="${html(opened.address)}" autocomplete="off">${inputs}<noscript><button>Open</button></noscript></form><script nonce="${nonce}">${script}</script>`,
    ),
  };
}

/**
 * A page that leads on to an address. No redirection: the console's own page may send its forms to this server alone, and a
 * browser holds redirections of a form to that too.
 */
export const leadingPage = (address: string): { headers: Record<string, string>; body: string } => ({
  headers: quiet,
  body: page(
    'Opening …',
    `<p><a rel="noreferrer noopener" href="${html(address)}">Open</a></p>`,
    `<meta http-equiv="refresh" content="0; url=${html(address)}">`,
  ),
});

/** What a tab shows in which nothing could be opened. */
export const failurePage = (says: string): { headers: Record<string, string>; body: string } => ({
  headers: quiet,
  body: page('Not opened', `<h1>Not opened</h1><p>${html(says)}</p><p>Close this tab and go back to the console.</p>`),
});
