import { catalogue } from '../t.ts';

/** What is said around opening and changing passwords. */
export const secrets = catalogue('secrets', {
  whyShow: 'Show the password of {name}?',
  whyCopy: 'Copy the password of {name}?',
  whyFormer: 'Open a former password of {name}?',
  whyRotate: 'Rotate the password of {name}?',
  whyRestore: 'Restore version {version} of {name}?',
  reason: 'Reason',
  reasonHelp: 'Kept in the audit trail with your name. At least 3 characters.',
  reasonShort: 'Say in a few words why you need it. At least 3 characters.',
  reasonOptional: 'Reason (optional)',
  ticket: 'Ticket',
  ticketHelp: 'The number of the ticket this belongs to.',
  ticketMissing: 'Enter the ticket number.',
  lastReasons: 'Your last reasons',
  go: 'Continue',
  name: '{username} on {resource}',
  twoTitle: 'Two passwords may be right',
  twoText:
    'A rotation of {name} is not finished, so the target may take either. Try the first; if it is refused, the second.',
  twoCurrent: 'Before the rotation',
  twoCandidate: 'Drawn by the rotation',
  largeTitle: 'Password of {name}',
  largeHint:
    'Digits are coloured; signs are coloured and underlined. Hidden again in {seconds, plural, one {# second} other {# seconds}}.',
  largeStay: 'Digits are coloured; signs are coloured and underlined.',
});
