/**
 * What a driver is, and what all drivers share: the words between the server and a kind of target.
 * Owns the driver interface, the outcomes, and the Unix way of setting a password. It never dials, and knows no vault,
 * no organisation and no database.
 */
export * from './target.ts';
export * from './ways.ts';
export * from './driver.ts';
export * from './outcome.ts';
export * from './database.ts';
export * from './protection.ts';
export { saslStable } from './saslprep.ts';
export * from './ways/directory.ts';
export { signAws, type AwsRequest } from './sigv4.ts';
export { addressSetting, asking, notLetIn, serviceTimeLimit, setByReply, textIn } from './web-service.ts';
export { directoryRefusal, unicodePwd } from './active-directory.ts';
export * from './ways/mongo.ts';
export * from './ways/redis.ts';
export * from './ways/sql.ts';
export * from './ways/terminal.ts';
export * from './ways/web.ts';
export * from './ways/windows.ts';
export { Conversation, plainText, prompt, scrub, type Move } from './dialogue.ts';
export {
  complaintIn,
  pager,
  plainDeviceName,
  promptEnding,
  resetByTerminal,
  Stopped,
  typeTwice,
  verifyByTerminal,
  verifyOnTerminal,
  type Console,
  type DeviceChange,
  type NewPassword,
} from './device.ts';
export * from './device-settings.ts';
export { PatternFault, plainPattern, safePattern, type Matcher } from './pattern.ts';
export { Script, scriptFaults, scriptLimits, type ScriptStep, type Words } from './script.ts';
export { rehearse, runSteps, withoutSecrets, type Line, type Rehearsal, type Values } from './script-run.ts';
export { sshSettings, type Prompts, type SshSettings } from './ssh-settings.ts';
export { discoverBy, readPasswd, unixDriver, type Family } from './unix.ts';
export {
  becomePrivileged,
  ciscoFields,
  ciscoGreeting,
  ciscoKind,
  ciscoPrompts,
  lineAccountField,
  verifyCisco,
  type CiscoKind,
  type CiscoSettings,
} from './cisco.ts';
