#!/bin/bash
# Independent OpenSSH "hosts" on loopback addresses, for tests. Run as root.
#
#   ssh-fleet.sh DIR N PREFIX [PORT]  start hosts PREFIX.1 … PREFIX.N, wait until all answer, then stay until the input
#                                     ends, stop them and remove DIR: so they never outlive the test that wanted them
#   ssh-fleet.sh DIR reset I          host I as new, with the same host keys; its sessions end
#   ssh-fleet.sh DIR restart I        host I keeps its files, its sessions end, sshd reads its configuration again
#   ssh-fleet.sh DIR hostkey I        as restart, with new host keys
#   ssh-fleet.sh DIR down I           host I answers no more, until restart
#   ssh-fleet.sh DIR exec I CMD …     runs CMD as root inside host I
#
# Needs the Debian packages openssh-server, sudo, passwd, util-linux, procps.
# Each host is a mount, pid, uts and ipc namespace with an overlay on /etc (its own passwd, shadow, PAM, sudoers and host
# keys) and its own /home, /root, /run and /var/log. /etc as a whole, because passwd replaces /etc/shadow by renaming.
set -euo pipefail
DIR=${1:?dir}; DIR=$(cd "$DIR" && pwd); SELF=$(readlink -f "$0")

# Becomes process 1 of the host.
if [ "${2:-}" = __init ]; then
  d=$3; addr=$4; port=$5; name=$6
  mount --make-rprivate /
  mount -t proc proc /proc
  mount -t overlay overlay -o "lowerdir=$DIR/tmpl/etc:/etc,upperdir=$d/etc,workdir=$d/work" /etc
  mount --bind "$d/home" /home; mount --bind "$d/root" /root; mount --bind "$d/log" /var/log
  mount -t tmpfs -o size=8m,mode=755 tmpfs /run; mkdir -p /run/sshd /run/sudo /run/lock; chmod 1777 /run/lock
  hostname "$name"
  exec /usr/sbin/sshd -D -e -f /etc/ssh/sshd_config_lab -o "ListenAddress=$addr:$port" -o PidFile=none 2>>"$d/sshd.log"
fi

# Users, sudoers and sshd's configuration: one lower layer that all hosts share.
template() {
  local t=$DIR/tmpl; mkdir -p "$t"/{etc,work,home}
  ssh-keygen -q -t ed25519 -N '' -C lab -f "$t/id_ed25519"
  ssh-keygen -q -t rsa -b 2048 -N 'Key-Phrase-0' -C lab -f "$t/id_rsa"
  unshare -m bash -euc '
    t=$1; mount --make-rprivate /
    mount -t overlay overlay -o "lowerdir=/etc,upperdir=$t/etc,workdir=$t/work" /etc
    mount --bind "$t/home" /home
    n=3000; for u in alice bob svcapp pamsvc; do n=$((n+1)); useradd -m -s /bin/bash -u $n $u; done
    printf "%s\n" root:Root-Pw-0 alice:Alice-Pw-0 bob:Bob-Pw-0 svcapp:Svc-Pw-0 pamsvc:Pam-Pw-0 | chpasswd
    groupadd -f sudo; usermod -aG sudo bob; echo "%sudo ALL=(ALL:ALL) ALL" > /etc/sudoers.d/lab-sudo
    echo "pamsvc ALL=(root) NOPASSWD: /usr/sbin/chpasswd, /usr/bin/passwd" > /etc/sudoers.d/lab-pamsvc
    chmod 440 /etc/sudoers.d/lab-*
    printf "%s\n" "HostKey /etc/ssh/lab_ed25519" "HostKey /etc/ssh/lab_ecdsa" "UsePAM yes" "PasswordAuthentication yes" \
      "KbdInteractiveAuthentication yes" "PermitRootLogin yes" "MaxStartups 200" "MaxAuthTries 20" "UseDNS no" \
      "PrintMotd no" "PrintLastLog no" "LogLevel VERBOSE" > /etc/ssh/sshd_config_lab
    sed -i "/pam_motd/d;/pam_mail/d" /etc/pam.d/sshd
    sed -i "s/pam_unix.so nullok$/& nodelay/" /etc/pam.d/common-auth   # or each wrong password costs two seconds
    for u in alice bob pamsvc; do
      install -d -m700 -o $u -g $u /home/$u/.ssh
      cat "$t"/id_*.pub > /home/$u/.ssh/authorized_keys
      chown $u: /home/$u/.ssh/authorized_keys; chmod 600 /home/$u/.ssh/authorized_keys
    done' x "$t"
}

