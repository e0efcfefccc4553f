/* What runs on the host. It is the same text each time: names and passwords come on its input, never on a command line, and PowerShell's logging of scripts shows nothing of them. */

/** What the script is asked. */
export type WinrmOrder =
  | { readonly do: 'check'; readonly domain: string; readonly name: string; readonly password: string }
  | { readonly do: 'set'; readonly name: string; readonly password: string }
  | { readonly do: 'list' };

/** Starts each line of its answer that means something. */
export const answerMark = 'strongroom';

/**
 * Reads one order as base64 of JSON, and answers with `strongroom code N`, a Win32 error or 0; with `strongroom account RID 0|1 NAME` for each account;
 * or with `strongroom blocked`, when it could not even begin. Windows is called directly, because its answers are numbers whatever language it speaks.
 * Source: LogonUserW (winbase.h), NetUserSetInfo level 1003 (lmaccess.h), Win32_UserAccount and Win32_Group (CIMWin32 provider), Microsoft Learn.
 */
export const script = `$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$line = -join @($input)
try {
$order = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($line)) | ConvertFrom-Json
Add-Type -TypeDefinition @'
using System; using System.Runtime.InteropServices;
public static class StrongroomCalls {
[DllImport("advapi32.dll", CharSet = CharSet.Unicode, SetLastError = true)] static extern bool LogonUserW(string name, string domain, string password, int type, int provider, out IntPtr token);
[DllImport("kernel32.dll")] static extern bool CloseHandle(IntPtr handle);
[DllImport("netapi32.dll", CharSet = CharSet.Unicode)] static extern int NetUserSetInfo(string server, string name, int level, ref IntPtr info, out int parameter);
public static int Check(string domain, string name, string password) { IntPtr token; if (!LogonUserW(name, domain, password, 3, 0, out token)) return Marshal.GetLastWin32Error(); CloseHandle(token); return 0; }
public static int Set(string name, string password) { IntPtr text = Marshal.StringToHGlobalUni(password); int parameter; try { return NetUserSetInfo(null, name, 1003, ref text, out parameter); } finally { Marshal.ZeroFreeGlobalAllocUnicode(text); } }
}
'@
} catch { '${answerMark} blocked'; exit 1 }
if ($order.do -eq 'check') { '${answerMark} code ' + [StrongroomCalls]::Check($order.domain, $order.name, $order.password) }
if ($order.do -eq 'set') { '${answerMark} code ' + [StrongroomCalls]::Set($order.name, $order.password) }
if ($order.do -eq 'list') {
$admins = @(Get-CimInstance Win32_Group -Filter "LocalAccount=True and SID='S-1-5-32-544'" | Get-CimAssociatedInstance -ResultClassName Win32_UserAccount | ForEach-Object { $_.SID })
Get-CimInstance Win32_UserAccount -Filter 'LocalAccount=True' | ForEach-Object { '${answerMark} account ' + $_.SID.Split('-')[-1] + ' ' + [int]($admins -contains $_.SID) + ' ' + [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($_.Name)) }
'${answerMark} code 0'
}
`;

/** The program that runs it, and its arguments: all of them constant. Source: about_PowerShell_exe. */
export const program = 'powershell.exe';
export const programArguments: readonly string[] = [
  '-NoProfile',
  '-NonInteractive',
  '-EncodedCommand',
  Buffer.from(script, 'utf16le').toString('base64'),
];

/** An order as the script reads it: one line of ASCII. */
export function orderLine(order: WinrmOrder): string {
  return `${Buffer.from(JSON.stringify(order), 'utf8').toString('base64')}\r\n`;
}
