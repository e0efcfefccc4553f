const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdg\/(\d+)/, 'Edge'],
  [/\bOPR\/(\d+)/, 'Opera'],
  [/\bFirefox\/(\d+)/, 'Firefox'],
  [/\b(?:Headless)?Chrome\/(\d+)/, 'Chrome'],
  [/\bVersion\/(\d+)[\d.]* .*Safari\//, 'Safari'],
];
const systems: readonly (readonly [RegExp, string])[] = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
];

/**
 * A browser's `User-Agent` header as its name with version and its system: `Firefox 140`, `Linux`. A program's first product
 * token stays as it is: `curl/8.5.0`; both are empty without a header. Only a hint for the eye: the header says what its
 * sender likes. Source: RFC 9110 section 10.1.5.
 */
export function clientName(userAgent: string): { readonly browser: string; readonly system: string } {
  const system = systems.find(([pattern]) => pattern.test(userAgent))?.[1] ?? '';
  for (const [pattern, name] of browsers) {
    const version = pattern.exec(userAgent)?.[1];
    if (version) return { browser: `${name} ${version}`, system };
  }
  return { browser: userAgent.split(' ')[0] ?? '', system: '' };
}
