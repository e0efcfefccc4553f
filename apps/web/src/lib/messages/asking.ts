import { catalogue } from '../t.ts';

/** What the dialogs say in which access to a password is asked for, or taken in an emergency. */
export const asking = catalogue('asking', {
  askTitle: 'Request access to {name}?',
  askNeeded:
    '{needed, plural, one {One approver must agree before you can check it out.} other {# approvers must agree before you can check it out.}}',
  askInUse: '{name} has it out. Your request joins the line; requests are served in the order they were made.',
  reason: 'Reason',
  reasonHelp: 'Approvers see this and it is kept in the audit trail.',
  reasonShort: 'Say in a few words why you need it. At least 3 characters.',
  ticket: 'Ticket',
  ticketHelp: 'The number of the ticket this belongs to.',
  ticketMissing: 'Enter the ticket number.',
  when: 'When',
  whenNow: 'As soon as it is approved',
  whenLater: 'In a window of time to come',
  startsAt: 'From',
  endsAt: 'Until',
  windowHelp: 'By the clock of this computer. You can check it out within this time only.',
  windowMissing: 'Enter when you need it, or choose as soon as it is approved.',
  windowPast: 'Enter a time to come.',
  windowOrder: 'Enter an end after the beginning.',
  ask: 'Send request',
  asked: 'Request sent. You are told as soon as it is answered.',
  askedApproved: 'Approved: you can check out {name} now.',
  askedLater: 'Approved for {at}.',
  // Emergency.
  emergencyTitle: 'Open {name} without approval?',
  emergencyWarn: 'For emergencies only',
  emergencyText:
    'You get the password at once. Every approver is told now, by mail, with your name and your reason, and one of them must review what you did. It stays in the audit trail for good.',
  emergencyReason: 'What is the emergency?',
  emergencyShort: 'Say what happened, so that approvers understand it. At least 10 characters.',
  emergencyTick: 'I cannot wait for approval, and I know that this is reviewed.',
  emergencyTickMissing: 'Tick this to go on.',
  emergencyGo: 'Open it now',
  emergencyDone: '{name} is open to you. The approvers were told.',
  cancel: 'Cancel',
});