start_one() {
  local i=$1 addr=$PREFIX.$1 name d=$DIR/h$1; name=$(printf 'h%03d' "$1")
  mkdir -p "$d"/{etc/ssh,work,root,log,keys}; chmod 700 "$d/root"
  [ -d "$d/home" ] || cp -a "$DIR/tmpl/home" "$d/home"
  [ -f "$d/keys/lab_ed25519" ] || {
    ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$d/keys/lab_ed25519"
    ssh-keygen -q -t ecdsa -N '' -C "$name" -f "$d/keys/lab_ecdsa"; }
  cp -p "$d"/keys/* "$d/etc/ssh/"
  printf '127.0.0.1 localhost\n%s %s\n' "$addr" "$name" > "$d/etc/hosts"; echo "$name" > "$d/etc/hostname"
  setsid unshare -m -p -u -i -f --kill-child=KILL "$SELF" "$DIR" __init "$d" "$addr" "$PORT" "$name" </dev/null >>"$d/out.log" 2>&1 &
  echo $! > "$d/pid"
}
answers() { (exec 3<>"/dev/tcp/$1/$PORT") 2>/dev/null; }
wait_up() { local n=0; until answers "$1"; do n=$((n+1)); [ $n -gt 500 ] && { echo "no answer at $1:$PORT" >&2; return 1; }; sleep .02; done; }
stop_one() {
  local p; p=$(cat "$DIR/h$1/pid" 2>/dev/null) || return 0
  kill -KILL "$p" 2>/dev/null || true
  # A zombie of a parent that is gone counts as gone.
  while [ -e "/proc/$p" ] && ! grep -qs '^State:.Z' "/proc/$p/status"; do sleep .01; done
  while answers "$PREFIX.$1"; do sleep .01; done
  rm -f "$DIR/h$1/pid"
}

case "$2" in
  reset) . "$DIR/env"; stop_one "$3"; rm -rf "$DIR/h$3"/{etc,work,home,root,log}; start_one "$3"; wait_up "$PREFIX.$3";;
  restart) . "$DIR/env"; stop_one "$3"; start_one "$3"; wait_up "$PREFIX.$3";;
  hostkey) . "$DIR/env"; stop_one "$3"; rm -rf "$DIR/h$3/keys"; start_one "$3"; wait_up "$PREFIX.$3";;
  down) . "$DIR/env"; stop_one "$3";;
  exec) p=$(pgrep -P "$(cat "$DIR/h$3/pid")" | head -1); shift 3; exec nsenter -t "$p" -m -p -u -i -- "$@";;
  *)
    N=$2; PREFIX=${3:?prefix}; PORT=${4:-2200}
    printf 'PREFIX=%s\nPORT=%s\n' "$PREFIX" "$PORT" > "$DIR/env"
    # Silent, because whoever read our output may be dead, and a broken pipe would end us half-way.
    trap 'exec >/dev/null 2>&1; for i in $(seq 1 "$N"); do stop_one "$i"; done; rm -rf "$DIR"' EXIT
    template
    for i in $(seq 1 "$N"); do start_one "$i"; done
    for i in $(seq 1 "$N"); do wait_up "$PREFIX.$i"; done
    echo ready
    cat >/dev/null;;
esac
