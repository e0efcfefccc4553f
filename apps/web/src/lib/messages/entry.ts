import { catalogue } from '../t.ts';

/** The words of the pages before sign-in: sign-in itself, first set-up, one-time links. */
export const entry = catalogue('entry', {
  product: 'Strongroom',
  tagline: 'Privileged-access manager',

  'login.title': 'Sign in',
  'login.documentTitle': 'Sign in · Strongroom',
  'login.username': 'User name',
  'login.password': 'Password',
  'login.submit': 'Sign in',
  'login.capsLock': 'Caps Lock is on.',
  'login.locked': 'Too many wrong passwords. Sign-in for this name opens again in {wait}.',
  'login.unlocked': 'You can try again now.',
  'login.tooMany': 'Too many tries from here. Try again in {wait}.',
  'login.busy':
    'Many people are signing in at this moment. Nothing is wrong with your password. Try again in a few seconds.',
  'login.retry': 'Try again',
  'login.offline': 'The server cannot be reached. Check your connection, then try again.',
  'login.failed':
    'Sign-in did not work because of a fault on the server. Try again; if it stays so, give your administrator reference {reference}.',
  'login.usernameMissing': 'Enter your user name',
  'login.passwordMissing': 'Enter your password',
  'login.setupNeeded':
    'This installation has no administrator yet. Open the set-up link that the server printed when it started; {command} prints a new one.',
  'login.linkDone': 'Your password is set. Sign in with it.',
  'login.help': 'Forgotten your password? An administrator can give you a new one-time link.',

  'wait.seconds': '{n, plural, one {# second} other {# seconds}}',
  'wait.minutes': '{n, plural, one {# minute} other {# minutes}}',

  'setup.title': 'Set up Strongroom',
  'setup.documentTitle': 'Set-up · Strongroom',
  'setup.steps': 'Steps of the set-up',
  'setup.stepOf': 'Step {n} of {total}',
  'setup.step.administrator': 'Administrator',
  'setup.step.key': 'Encryption key',
  'setup.step.mail': 'Mail server',
  'setup.step.review': 'Review',
  'setup.back': 'Back',
  'setup.continue': 'Continue',
  'setup.required': '* required',
  'setup.checking': 'Checking the set-up link…',
  'setup.noToken.title': 'The set-up link is missing',
  'setup.noToken.body':
    'Set-up opens only with the one-time link that the server printed when it started. Copy the whole address, including what follows the #.',
  'setup.closed.title': 'This link does not open a set-up',
  'setup.closed.body':
    'The installation is set up already, or the link was copied in part. On the server, {command} prints a new link while no administrator exists.',
  'setup.goToLogin': 'Go to sign-in',
  'setup.tryAgain': 'Try again',

  'setup.admin.title': 'Your organisation and its first administrator',
  'setup.admin.intro': 'This person may do everything, and adds all others later. There is no default password.',
  'setup.organisation': 'Organisation',
  'setup.organisationHelp': 'Shown at the top of every page. You can keep it short.',
  'setup.fullName': 'Full name',
  'setup.email': 'Mail address',
  'setup.username': 'User name',
  'setup.usernameHelp': 'For sign-in. Letters, digits and . _ - @ +',
  'setup.timeZone': 'Time zone',
  'setup.password': 'Password',

  'setup.key.title': 'Where the encryption key lies',
  'setup.key.intro':
    'Every stored password is encrypted with this key. It is a file on the server, outside the database and its backups.',
  'setup.key.file': 'Key file',
  'setup.key.host': 'On server',
  'setup.key.warning.title': 'Losing this file means losing everything',
  'setup.key.warning.body':
    'Without the key file nobody can read one single password again: not you, not we, not with the database and all its backups. Copy it now to a safe place that is not this server.',
  'setup.key.move': 'Keep it in another place',
  'setup.key.newPlace': 'New place of the key file',
  'setup.key.newPlaceHelp':
    'A full path on the server, outside the state directory. A mounted medium is a good choice: the key is read only when the server starts.',
  'setup.key.copied': 'I have a copy of the key file in a safe place',
  'setup.key.copiedMissing': 'Make a copy of the file, then tick this box',

  'setup.mail.title': 'Mail server',
  'setup.mail.intro':
    'Strongroom mails invitations and notices. Without a mail server, invitations are links that you pass on yourself.',
  'setup.mail.use': 'Use a mail server',
  'setup.mail.later': 'You can add it later under Admin, Settings.',

  'setup.review.title': 'Check, then finish',
  'setup.review.intro': 'Finishing creates the organisation and signs you in. The set-up link ends with it.',
  'setup.review.edit': 'Edit',
  'setup.review.editWhat': 'Edit: {what}',
  'setup.review.keyStays': '{path} (where it is now)',
  'setup.review.keyMoves': '{path} (moved there when you finish)',
  'setup.review.copy': 'Copy of the key',
  'setup.review.copyMade': 'You have one',
  'setup.review.noMail': 'None for now',
  'setup.finish': 'Finish set-up',
  'setup.failed': 'The set-up was not finished',
  'setup.doneSignIn': 'The set-up is done. Sign in with your new password.',

  'field.organisationMissing': 'Enter the name of your organisation',
  'field.fullNameMissing': 'Enter your full name',
  'field.emailWrong': 'Enter a mail address such as ada@example.com',
  'field.usernameWrong': 'Use letters, digits and . _ - @ + only, at most 80, beginning with a letter or digit',
  'field.pathWrong': 'Enter a full path that begins with /',

  'link.title': 'Choose your password',
  'link.documentTitle': 'Choose your password · Strongroom',
  'link.for': '{name}, you sign in to {organisation} as {username}.',
  'link.password': 'New password',
  'link.submit': 'Set password',
  'link.checking': 'Checking the link…',
  'link.invalid.title': 'This link does not work any more',
  'link.invalid.body':
    'It was used, has ended, or was copied in part. Ask an administrator of your organisation for a new one.',
});
