import type { Webhook } from '@strongroom/contract';

/** What is typed into the form of a webhook. */
export interface WebhookForm {
  readonly name: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly refused: boolean;
  readonly failed: boolean;
  readonly privateNetwork: boolean;
}

/** The form of a webhook, or of a new one. */
export const formOf = (webhook: Webhook | null): WebhookForm => ({
  name: webhook?.name ?? '',
  url: webhook?.url ?? '',
  events: webhook?.events ?? [],
  refused: webhook?.outcomes.includes('refused') ?? false,
  failed: webhook?.outcomes.includes('failed') ?? false,
  privateNetwork: webhook?.privateNetwork ?? false,
});

/** What a field of the form may be told. */
export type WebhookFault = 'nameMissing' | 'urlWrong' | 'eventsMissing';

/** Everything that is missing before it can be sent, in the order of the fields. */
export const faultsOf = (form: WebhookForm): readonly WebhookFault[] => [
  ...(form.name.trim() === '' ? (['nameMissing'] as const) : []),
  ...(/^https:\/\/[^\s@#]+$/.test(form.url.trim()) ? [] : (['urlWrong'] as const)),
  ...(form.events.length === 0 ? (['eventsMissing'] as const) : []),
];

/** What is sent. What was done is always told. */
export const bodyOf = ({ name, url, events, refused, failed, privateNetwork }: WebhookForm) => ({
  name: name.trim(),
  url: url.trim(),
  events: [...events],
  outcomes: ['done' as const, ...(refused ? (['refused'] as const) : []), ...(failed ? (['failed'] as const) : [])],
  privateNetwork,
});
