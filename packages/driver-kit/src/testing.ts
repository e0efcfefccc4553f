/** What holds a driver to its contract: the test that every driver passes, and hosts in memory to run it on. */
export { awkwardPasswords, driverContract, type Extent, type Scene } from './testing-contract.ts';
export { unixHost, type PasswdWords, type UnixHost, type UnixModel } from './testing-unix.ts';
export { unixContract, unixScene, type UnixWay } from './testing-ways.ts';
export { targetOf, unreachableTarget, untrustedTarget } from './testing-ways-of.ts';
