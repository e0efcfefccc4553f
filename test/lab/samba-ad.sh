#!/bin/bash
# A Samba Active Directory domain controller for EXAMPLE.LAN on one loopback address, for tests. Run as root.
#
#   samba-ad.sh DIR ADDRESS CACHE [SERVICES]
#                                   starts it with LDAP, or with these services of samba(8), says "ready", and stays until its input ends: then it stops and DIR goes.
#                                   DIR holds ca.pem, cert.pem and key.pem for its TLS.
#
# Making a domain takes about ten seconds, so the first run keeps what it made as the file CACHE, for every later one.
# Samba's ports are fixed (389 and 636 here), so the address is what is its own. It runs in a namespace in which Debian's
# directories of Samba are those of DIR: nothing of the machine's own is touched.
# Needs the Debian packages samba, samba-ad-dc, samba-ad-provision, samba-dsdb-modules, util-linux, procps.
set -euo pipefail
DIR=${1:?dir}; DIR=$(cd "$DIR" && pwd); SELF=$(readlink -f "$0")

inside() {
  mount --make-rprivate /; mount -t proc proc /proc; hostname dc1
  mkdir -p /run/samba /var/log/samba /var/cache/samba /etc/samba
  mount --bind "$DIR/t/lib" /var/lib/samba; mount --bind "$DIR/t/run" /run/samba; mount --bind "$DIR/t/log" /var/log/samba
  mount --bind "$DIR/t/cache" /var/cache/samba; mount --bind "$DIR/t/etc" /etc/samba; mount --bind "$DIR/hosts" /etc/hosts
}

provision() {
  inside
  rm -f /etc/samba/smb.conf
  samba-tool domain provision --realm=EXAMPLE.LAN --domain=EXAMPLE --server-role=dc --dns-backend=NONE \
    --adminpass=Lab-Admin-Pw-0 --host-name=dc1 --host-ip=127.0.0.1
  # Without the rule of complexity, for which a space counts as nothing.
  samba-tool domain passwordsettings set --complexity=off --min-pwd-age=0 --account-lockout-threshold=3 --account-lockout-duration=30 \
    --reset-account-lockout-after=30
  /usr/bin/python3 - <<'P'
from samba.samdb import SamDB
from samba.param import LoadParm
from samba.auth import system_session
lp = LoadParm()
lp.load("/etc/samba/smb.conf")
db = SamDB(session_info=system_session(), lp=lp)
db.create_ou("OU=Staff," + str(db.domain_dn()))
db.newuser("pamadmin", "Pam-Admin-Pw-0")
db.add_remove_group_members("Domain Admins", ["pamadmin"], add_members_operation=True)
P
}

configure() {
  cat > "$DIR/t/etc/smb.conf" <<C
[global]
 workgroup = EXAMPLE
 realm = EXAMPLE.LAN
 netbios name = DC1
 server role = active directory domain controller
 server services = $2
 interfaces = $1/8
 bind interfaces only = yes
 ldap server require strong auth = yes
 old password allowed period = 0
 tls certfile = $DIR/cert.pem
 tls keyfile = $DIR/key.pem
 tls cafile = $DIR/ca.pem
 log level = 1
 ldb:nosync = true
C
  printf '127.0.0.1 localhost\n%s dc1.example.lan dc1\n' "$1" > "$DIR/hosts"
}

case "$2" in
  __provision) provision;;
  __run) inside; exec /usr/sbin/samba -F --no-process-group;;
  oracle)
    # Says for each line of JSON with a user and a password whether it is theirs, from the database itself.
    main=$(cat "$DIR/pid"); exec nsenter -t "$(pgrep -P "$main" | head -1)" -m /usr/bin/python3 "$(dirname "$SELF")/samba-oracle.py";;
  *)
    ADDRESS=$2; CACHE=${3:?cache}
    # Silent, because whoever read our output may be dead, and a broken pipe would end us half-way.
    trap 'exec >/dev/null 2>&1; kill -KILL "$(cat "$DIR/pid")" || true; for i in $(seq 200); do rm -rf "$DIR" && break; sleep .02; done' EXIT
    mkdir -p "$DIR"/t/{run,log,cache,etc}
    if [ -f "$CACHE" ]; then tar -C "$DIR/t" -xf "$CACHE"; else
      cp -a /var/lib/samba "$DIR/t/lib"; mkdir -p "$DIR/t/lib/private"; rm -rf "$DIR"/t/lib/private/*
      printf '127.0.0.1 localhost dc1.example.lan dc1\n' > "$DIR/hosts"
      unshare -m -u -p -f --kill-child=KILL "$SELF" "$DIR" __provision > "$DIR/provision.log" 2>&1 || { tail "$DIR/provision.log" >&2; exit 1; }
      # Renamed when it is whole, so that two first runs do not meet.
      mkdir -p "$(dirname "$CACHE")"; rm -f "$(dirname "$CACHE")"/samba-ad-*.tar; tar -C "$DIR/t" -cf "$CACHE.$$" lib; mv "$CACHE.$$" "$CACHE"
    fi
    configure "$ADDRESS" "${4:-ldap}"; chmod 600 "$DIR/key.pem"
    setsid unshare -m -u -p -f --kill-child=KILL "$SELF" "$DIR" __run < /dev/null > "$DIR/samba.out" 2>&1 &
    echo $! > "$DIR/pid"
    n=0; until (exec 3<>"/dev/tcp/$ADDRESS/636") 2>/dev/null; do n=$((n+1)); [ $n -gt 1000 ] && { tail "$DIR/samba.out" >&2; exit 1; }; sleep .02; done
    case "${4:-}" in *s3fs*) until (exec 3<>"/dev/tcp/$ADDRESS/445") 2>/dev/null; do n=$((n+1)); [ $n -gt 1000 ] && exit 1; sleep .02; done;; esac
    echo ready
    cat > /dev/null;;
esac
