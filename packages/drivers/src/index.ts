/**
 * Every kind of target the product can sign in to and set passwords on: one file each, one line each here.
 * It holds what a target wants to hear, with the source that says so; it never dials and keeps nothing.
 */
import type { Driver } from '@strongroom/driver-kit';
import { aixSsh } from './aix-ssh.ts';
import { ciscoCatos } from './cisco-catos.ts';
import { ciscoIos } from './cisco-ios.ts';
import { ciscoPix } from './cisco-pix.ts';
import { esxiSsh } from './esxi-ssh.ts';
import { hpIlo } from './hp-ilo.ts';
import { hpProcurve } from './hp-procurve.ts';
import { hpuxSsh } from './hpux-ssh.ts';
import { juniperJunos } from './juniper-junos.ts';
import { juniperNetscreen } from './juniper-netscreen.ts';
import { ldap } from './ldap.ts';
import { linuxSsh } from './linux-ssh.ts';
import { macosSsh } from './macos-ssh.ts';
import { mongodb } from './mongodb.ts';
import { mssql } from './mssql.ts';
import { mysql } from './mysql.ts';
import { oracle } from './oracle.ts';
import { oracleAlom } from './oracle-alom.ts';
import { oracleIlom } from './oracle-ilom.ts';
import { oracleXscf } from './oracle-xscf.ts';
import { ownScript } from './own-script.ts';
import { postgres } from './postgres.ts';
import { redis } from './redis.ts';
import { sybase } from './sybase.ts';
import { solarisSsh } from './solaris-ssh.ts';
import { windowsLocal } from './windows-local.ts';
import { windowsDomain } from './windows-domain.ts';
import { awsIam } from './aws-iam.ts';
import { googleWorkspace } from './google-workspace.ts';
import { microsoftEntra } from './microsoft-entra.ts';
import { rackspace } from './rackspace.ts';

/** Every driver in the product. A test fails when a driver file is missing here. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each driver has its own settings type, which only its schema can check: a caller parses with driver.settings and passes the result back to the same driver
export const drivers: readonly Driver<any>[] = [
  linuxSsh,
  solarisSsh,
  aixSsh,
  hpuxSsh,
  macosSsh,
  esxiSsh,
  ciscoIos,
  ciscoCatos,
  ciscoPix,
  hpProcurve,
  hpIlo,
  juniperNetscreen,
  juniperJunos,
  oracleAlom,
  oracleIlom,
  oracleXscf,
  ldap,
  windowsDomain,
  rackspace,
  microsoftEntra,
  googleWorkspace,
  awsIam,
  mssql,
  oracle,
  sybase,
  mysql,
  postgres,
  redis,
  mongodb,
  windowsLocal,
  ownScript,
];

/** The driver of this type, or undefined. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
export function driverFor(type: string): Driver<any> | undefined {
  return drivers.find((driver) => driver.type === type);
}
