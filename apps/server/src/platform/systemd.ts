import { dirname } from 'node:path';

/** What of an installation its unit says. Paths are absolute. */
export interface Service {
  /** The pinned Node.js and the launcher it runs. */
  readonly node: string;
  readonly launcher: string;
  readonly checkout: string;
  /** The user of the operating system it runs as. */
  readonly user: string;
  readonly home: string;
  readonly keyFile: string;
  /** More settings, by the names of their variables. None is a secret: units can be read by everybody. */
  readonly settings: Readonly<Record<string, string>>;
  /** True when it opens a port below 1024. */
  readonly lowPort: boolean;
}

/**
 * The systemd unit of an installation. It may write to its state directory and its key's, sees no other user's processes or devices, and gains no right.
 * Sources: systemd.service(5), systemd.exec(5), systemd.kill(5) of systemd 252.
 */
export function unitOf(service: Service): string {
  const { user, lowPort } = service;
  const root = user === 'root';
  const environment = {
    NODE_ENV: 'production',
    STRONGROOM_HOME: service.home,
    STRONGROOM_KEY_FILE: service.keyFile,
    ...service.settings,
  };
  // Root's embedded database runs as another user and may lie in /var/lib/strongroom: root must be able to change to it, and to give it its files.
  const capabilities = [
    ...(lowPort || root ? ['CAP_NET_BIND_SERVICE'] : []),
    ...(root ? ['CAP_SETUID', 'CAP_SETGID', 'CAP_CHOWN', 'CAP_FOWNER', 'CAP_DAC_OVERRIDE', 'CAP_KILL'] : []),
  ];
  const writable = [service.home, dirname(service.keyFile), ...(root ? ['-/var/lib/strongroom'] : [])];
  return `[Unit]
Description=Strongroom, privileged access manager
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=300
StartLimitBurst=5

[Service]
Type=exec
User=${user}
WorkingDirectory=${word(service.checkout)}
ExecStart=${word(service.node)} ${word(service.launcher)} start
${Object.entries(environment)
  .map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`)
  .join('\n')}
ExecReload=/bin/kill -HUP $MAINPID
Restart=on-failure
RestartSec=5
# The server is told to stop and finishes what it accepted, then stops its database itself; told directly, the database would be gone too early.
KillMode=mixed
TimeoutStopSec=90
LimitNOFILE=65536
LimitCORE=0
UMask=0077

NoNewPrivileges=yes
CapabilityBoundingSet=${capabilities.join(' ')}
AmbientCapabilities=${lowPort && !root ? 'CAP_NET_BIND_SERVICE' : ''}
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths=${writable.map((path) => (path.startsWith('-') ? `-${word(path.slice(1))}` : word(path))).join(' ')}
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=${root ? 'default' : 'invisible'}
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=${root ? 'no' : 'yes'}
SystemCallArchitectures=native
# No MemoryDenyWriteExecute: the JavaScript engine makes machine code as it runs.

[Install]
WantedBy=multi-user.target
`;
}

/** A value in which % and $ stand for themselves (systemd.unit(5), "Specifiers"). */
const escaped = (text: string): string => text.replaceAll('%', '%%');
const quoted = (text: string): string => `"${escaped(text).replace(/["\\]/g, '\\$&')}"`;
const word = (text: string): string => {
  const safe = escaped(text).replaceAll('$', '$$$$');
  return /[\s"'\\]/.test(safe) ? `"${safe.replace(/["\\]/g, '\\$&')}"` : safe;
};
