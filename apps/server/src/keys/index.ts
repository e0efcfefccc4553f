// SSH keys as secrets: one for each account that has one, in versions; which accounts each is to open; and the work that makes the hosts so.
// It owns keys, their versions and places. It sends nothing by itself: the outpost of rotation/ does.
export { keyEndpoints } from './keys.endpoints.ts';
export { recoverKeys, runKey } from './work.ts';
