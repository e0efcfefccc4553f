// Who is told what happens to passwords.
// It owns the rules of resource groups, reads the trail in order with a cursor of its own, and finds whom each event is told.
// It sends nothing: it hands notices to channels, of which mail is one, and resets to rotation/.
export { mailChannel } from './mail-channel.ts';
export { noticeEndpoints } from './notices.endpoints.ts';
export { startNotices } from './rounds.ts';
