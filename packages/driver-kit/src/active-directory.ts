import type { Reset } from './driver.ts';
import type { Exposable } from './target.ts';
import type { DirectoryError, EntryChange } from './ways/directory.ts';

/** A password as unicodePwd wants it: in quotation marks, which those within need not avoid, in UTF-16. Source: MS-ADTS section 3.1.1.3.1.5.1. */
const quoted = ({ expose }: Exposable): Buffer => Buffer.from(`"${expose()}"`, 'utf16le');

/**
 * What sets a password in Active Directory: one replacement by an administrator, or the old one deleted and the new one
 * added by the account itself, who proves the old one so. Over TLS only. Source: MS-ADTS section 3.1.1.3.1.5.
 */
export function unicodePwd(next: Exposable, current: Exposable | undefined): readonly EntryChange[] {
  const attribute = 'unicodePwd';
  return current === undefined
    ? [{ operation: 'replace', attribute, values: [quoted(next)] }]
    : [
        { operation: 'delete', attribute, values: [quoted(current)] },
        { operation: 'add', attribute, values: [quoted(next)] },
      ];
}

/** What a directory refused, in a line for a person. Active Directory begins with a Win32 code (MS-ERREF section 2.2). */
export function directoryRefusal(error: DirectoryError): Reset {
  // insufficientAccessRights, of any server. Source: RFC 4511 appendix A.2.
  if (error.code === 50) return { is: 'refused', why: 'the login account may not set this password' };
  const [, win32 = ''] = /^([0-9a-f]{8}): /i.exec(error.message) ?? [];
  switch (win32.toUpperCase()) {
    case '0000052D': // ERROR_PASSWORD_RESTRICTION
      return {
        is: 'refused',
        why: 'the domain’s policy refuses this password: its length, complexity, history or age',
      };
    case '00000056': // ERROR_INVALID_PASSWORD
      return { is: 'refused', why: 'the domain says that the current password is not this one' };
    default:
      return { is: 'refused', why: `the directory refused (${String(error.code)}): ${error.message}` };
  }
}
