#!/bin/bash
# A stand-in for one Windows host: Samba's smbd with local accounts of its own, for tests. Run as root, as process 1 of
# mount, pid and uts namespaces of its own (test/peers/windows-local.ts starts it, and the kernel ends it with its parent).
#
#   windows-host.sh DIR ADDR NAME [LINE …]   serves SMB at ADDR:445; each LINE is one more of smb.conf's [global]
#
# Needs the Debian packages samba and util-linux. /etc is an overlay, for the accounts of its own that smbd wants behind
# its; /var/lib/samba, /run/samba and the rest lie in DIR, so that the machine's own Samba is not touched.
set -euo pipefail
d=$1; addr=$2; name=$3; shift 3
mount --make-rprivate /
mount -t proc proc /proc
hostname "$name"
mkdir -p "$d"/{etc,work,lib/private,run,log,cache} /var/lib/samba /run/samba /var/log/samba /var/cache/samba
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$d/etc,workdir=$d/work" /etc
for part in lib run log cache; do
  at=$part; [ "$part" = run ] || at=var/$part
  mount --bind "$d/$part" "/$at/samba"
done
printf '127.0.0.1 localhost\n%s %s\n' "$addr" "$name" > /etc/hosts
{
  printf '%s\n' '[global]' 'workgroup = LABGROUP' "netbios name = $name" 'server role = standalone server' \
    "interfaces = $addr/8" 'bind interfaces only = yes' 'smb ports = 445' 'disable netbios = yes' 'load printers = no' \
    'passdb backend = tdbsam' 'unix password sync = no' 'map to guest = never' 'log level = 0'
  printf '%s\n' "$@"
} > /etc/samba/smb.conf
[ -f "$d/ready" ] || {
  printf 'Administrator:x:5000:5000::/:/usr/sbin/nologin\n' >> /etc/passwd
  printf 'winadmins:x:5000:\n' >> /etc/group
  printf 'Adm-WinPw-0\nAdm-WinPw-0\n' | smbpasswd -s -a Administrator > /dev/null
  net groupmap add sid=S-1-5-32-544 unixgroup=winadmins type=builtin ntgroup=Administrators > /dev/null
  net sam addmem 'BUILTIN\Administrators' Administrator > /dev/null
  touch "$d/ready"
}
exec /usr/sbin/smbd -F --no-process-group
