/** Whether the settings say Telnet. Where they say nothing it is SSH. */
export function overTelnet(settings: unknown): boolean {
  return typeof settings === 'object' && settings !== null && 'protocol' in settings && settings.protocol === 'Telnet';
}
